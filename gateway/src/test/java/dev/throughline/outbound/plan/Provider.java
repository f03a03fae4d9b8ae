package dev.throughline.outbound.plan;

import dev.throughline.message.Assurance;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The fake provider of one step: what was written to it, and what it did with that. */
final class Provider {
  /** What it does with one request. */
  enum Behaviour {
    ACCEPT,
    REFUSE,
    THROTTLE,
    /** No answer, and nothing done. */
    SILENT_BEFORE,
    /** No answer, and yet the message is on its way. */
    SILENT_AFTER
  }

  /** One request as it arrived. */
  record Write(long at, int attempt, String key, boolean accepted) {}

  final boolean knowsKeys;
  final Assurance ceiling;
  final List<Write> writes = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();

  Provider(boolean knowsKeys, Assurance ceiling) {
    this.knowsKeys = knowsKeys;
    this.ceiling = ceiling;
  }

  /** Whether the request was taken before, under the same key. */
  boolean isRepeat(String key) {
    return knowsKeys && taken.contains(key);
  }

  void write(long at, int attempt, String key, boolean accepted) {
    writes.add(new Write(at, attempt, key, accepted));
    if (accepted) {
      taken.add(key);
    }
  }

  long accepted() {
    return writes.stream().filter(Write::accepted).count();
  }
}
