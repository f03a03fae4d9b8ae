package dev.throughline.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.ledger.Ulid;
import dev.throughline.log.ManualClock;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ulids;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whenever it is asked, an account makes no more calls in a second than it is allowed, and under
 * load hardly fewer; a refusal makes them fewer for a while, and never stops them for good.
 */
class RateLimitsTest {
  private static final Instant START = Instant.parse("2026-11-20T09:00:00Z");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualClock clock = new ManualClock(START.toString());
  private final RateLimits limits = new RateLimits(clock, clock::advance);
  private final AccountId account = account();

  @Test
  void noSecondHasMoreCallsThanAreAllowedAndLoadUsesNearlyAllOfThem() {
    long seed = new SecureRandom().nextLong();
    Random random = new Random(seed);
    for (int perSecond : List.of(1, 3, 14, 80, 200, 2_000)) {
      Draw draw = draw("load " + perSecond, 1, perSecond);
      List<Instant> calls = new ArrayList<>();
      Instant begin = clock.instant();
      Duration length = Duration.ofSeconds(20);
      while (clock.instant().isBefore(begin.plus(length))) {
        while (limits.take(draw)) {
          calls.add(clock.instant());
        }
        clock.advance(Duration.ofMillis(1 + random.nextInt(12)));
      }
      int from = 0;
      for (int to = 0; to < calls.size(); to++) {
        while (calls.get(from).plus(SECOND).compareTo(calls.get(to)) <= 0) {
          from++;
        }
        assertThat(to - from + 1)
            .as("calls in a second of seed %d", seed)
            .isLessThanOrEqualTo(perSecond);
      }
      assertThat((double) calls.size())
          .as("calls at %d a second, seed %d", perSecond, seed)
          .isBetween(
              0.95 * perSecond * length.toSeconds(), 1.05 * perSecond * (length.toSeconds() + 1));
    }
  }

  @Test
  void whoWasQuietMayCallSomeTimesAtOnceAndThenEvenly() {
    Draw draw = draw("push", 1, 100);
    assertThat(takes(draw)).isEqualTo(50);
    assertThat(limits.freeIn(draw)).isEqualTo(Duration.ofMillis(10));
    clock.advance(Duration.ofMillis(9));
    assertThat(limits.take(draw)).isFalse();
    clock.advance(Duration.ofMillis(1));
    assertThat(limits.take(draw)).isTrue();
    assertThat(limits.take(draw)).isFalse();
  }

  @Test
  void aCallThatIsManyUnitsWaitsForAllOfThemAndOneLargerThanASecondGoesAlone() {
    Draw three = draw("parts", 3, 6);
    assertThat(takes(three)).isEqualTo(2);
    clock.advance(Duration.ofMillis(900));
    assertThat(limits.take(three)).isFalse();
    clock.advance(Duration.ofMillis(100));
    assertThat(takes(three)).isEqualTo(2);
    clock.advance(SECOND);
    Draw ten = draw("parts", 10, 6);
    int calls = 0;
    for (int tick = 0; tick < 500; tick++) {
      int now = takes(ten);
      assertThat(now).isLessThanOrEqualTo(1);
      calls += now;
      clock.advance(Duration.ofMillis(100));
    }
    assertThat(calls).as("calls of ten at six a second, in fifty seconds").isBetween(29, 31);
  }

  @Test
  void aRefusalHalvesTheRateOnceASecondAndItComesBack() {
    Draw draw = draw("push", 1, 200);
    for (int i = 0; i < 10; i++) {
      limits.take(draw);
    }
    limits.refused(draw, Optional.empty());
    limits.refused(draw, Optional.empty());
    assertThat(granted()).isEqualTo(100);
    clock.advance(SECOND.plusMillis(100));
    limits.refused(draw, Optional.empty());
    assertThat(granted()).isBetween(50, 55);
    for (int i = 0; i < 40; i++) {
      clock.advance(SECOND);
      limits.refused(draw, Optional.empty());
    }
    assertThat(granted()).as("it is never nothing").isPositive();
    assertThat(takes(draw)).isPositive();
    clock.advance(Duration.ofSeconds(16));
    assertThat(granted()).isEqualTo(200);
  }

  @Test
  void whereNobodySaysHowManyARefusalDoes() {
    Draw draw = draw("parts", 1, 0);
    for (int i = 0; i < 50; i++) {
      assertThat(limits.take(draw)).isTrue();
    }
    assertThat(limits.of(List.of(account)).getFirst().left()).isEmpty();
    limits.refused(draw, Optional.empty());
    assertThat(granted()).isEqualTo(25);
    assertThat(limits.take(draw)).isFalse();
    clock.advance(SECOND.multipliedBy(2));
    assertThat(takes(draw)).isBetween(20, 30);
    clock.advance(Duration.ofSeconds(16));
    assertThat(granted()).isZero();
  }

