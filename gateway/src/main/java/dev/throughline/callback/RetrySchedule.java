package dev.throughline.callback;

import java.time.Duration;
import java.util.Optional;

/**
 * When a callback that failed is tried again: after 5 s, 10 s, 20 s, doubling to 81,920 s, some 45
 * hours in all. The contract leaves the schedule open; this is the one that its SMS sibling
 * publishes (conversation-api §4.4).
 */
public final class RetrySchedule {
  private static final Duration FIRST = Duration.ofSeconds(5);

  /** The last wait is 5 s × 2^14 = 81,920 s. */
  public static final int RETRIES = 15;

  private RetrySchedule() {}

  /** How long to wait after {@code failures} tries failed; empty when they were enough. */
  public static Optional<Duration> afterFailures(int failures) {
    return failures > RETRIES
        ? Optional.empty()
        : Optional.of(FIRST.multipliedBy(1L << (failures - 1)));
  }
}
