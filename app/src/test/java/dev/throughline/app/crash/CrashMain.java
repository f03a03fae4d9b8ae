package dev.throughline.app.crash;

import dev.throughline.sandbox.line.ControlRefusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The long run: {@code CrashMain KILLS [SEED]}, in runs of twenty kills on a fresh data directory
 * each, every other one without redelivery. Exit code 1 when anything is wrong.
 */
final class CrashMain {
  private static final int KILLS_A_RUN = 20;
  private static final int POSTGRES_KILLS_A_RUN = 5;
  private static final Duration DRAIN = Duration.ofMinutes(5);

  private CrashMain() {}

  public static void main(String[] arguments)
      throws IOException, InterruptedException, ControlRefusal {
    int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime() & 0xFFFFFF;
    Path folder = Path.of("target", "crash").toAbsolutePath();
    Optional<CrashReport> sum = Optional.empty();
    for (int done = 0; done < kills; done += KILLS_A_RUN) {
      int now = Math.min(KILLS_A_RUN, kills - done);
      CrashPlan plan =
          new CrashPlan(
              seed + done / KILLS_A_RUN,
              now,
              Math.min(now, POSTGRES_KILLS_A_RUN),
              done / KILLS_A_RUN % 2 == 0,
              DRAIN);
      CrashReport report = CrashRun.of(plan, folder, System.out);
      System.out.print(report.text());
      sum = Optional.of(sum.map(before -> before.plus(report)).orElse(report));
    }
    System.out.print("All together:\n" + sum.orElseThrow().text());
    System.exit(sum.orElseThrow().complaints().isEmpty() ? 0 : 1);
  }
}
