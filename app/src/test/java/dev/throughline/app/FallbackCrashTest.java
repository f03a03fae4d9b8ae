package dev.throughline.app;

import dev.throughline.app.crash.PlannedKills;
import org.junit.jupiter.api.Test;

/**
 * {@link PlannedKills}; here, and not beside them, for the reason of {@link RedeliveryCrashTest}.
 */
class FallbackCrashTest {
  @Test
  void aPlanSurvivesEveryKill() throws Exception {
    PlannedKills.loseNothingAndSendNothingTwice();
  }
}