  @Test
  void aPauseThatIsAskedForIsKept() {
    Draw draw = draw("push", 1, 100);
    assertThat(limits.take(draw)).isTrue();
    limits.refused(draw, Optional.of(Duration.ofSeconds(30)));
    assertThat(limits.freeIn(draw)).isEqualTo(Duration.ofSeconds(30));
    RateLimits.Standing standing = limits.of(List.of(account)).getFirst();
    assertThat(standing.resting()).contains(START.plusSeconds(30));
    assertThat(standing.left()).contains(0);
    clock.advance(Duration.ofSeconds(30));
    assertThat(limits.take(draw)).isTrue();
    assertThat(limits.of(List.of(account)).getFirst().resting()).isEmpty();
  }

  /** What a short stall holds up is made up for, so that stalls do not add up. */
  @Test
  void whoWaitsCallsAtTheWholeRateAndNoSecondHasMore() throws InterruptedException {
    long seed = new SecureRandom().nextLong();
    Random random = new Random(seed);
    Draw draw = draw("multicast", 1, 200);
    List<Instant> calls = new ArrayList<>();
    Instant end = clock.instant().plusSeconds(60);
    while (clock.instant().isBefore(end)) {
      assertThat(limits.await(draw, SECOND)).isTrue();
      calls.add(clock.instant());
      if (random.nextInt(200) == 0) {
        clock.advance(Duration.ofMillis(random.nextInt(100)));
      }
    }
    assertThat(calls.size()).as("calls of seed %d", seed).isBetween(60 * 198, 60 * 200 + 100);
    for (int i = 200; i < calls.size(); i++) {
      assertThat(Duration.between(calls.get(i - 200), calls.get(i)))
          .as("201 calls of seed %d", seed)
          .isGreaterThanOrEqualTo(SECOND);
    }
  }

  @Test
  void whoWaitsCallsLessOftenAfterARefusalAndThenAsBefore() throws InterruptedException {
    Draw draw = draw("multicast", 1, 200);
    assertThat(awaited(draw, SECOND.multipliedBy(5))).isBetween(990, 1_100);
    limits.refused(draw, Optional.empty());
    assertThat(granted()).isEqualTo(100);
    clock.advance(SECOND);
    assertThat(awaited(draw, SECOND.multipliedBy(2))).isBetween(190, 300);
    clock.advance(Duration.ofSeconds(16));
    assertThat(granted()).isEqualTo(200);
    assertThat(awaited(draw, SECOND.multipliedBy(5))).isBetween(990, 1_100);
  }

  @Test
  void nobodyWaitsLongerThanTheySaid() throws InterruptedException {
    Draw draw = draw("multicast", 1, 200);
    limits.refused(draw, Optional.of(Duration.ofSeconds(30)));
    assertThat(limits.await(draw, SECOND)).isFalse();
    assertThat(clock.instant()).as("that it is too long is known at once").isEqualTo(START);
    clock.advance(Duration.ofMillis(29_500));
    assertThat(limits.await(draw, SECOND)).isTrue();
    assertThat(clock.instant()).isEqualTo(START.plusSeconds(30));
  }

  @Test
  void aClockThatIsSetBackStopsNobody() {
    Draw draw = draw("push", 1, 10);
    assertThat(takes(draw)).isEqualTo(10);
    limits.refused(draw, Optional.of(Duration.ofSeconds(5)));
    clock.set(START.minus(Duration.ofHours(1)).toString());
    assertThat(limits.freeIn(draw)).isEqualTo(Duration.ofSeconds(5));
    clock.advance(Duration.ofSeconds(5));
    assertThat(limits.take(draw)).isTrue();
  }

  @Test
  void eachRateOfEachAccountIsItsOwnAndShownWithWhatIsLeft() {
    assertThat(takes(draw("push", 1, 10))).isEqualTo(10);
    assertThat(limits.take(draw("reply", 1, 10))).isTrue();
    assertThat(limits.take(new Draw(account(), "push", 1, 10))).isTrue();
    assertThat(limits.of(List.of(account)))
        .extracting(RateLimits.Standing::endpoint, RateLimits.Standing::used, s -> s.left().get())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("push", 10, 0),
            org.assertj.core.groups.Tuple.tuple("reply", 1, 9));
  }

  private int takes(Draw draw) {
    int takes = 0;
    while (limits.take(draw)) {
      takes++;
    }
    return takes;
  }

  private int awaited(Draw draw, Duration length) throws InterruptedException {
    int calls = 0;
    Instant end = clock.instant().plus(length);
    while (clock.instant().isBefore(end)) {
      assertThat(limits.await(draw, SECOND)).isTrue();
      calls++;
    }
    return calls;
  }

  private int granted() {
    return limits.of(List.of(account)).getFirst().granted();
  }

  private Draw draw(String endpoint, int units, int perSecond) {
    return new Draw(account, endpoint, units, perSecond);
  }

  private static AccountId account() {
    Ulid id = new Ulids(InstantSource.fixed(START), new SecureRandom()).next();
    return new AccountId(id);
  }
}
