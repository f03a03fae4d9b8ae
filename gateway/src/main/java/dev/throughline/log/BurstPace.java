package dev.throughline.log;

import java.time.Duration;

/**
 * How long the fold may rest in a burst: what comes in is acknowledged first, and larger batches
 * cost less. But only as long as it can make up for all that it has put off within a second, or
 * within the time that the burst has lasted, and what it puts off is not old.
 */
final class BurstPace {
  /** What the fold puts off is never older than this. */
  static final Duration MAX_LAG = Duration.ofSeconds(2);

  /** How much of the time that a burst has lasted the fold may need afterwards. */
  static final double OF_THE_BURST = 0.75;

  /** What it may need however short the burst was. */
  private static final Duration ALWAYS = Duration.ofSeconds(1);

  /**
   * How much faster the fold is once a burst is over, as long as it has not been seen: it then has
   * to itself what it shared. Measured on two cores: 1.9.
   */
  private static final double FASTER_ALONE = 1.5;

  /** Whoever writes so soon again had not stopped: a pause of the collector, a slow commit. */
  private static final Duration STALL = Duration.ofMillis(500);

  /** So many batches the average goes back: one held up by the disk is not the fold's speed. */
  private static final int AVERAGED = 20;

  private final int fullBatch;

  /** What an entry takes after a burst, on average; 0 until there was one. */
  private double nanosAlone;

  private int batchesAlone;

  /** What an entry took in the newest batch. */
  private double nanosEach;

  private boolean inBurst;
  private boolean anyBurst;
  private long burstSince;
  private long burstSeen;

  /**
   * @param fullBatch so many entries are a whole batch; only those tell how fast the fold can be
   */
  BurstPace(int fullBatch) {
    this.fullBatch = fullBatch;
  }

  /** A batch was folded. */
  void folded(int entries, long nanos, boolean burst, long now) {
    nanosEach = (double) nanos / entries;
    if (burst) {
      if (!anyBurst || now - burstSeen > STALL.toNanos()) {
        burstSince = now - nanos;
      }
      anyBurst = true;
      burstSeen = now;
    } else if (!inBurst && entries == fullBatch) {
      batchesAlone = Math.min(AVERAGED, batchesAlone + 1);
      nanosAlone += (nanosEach - nanosAlone) / batchesAlone;
    }
    inBurst = burst;
  }

  /**
   * Whether the fold may go on resting in the burst that lasts.
   *
   * @param behind entries that wait
   * @param lag how old the oldest of them is
   */
  boolean mayRest(long behind, Duration lag, long now) {
    if (!inBurst) {
      return false;
    }
    burstSeen = now;
    double each = batchesAlone == 0 ? nanosEach / FASTER_ALONE : nanosAlone;
    double mayTake = Math.max((double) ALWAYS.toNanos(), OF_THE_BURST * (now - burstSince));
    return behind * each < mayTake && lag.compareTo(MAX_LAG) < 0;
  }
}
