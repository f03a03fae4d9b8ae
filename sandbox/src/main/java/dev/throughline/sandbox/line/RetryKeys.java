package dev.throughline.sandbox.line;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Retry keys of accepted requests. A key is known for 24 h from the request that it came with. */
final class RetryKeys {
  static final Duration LIFE = Duration.ofHours(24);

  /**
   * @param sentMessages for a push; empty for the others
   */
  record Accepted(UUID key, Instant at, String requestId, List<SentMessage> sentMessages) {}

  private final int limit;
  private final LinkedHashMap<UUID, Accepted> accepted = new LinkedHashMap<>();

  RetryKeys(int limit) {
    this.limit = limit;
  }

  synchronized Optional<Accepted> find(UUID key, Instant now) {
    Accepted found = accepted.get(key);
    return found == null || !now.isBefore(found.at.plus(LIFE))
        ? Optional.empty()
        : Optional.of(found);
  }

  synchronized void accept(Accepted request) {
    Iterator<Accepted> oldest = accepted.values().iterator();
    while (oldest.hasNext()) {
      Accepted old = oldest.next();
      if (accepted.size() < limit && request.at.isBefore(old.at.plus(LIFE))) {
        break;
      }
      oldest.remove();
    }
    accepted.remove(request.key);
    accepted.put(request.key, request);
  }

  /** The newest, for the state file. */
  synchronized List<Accepted> newest(int count, Instant now) {
    List<Accepted> all = new ArrayList<>(accepted.values());
    all.removeIf(old -> !now.isBefore(old.at.plus(LIFE)));
    return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
  }

  synchronized void restore(List<Accepted> saved) {
    for (Accepted request : saved) {
      accepted.put(request.key, request);
    }
  }
}
