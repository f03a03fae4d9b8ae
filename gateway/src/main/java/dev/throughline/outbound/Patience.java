package dev.throughline.outbound;

import dev.throughline.conversation.App;
import dev.throughline.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How long an app wants to wait for what, and when what did not work is tried again. */
final class Patience {
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

  /** The contract's {@code message_retry_settings.retry_duration} where an app sets none. */
  private static final Duration RETRY_DURATION = Duration.ofHours(1);

  /** Where neither a plan nor the app says how long a step may take. */
  private static final Duration WAITING_TIME = Duration.ofSeconds(60);

  private Patience() {}

  /** How long what a channel does not take for now is tried again (contract, 3.4). */
  static Duration retryDuration(App app) {
    return app.settings().sending().retryDuration().orElse(RETRY_DURATION);
  }

  /** Whether the app wants the next channel where a delivery is not reported (contract, 3.4.5). */
  static boolean wantsReports(App app) {
    return app.settings().sending().wantsReports();
  }

  /** How long a step may take. */
  static Duration waitingTime(App app) {
    return app.settings().sending().waitingTime().orElse(WAITING_TIME);
  }

  /** When a task is tried again; empty once {@code end} is over. The last try is at the end. */
  static Optional<Instant> next(
      Task task, Instant now, Optional<Duration> retryAfter, Instant end) {
    Instant next = backoff(task, now, retryAfter);
    Instant last = next.isAfter(end) && now.isBefore(end) ? end : next;
    return last.isAfter(end) ? Optional.empty() : Optional.of(last);
  }

  /**
   * Doubling from a second to five minutes, spread by a fifth either way. The spread comes from the
   * task's id, since a fold has no randomness: done again, it decides the same.
   */
  private static Instant backoff(Task task, Instant now, Optional<Duration> retryAfter) {
    Duration backoff = FIRST_BACKOFF.multipliedBy(1L << Math.min(task.tries(), 10));
    if (backoff.compareTo(LONGEST_BACKOFF) > 0) {
      backoff = LONGEST_BACKOFF;
    }
    long spread = Math.floorMod(task.id().low() * 31L + task.tries(), 401L) - 200L;
    Duration spreadOut = backoff.plus(backoff.multipliedBy(spread).dividedBy(1_000));
    Duration wait = retryAfter.filter(asked -> asked.compareTo(spreadOut) > 0).orElse(spreadOut);
    return now.plus(wait);
  }
}
