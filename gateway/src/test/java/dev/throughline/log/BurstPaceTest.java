package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * While many write, the fold rests, but never puts off more than it can make up for within the time
 * that the burst has lasted, and nothing for longer than two seconds.
 */
final class BurstPaceTest {
  private static final int BATCH = 500;
  private static final long MILLI = 1_000_000;

  /** In a burst the fold shares what it has to itself afterwards. */
  private static final double SLOWER_IN_BURST = 2;

  private final BurstPace pace = new BurstPace(BATCH);
  private long now;
  private double behind;
  private long folded;

  @Test
  void aFoldThatIsFastRestsAllTheBurst() {
    alone(40);

    burst(2_000, 10_000, 40);

    assertThat(folded).isLessThan(2 * BATCH);
    assertThat(Duration.ofNanos((long) (behind * 40_000))).isLessThan(Duration.ofMillis(1_500));
  }

  @Test
  void aSlowOneFoldsAsMuchAsItCouldNotMakeUpFor() {
    alone(100);

    burst(2_000, 10_000, 100);

    // 1.5 s of work is put off, and no batch more than what came in while the last one ran.
    assertThat(behind).isBetween(15_000.0, 18_500.0);
    assertThat(folded).isGreaterThan(1_500);
  }

  @Test
  void aSecondOfWorkMayBePutOffAtOnce() {
    alone(100);
    pace.folded(BATCH, MILLI, true, now);

    assertThat(pace.mayRest(9_999, Duration.ZERO, now)).isTrue();
    assertThat(pace.mayRest(10_000, Duration.ZERO, now)).isFalse();
  }

  @Test
  void nothingWaitsForMoreThanTwoSeconds() {
    alone(1);
    pace.folded(BATCH, MILLI, true, now);
    now += 10_000 * MILLI;

    assertThat(pace.mayRest(1, Duration.ofMillis(1_999), now)).isTrue();
    assertThat(pace.mayRest(1, Duration.ofSeconds(2), now)).isFalse();
  }

  @Test
  void thereIsNoRestWithoutABurst() {
    alone(40);

    assertThat(pace.mayRest(0, Duration.ZERO, now + 1_000 * MILLI)).isFalse();
  }

  @Test
  void aStallIsNotTheEndOfABurst() {
    alone(40);
    pace.folded(BATCH, MILLI, true, now);
    now += 1_500 * MILLI;
    assertThat(pace.mayRest(26_000, Duration.ZERO, now)).isTrue();

    now += 200 * MILLI;
    pace.folded(BATCH, MILLI, false, now);
    now += 200 * MILLI;
    pace.folded(BATCH, MILLI, true, now);
    assertThat(pace.mayRest(26_000, Duration.ZERO, now)).isTrue();

    now += 600 * MILLI;
    pace.folded(BATCH, MILLI, true, now);
    assertThat(pace.mayRest(26_000, Duration.ZERO, now)).isFalse();
  }

  @Test
  void oneSlowBatchIsNotItsSpeed() {
    for (int i = 0; i < 10; i++) {
      alone(100);
    }
    pace.folded(BATCH, BATCH * 1_000_000L, false, now);
    pace.folded(BATCH, MILLI, true, now);

    assertThat(pace.mayRest(6_000, Duration.ZERO, now)).isTrue();

    for (int i = 0; i < 20; i++) {
      alone(200);
    }
    pace.folded(BATCH, MILLI, true, now);

    assertThat(pace.mayRest(6_000, Duration.ZERO, now)).isFalse();
  }

  /** Until a burst has ended, what the fold could do is guessed from what it does. */
  @Test
  void theFirstBurstIsFoldedWithCare() {
    burst(2_000, 10_000, 100);

    assertThat(behind * 100_000).isLessThan(1_700 * MILLI);
  }

  /** Whole batches outside any burst. */
  private void alone(long micros) {
    for (int i = 0; i < 3; i++) {
      now += BATCH * micros * 1_000;
      pace.folded(BATCH, BATCH * micros * 1_000, false, now);
    }
  }

  private void burst(long millis, double perSecond, long microsAlone) {
    long end = now + millis * MILLI;
    long began = now;
    while (now < end) {
      int batch = (int) Math.min(BATCH, Math.max(1, behind));
      long nanos = (long) (batch * microsAlone * 1_000 * SLOWER_IN_BURST);
      now += nanos;
      behind = Math.max(0, behind - batch) + perSecond * nanos / 1e9;
      folded += batch;
      pace.folded(batch, nanos, true, now);
      while (now < end && pace.mayRest((long) behind, Duration.ofNanos(now - began), now)) {
        now += 10 * MILLI;
        behind += perSecond * 0.01;
      }
    }
  }
}
