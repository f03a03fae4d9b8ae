package dev.throughline.app.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whatever moment the gateway and its database are killed at: what was answered 200 is called back
 * once and in order, nothing is sent twice, and the ledger is whole. docs/testing.md says how to
 * kill it longer, and how to repeat a seed.
 */
public final class Kills {
  /** Of both tests together: half of the kills are with redelivery. */
  private static final int KILLS = 20;

  private static final int KILLS_A_RUN = 20;
  private static final int POSTGRES_PERCENT = 25;
  private static final Duration DRAIN = Duration.ofMinutes(5);

  private Kills() {}

  /**
   * @param redelivery whether events are sent again after they were answered 200
   */
  public static void loseNothingAndDoNothingTwice(boolean redelivery) throws Exception {
    long seed = KillSettings.seed();
    int kills = KillSettings.kills("THROUGHLINE_KILLS", KILLS);
    Path folder = Path.of("target", "crash").toAbsolutePath();
    Optional<CrashReport> sum = Optional.empty();
    for (CrashPlan plan : plans(seed, Math.ceilDiv(kills, 2), redelivery)) {
      CrashReport report = CrashRun.of(plan, folder, System.out);
      System.out.print(report.text());
      sum = Optional.of(sum.map(before -> before.plus(report)).orElse(report));
    }
    CrashReport report = sum.orElseThrow();
    System.out.print("All together: " + report.text());
    assertThat(report.complaints()).as(report.text()).isEqualTo(List.of());
  }

  /** Runs of equal length on a data directory each. */
  private static List<CrashPlan> plans(long seed, int kills, boolean redelivery) {
    int runs = Math.ceilDiv(kills, KILLS_A_RUN);
    int each = Math.ceilDiv(kills, runs);
    int postgres = Math.ceilDiv(each * POSTGRES_PERCENT, 100);
    List<CrashPlan> plans = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      plans.add(new CrashPlan(seed + i, each, postgres, redelivery, DRAIN));
    }
    return plans;
  }
}
