package dev.throughline.log;

import java.time.Duration;

/**
 * How many drafts a batch waits for. A commit costs the same for one draft as for many, so after
 * one the sequencer waits, but not for long:
 *
 * <ul>
 *   <li>for half of those who lately wrote at once: then one half is at work while the other's
 *       batch is written. Who writes alone never waits.
 *   <li>while webhooks come steadily, for some of them: a platform sends the next ones without
 *       waiting for the answer to the last. Whoever writes anything else does wait for it, and ends
 *       this. So do callers of whom none is new: each time that they are waited for in vain, it is
 *       longer until they are again.
 * </ul>
 *
 * Only the sequencer's thread uses it.
 */
final class Gathering {
  /** How long half of those who lately wrote are waited for. */
  static final Duration FOR_HALF = Duration.ofMillis(2);

  /** How long webhooks gather. */
  static final Duration FOR_WEBHOOKS = Duration.ofMillis(5);

  /** So many webhooks are enough. */
  static final int ENOUGH = 12;

  /** Of the webhooks that are to be expected in that time. */
  private static final double EXPECTED = 0.75;

  /** After so long without a batch, nothing comes steadily. */
  private static final Duration STEADY = Duration.ofMillis(100);

  /** The weight of the newest batch in the rate. */
  private static final double NEWEST = 0.2;

  /** Batches that nothing gathers for, after it was in vain once and after it always was. */
  private static final int FIRST_PAUSE = 4;

  private static final int LONGEST_PAUSE = 256;

  private double webhooksPerNano;
  private long taken;
  private int pause;
  private int pauseLeft;

  // The batch at hand.
  private int lately;
  private long since;
  private int steady;

  /**
   * A batch is about to be taken out of the queue.
   *
   * @param drafts those of the last batch, and those that have come since
   */
  void begin(int drafts, long now) {
    lately = drafts;
    since = now;
    steady =
        drafts > 1 && pauseLeft == 0
            ? (int) Math.min(ENOUGH, EXPECTED * webhooksPerNano * FOR_WEBHOOKS.toNanos())
            : 0;
  }

  /**
   * How many drafts are worth waiting for.
   *
   * @param onlyWebhooks whether nothing else is in the queue
   */
  int target(boolean onlyWebhooks, long now) {
    long waited = now - since;
    int half = waited < FOR_HALF.toNanos() ? lately / 2 : 0;
    int some = onlyWebhooks && waited < FOR_WEBHOOKS.toNanos() ? steady : 0;
    return Math.max(1, Math.max(half, some));
  }

  /** How long the target stays as it is. */
  long nanosLeft(long now) {
    long waited = now - since;
    Duration end = waited < FOR_HALF.toNanos() ? FOR_HALF : FOR_WEBHOOKS;
    return end.toNanos() - waited;
  }

  /**
   * The batch was taken out of the queue.
   *
   * @param webhooks among its drafts
   */
  void took(int drafts, int webhooks, long now) {
    boolean timeWasUp = now - since >= FOR_WEBHOOKS.toNanos();
    if (pauseLeft > 0) {
      pauseLeft--;
    } else if (steady > 1 && timeWasUp && drafts < steady && drafts <= lately) {
      pause = Math.clamp(2L * pause, FIRST_PAUSE, LONGEST_PAUSE);
      pauseLeft = pause;
    } else if (steady > 1) {
      pause = 0;
    }
    long between = Math.max(1, now - taken);
    webhooksPerNano =
        between > STEADY.toNanos()
            ? 0
            : webhooksPerNano + NEWEST * ((double) webhooks / between - webhooksPerNano);
    taken = now;
  }
}
