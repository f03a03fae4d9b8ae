package dev.throughline.app.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever moment the gateway and its database are killed at: what was answered 200 is called back
 * once and in order, nothing is sent twice, and the ledger is whole. docs/testing.md has the long
 * run.
 */
class CrashTest {
  private static final int KILLS = 10;
  private static final int POSTGRES_KILLS = 3;
  private static final Duration DRAIN = Duration.ofMinutes(3);

  @Test
  @Timeout(value = 12, unit = TimeUnit.MINUTES)
  void nothingIsLostAndNothingIsDoneTwice() throws Exception {
    long seed = System.nanoTime() & 0xFFFF_FFFFL;
    Path folder = Path.of("target", "crash").toAbsolutePath();
    CrashReport redelivered =
        CrashRun.of(new CrashPlan(seed, KILLS, POSTGRES_KILLS, true, DRAIN), folder, System.out);
    CrashReport once =
        CrashRun.of(new CrashPlan(seed, KILLS, POSTGRES_KILLS, false, DRAIN), folder, System.out);
    CrashReport report = redelivered.plus(once);
    System.out.print(report.text());
    assertThat(report.complaints()).as(report.text()).isEqualTo(List.of());
  }
}
