package dev.throughline.outbound.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AccountId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Requests come evenly at the published rate, whatever holds them up for a moment, and no second,
 * wherever it begins, has more of them.
 */
class RequestPaceTest {
  private static final int PER_SECOND = 200;
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = 1_000 * MILLI;
  private static final AccountId ACCOUNT = new AccountId(new Ulid(1, 2));

  private final RequestPace pace = new RequestPace();
  private final List<Long> turns = new ArrayList<>();

  @Test
  void nothingIsLostByShortStalls() {
    Random random = new Random(7);
    long now = 0;
    while (now < 60 * SECOND) {
      now = Math.max(now + MILLI, turn(now));
      if (random.nextInt(200) == 0) {
        now += random.nextInt(100) * MILLI;
      }
    }
    assertThat(turns.size()).isBetween(60 * PER_SECOND * 99 / 100, 60 * PER_SECOND + 1);
    assertNoSecondHasMore();
  }

  @Test
  void aLongPauseEndsWithoutABurst() {
    for (int i = 0; i < PER_SECOND; i++) {
      turn(0);
    }
    turns.clear();
    for (int i = 0; i < 2 * PER_SECOND; i++) {
      turn(60 * SECOND);
    }
    assertThat(turns.stream().filter(turn -> turn <= 60 * SECOND).count())
        .isLessThanOrEqualTo(PER_SECOND / 4 + 1);
    assertNoSecondHasMore();
  }

  private long turn(long now) {
    long at = now + pace.reserve(ACCOUNT, PER_SECOND, now);
    turns.add(at);
    return at;
  }

  private void assertNoSecondHasMore() {
    for (int i = PER_SECOND; i < turns.size(); i++) {
      assertThat(turns.get(i) - turns.get(i - PER_SECOND)).isGreaterThanOrEqualTo(SECOND);
    }
  }
}
