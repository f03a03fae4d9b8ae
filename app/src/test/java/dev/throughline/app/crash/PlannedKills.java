package dev.throughline.app.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;

/**
 * Whatever moment the gateway is killed at while messages go from LINE to WhatsApp to SMS, and
 * whatever these platforms answer: none sends a message twice (unless its plan asked for that), a
 * push is repeated only under its own key, none is forgotten, and what the app is told in the end
 * is what the platforms have seen, or that nobody knows. docs/testing.md says how to kill it
 * longer.
 */
public final class PlannedKills {
  private static final int KILLS = 3;
  private static final int KILLS_A_RUN = 12;

  private PlannedKills() {}

  public static void loseNothingAndSendNothingTwice() throws Exception {
    long seed = KillSettings.seed();
    int left = KillSettings.kills("THROUGHLINE_PLANNED_KILLS", KILLS);
    Path folder = Path.of("target", "crash").toAbsolutePath();
    int attempting = 0;
    while (left > 0) {
      int kills = Math.min(left, KILLS_A_RUN);
      PlannedRun.Report report = PlannedRun.of(seed, kills, folder, System.out);
      System.out.println(report.text());
      assertThat(report.violations()).as("seed %d", seed).isEqualTo(List.of());
      assertThat(report.seen().keySet())
          .as("channels that were tried")
          .containsExactlyInAnyOrder(Platforms.LINE, Platforms.WHATSAPP, Platforms.SMS);
      attempting += report.attempting();
      left -= kills;
      seed++;
    }
    assertThat(attempting).as("kills between an attempt and its outcome").isPositive();
  }
}
