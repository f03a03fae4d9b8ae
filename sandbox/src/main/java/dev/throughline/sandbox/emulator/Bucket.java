package dev.throughline.sandbox.emulator;

import java.time.Duration;
import java.time.Instant;

/** A rate limit: full at first, refilled evenly. Not safe for several threads. */
public final class Bucket {
  private final double size;
  private double tokens;
  private Instant filledAt;

  public Bucket(int size, Instant now) {
    this.size = size;
    this.tokens = size;
    this.filledAt = now;
  }

  /**
   * Takes one, unless there is none.
   *
   * @param every how long it takes until there is one more
   */
  public boolean take(Duration every, Instant now) {
    long nanos = Duration.between(filledAt, now).toNanos();
    if (nanos > 0) {
      tokens = Math.min(size, tokens + (double) nanos / every.toNanos());
      filledAt = now;
    }
    if (tokens < 1) {
      return false;
    }
    tokens -= 1;
    return true;
  }
}
