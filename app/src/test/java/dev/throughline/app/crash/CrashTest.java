package dev.throughline.app.crash;

import org.junit.jupiter.api.Test;

/** {@link Kills} of a gateway to which no event is sent again that was answered 200. */
class CrashTest {
  @Test
  void nothingIsLostAndNothingIsDoneTwice() throws Exception {
    Kills.loseNothingAndDoNothingTwice(false);
  }
}
