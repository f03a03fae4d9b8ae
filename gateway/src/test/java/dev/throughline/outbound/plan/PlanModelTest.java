package dev.throughline.outbound.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random plans against random providers and a process that dies at random: whatever the seed, a
 * message is accepted once by each channel that was tried, the channels are tried in order and in
 * time, nothing is sent once it need not be, and what the app is told is true and never taken back.
 * The judge is what the providers saw. {@code -Dplan.runs} says how many seeds, {@code -Dplan.seed}
 * which is the first.
 */
final class PlanModelTest {
  private static final int RUNS = Integer.getInteger("plan.runs", 20_000);
  private static final long FIRST = Long.getLong("plan.seed", 1);
  private static final int MUTANT_RUNS = 5_000;

  @Test
  void noSeedBreaksAPromise() {
    Map<PlanRun.Kind, Integer> met = new EnumMap<>(PlanRun.Kind.class);
    for (long seed = FIRST; seed < FIRST + RUNS; seed++) {
      PlanRun run = new PlanRun(seed, PlanRun.Plans.REAL);
      run.run();
      List<String> violations = Judge.violations(run);
      assertThat(violations)
          .as("seed %d: %s%ntold %s%nlog %s", seed, run.plan, run.told, run.log)
          .isEmpty();
      run.kinds.forEach(kind -> met.merge(kind, 1, Integer::sum));
    }
    StringBuilder report =
        new StringBuilder(
            "seeds %d to %d, met in so many runs of 100:".formatted(FIRST, FIRST + RUNS - 1));
    for (PlanRun.Kind kind : PlanRun.Kind.values()) {
      double percent = 100.0 * met.getOrDefault(kind, 0) / RUNS;
      report.append(" %s %.1f".formatted(kind, percent));
      if (RUNS >= 1_000) {
        double atLeast = kind == PlanRun.Kind.CRASH_IN_ATTEMPT ? 20 : 5;
        assertThat(percent).as(kind.name()).isGreaterThanOrEqualTo(atLeast);
      }
    }
    System.out.println(report);
  }

  @ParameterizedTest
  @EnumSource
  void everyMistakeIsFound(Mutant mutant) {
    for (long seed = 1; seed <= MUTANT_RUNS; seed++) {
      PlanRun run = new PlanRun(seed, mutant);
      try {
        run.run();
      } catch (AssertionError | RuntimeException e) {
        return;
      }
      if (!Judge.violations(run).isEmpty()) {
        System.out.println(
            mutant + " found by seed " + seed + ": " + Judge.violations(run).getFirst());
        return;
      }
    }
    throw new AssertionError(mutant + " was not found within " + MUTANT_RUNS + " runs");
  }
}
