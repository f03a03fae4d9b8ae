package dev.throughline.app;

import dev.throughline.app.crash.Kills;
import org.junit.jupiter.api.Test;

/**
 * {@link Kills} of a gateway to which events are sent again, in disorder too. In another package
 * than the others, for its place among the tests: kill tests take the processor, each longer while
 * others do, and most of what runs beside it here waits.
 */
class RedeliveryCrashTest {
  @Test
  void nothingIsLostAndNothingIsDoneTwice() throws Exception {
    Kills.loseNothingAndDoNothingTwice(true);
  }
}
