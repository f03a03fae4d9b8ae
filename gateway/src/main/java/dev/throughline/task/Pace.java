package dev.throughline.task;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * So many starts a second, evenly but for a tenth of a second's worth that may come at once. In
 * real time, which is what whoever is called lives in.
 *
 * @param paid when the starts so far would have been made at that rate, by {@link System#nanoTime}
 * @param ahead how far that may lie in the future
 */
record Pace(long paid, long ahead) {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long BURST = Duration.ofMillis(100).toNanos();

  /** After one more start. */
  static Pace after(@Nullable Pace before, int perSecond, long now) {
    long cost = SECOND / perSecond;
    long from = before != null && before.paid - now > 0 ? before.paid : now;
    return new Pace(from + cost, Math.max(0, BURST - cost));
  }

  boolean isFree(long now) {
    return paid - now <= ahead;
  }

  long freeAt() {
    return paid - ahead;
  }
}
