package dev.throughline.bench;

import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of durations in log-linear buckets: exact below 256 ns, and never more than 1/128 (0.8 %)
 * too high above. Fixed size, no allocation while recording. Not safe for use by several threads.
 */
final class Histogram {
  private static final int LINEAR_BITS = 7;
  private static final int LINEAR = 1 << LINEAR_BITS;

  /** 2^42 ns are 73 minutes: no window is longer. */
  private static final long HIGHEST = (1L << 42) - 1;

  private final long[] counts = new long[bucket(HIGHEST) + 1];
  private long count;
  private long max;

  /** A negative duration (a clock read twice in the wrong order) counts as 0. */
  void record(long nanos) {
    long value = Math.min(Math.max(nanos, 0), HIGHEST);
    counts[bucket(value)]++;
    count++;
    max = Math.max(max, value);
  }

  void add(Histogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
    max = Math.max(max, other.max);
  }

  long count() {
    return count;
  }

  long max() {
    return max;
  }

  /**
   * The smallest recorded bucket's upper edge with at least {@code fraction} of all at or below.
   */
  long quantile(double fraction) {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException("quantile must be in (0, 1], was " + fraction);
    }
    long rank = Math.max(1, (long) Math.ceil(fraction * count));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min(upperEdge(i), max);
      }
    }
    return 0;
  }

  double quantileMillis(double fraction) {
    return quantile(fraction) / 1e6;
  }

  /** The buckets that hold anything, by index: how a histogram travels between processes. */
  Sparse sparse() {
    Map<Integer, Long> filled = new TreeMap<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        filled.put(i, counts[i]);
      }
    }
    return new Sparse(max, filled);
  }

  static Histogram of(Sparse sparse) {
    Histogram histogram = new Histogram();
    sparse
        .buckets()
        .forEach((bucket, n) -> {
          histogram.counts[bucket] = n;
          histogram.count += n;
        });
    histogram.max = sparse.max();
    return histogram;
  }

  /** A histogram as it is written to JSON. */
  record Sparse(long max, Map<Integer, Long> buckets) {}

  /** Keeps the highest eight bits: the shift and those bits are the bucket. */
  private static int bucket(long value) {
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - LINEAR_BITS - 1);
    return shift * LINEAR + (int) (value >>> shift);
  }

  private static long upperEdge(int bucket) {
    int shift = Math.max(0, bucket / LINEAR - 1);
    long mantissa = bucket - (long) shift * LINEAR;
    return ((mantissa + 1) << shift) - 1;
  }
}
