package dev.throughline.app.crash;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.FaultRule;
import dev.throughline.sandbox.line.LineControl;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Makes sure that a kill comes between an attempt and its outcome. */
final class OpenAttempt {
  /** So long that the kill comes first, and over before the next life sends. */
  private static final Duration ANSWERS_AFTER = Duration.ofSeconds(1);

  private static final Duration ASKED_WITHIN = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(5);

  private OpenAttempt() {}

  /**
   * Returns when LINE has been asked for something to which it does not answer yet; it does that
   * later on, whoever still waits for it. These are its only faults from then on.
   */
  static void await(LineControl line) throws IOException, InterruptedException, ControlRefusal {
    line.setFaults(
        List.of(
            FaultRule.times("push", Fault.SLOW, 1).withDelay(ANSWERS_AFTER),
            FaultRule.times("reply", Fault.SLOW, 1).withDelay(ANSWERS_AFTER)));
    long deadline = System.nanoTime() + ASKED_WITHIN.toNanos();
    while (line.struck() == 0) {
      if (System.nanoTime() > deadline) {
        throw new IOException("LINE was asked for nothing within " + ASKED_WITHIN);
      }
      Thread.sleep(POLL);
    }
  }
}
