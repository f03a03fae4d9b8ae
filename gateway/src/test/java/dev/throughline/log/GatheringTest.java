package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Batches gather while that costs nobody anything but a few milliseconds of a webhook's answer. */
final class GatheringTest {
  private static final long MILLI = Duration.ofMillis(1).toNanos();

  private final Gathering gathering = new Gathering();
  private long now = 1_000_000 * MILLI;

  @Test
  void whoWritesAloneNeverWaits() {
    for (int i = 0; i < 100; i++) {
      gathering.begin(1, now);
      assertThat(gathering.target(true, now)).isOne();
      gathering.took(1, 1, now);
      now += MILLI;
    }
  }

  @Test
  void halfOfThoseWhoLatelyWroteAreWaitedForTwoMilliseconds() {
    gathering.begin(64, now);

    assertThat(gathering.target(false, now)).isEqualTo(32);
    assertThat(gathering.nanosLeft(now)).isEqualTo(2 * MILLI);
    now += 2 * MILLI;
    assertThat(gathering.target(false, now)).isOne();
  }

  @Test
  void webhooksThatComeSteadilyGather() {
    steadily();
    gathering.begin(5, now);

    assertThat(gathering.target(true, now)).isEqualTo(7);
    now += 3 * MILLI;
    assertThat(gathering.target(true, now)).isEqualTo(7);
    assertThat(gathering.nanosLeft(now)).isEqualTo(2 * MILLI);
    now += 2 * MILLI;
    assertThat(gathering.target(true, now)).isOne();
  }

  @Test
  void whatIsNoWebhookEndsThat() {
    steadily();
    gathering.begin(5, now);

    assertThat(gathering.target(false, now)).isEqualTo(2);
  }

  @Test
  void afterAPauseNothingComesSteadily() {
    steadily();
    now += 200 * MILLI;
    gathering.took(1, 1, now);
    gathering.begin(2, now);

    assertThat(gathering.target(true, now)).isOne();
  }

  /** Four callers who each wait for their answer, over a second. */
  @Test
  void callersOfWhomNoneIsNewAreWaitedForLessAndLess() {
    long start = now;
    int batches = 0;
    while (now - start < 1_000 * MILLI) {
      gathering.begin(4, now);
      while (gathering.target(true, now) > 4) {
        now += gathering.nanosLeft(now);
      }
      gathering.took(4, 4, now);
      now += MILLI;
      batches++;
    }
    assertThat(batches).isGreaterThan(900);
  }

  @Test
  void whatComesSteadilyIsGatheredAgainAfterItOnceWasInVain() {
    steadily();
    gathering.begin(5, now);
    now += 5 * MILLI;
    gathering.took(3, 3, now);

    for (int i = 0; i < 4; i++) {
      gathering.begin(5, now);
      assertThat(gathering.target(true, now)).isEqualTo(2);
      now += MILLI;
      gathering.took(2, 2, now);
    }
    gathering.begin(5, now);
    assertThat(gathering.target(true, now)).isEqualTo(7);
  }

  /** 2,000 a second, in batches of two. */
  private void steadily() {
    for (int i = 0; i < 200; i++) {
      gathering.begin(4, now);
      gathering.took(2, 2, now);
      now += MILLI;
    }
  }
}
