package dev.throughline.channel.line.account;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often each account called what lately. LINE counts by channel, method and endpoint, and does
 * not say how its spans lie; so no span of that length, wherever it begins, holds more than the
 * limit. What was called before a restart is not known: LINE's 429 tells then.
 */
public final class CallLimits {
  private final InstantSource clock;
  private final Map<Place, ArrayDeque<Instant>> calls = new ConcurrentHashMap<>();

  public CallLimits(InstantSource clock) {
    this.clock = clock;
  }

  /** Takes one call, or says how long it is until one is free. */
  public Optional<Duration> take(String account, Operation operation) {
    ArrayDeque<Instant> taken =
        calls.computeIfAbsent(new Place(account, operation.name()), _ -> new ArrayDeque<>());
    Instant now = clock.instant();
    Instant begin = now.minus(operation.limit().span());
    synchronized (taken) {
      while (!taken.isEmpty() && !taken.peekFirst().isAfter(begin)) {
        taken.removeFirst();
      }
      if (taken.size() >= operation.limit().calls()) {
        return Optional.of(Duration.between(begin, taken.getFirst()));
      }
      taken.addLast(now);
      return Optional.empty();
    }
  }

  private record Place(String account, String operation) {}
}
