package dev.throughline.api;

import dev.throughline.message.Ids.ProjectId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many requests a second a project may make. Whoever was quiet may make a second's worth at
 * once. Real time counts here, whatever the gateway's clock says.
 */
public final class RequestRates {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final int perSecond;
  private final LongSupplier nanos;

  /** When each project's requests so far would have been made at the allowed rate. */
  private final Map<ProjectId, AtomicLong> paid = new ConcurrentHashMap<>();

  /**
   * @param perSecond 0 for no limit
   */
  public RequestRates(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
  }

  /** What the project may still ask for at once; empty for no limit. */
  Optional<Integer> left(ProjectId project) {
    if (perSecond == 0) {
      return Optional.empty();
    }
    AtomicLong known = paid.get(project);
    long owed = known == null ? 0 : Math.max(0, known.get() - nanos.getAsLong());
    return Optional.of((int) Math.max(0, (SECOND - owed) / (SECOND / perSecond)));
  }

  int perSecond() {
    return perSecond;
  }

  /** Empty if the request may be made; else how long to wait. */
  Optional<Duration> take(ProjectId project) {
    if (perSecond == 0) {
      return Optional.empty();
    }
    long now = nanos.getAsLong();
    long cost = SECOND / perSecond;
    AtomicLong known = paid.computeIfAbsent(project, p -> new AtomicLong(now));
    while (true) {
      long before = known.get();
      long after = (before - now > 0 ? before : now) + cost;
      if (after - now > SECOND) {
        return Optional.of(Duration.ofNanos(after - now - SECOND));
      }
      if (known.compareAndSet(before, after)) {
        return Optional.empty();
      }
    }
  }
}
