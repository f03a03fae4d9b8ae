package dev.throughline.bench;

import java.util.Map;

/**
 * What one window of load brought. {@code answered} and {@code seconds} are of the window itself
 * and make the rate; {@code statuses} also holds answers that came while the window was closing,
 * since what was answered 200 is owed whenever it was answered.
 *
 * @param failures requests without an answer: connection lost, malformed answer, or past the
 *     deadline
 * @param latency from the send (closed loop) or from the intended send (fixed rate) to the last
 *     byte of the answer
 * @param lag how late the generator itself sent, at a fixed rate and with a connection free
 * @param epochNanosAtStart wall clock at the window's start
 * @param processors of the whole machine, until the last answer
 */
record WindowResult(
    long answered,
    double seconds,
    Map<Integer, Long> statuses,
    long failures,
    long reconnects,
    Histogram.Sparse latency,
    Histogram.Sparse lag,
    long epochNanosAtStart,
    Processors processors) {
  WindowResult {
    statuses = Map.copyOf(statuses);
  }

  double perSecond() {
    return seconds == 0 ? 0 : answered / seconds;
  }

  long ok() {
    return statuses.getOrDefault(200, 0L);
  }

  /** Answers other than 200, and requests without one. */
  long notOk() {
    return statuses.values().stream().mapToLong(n -> n).sum() - ok() + failures;
  }
}
