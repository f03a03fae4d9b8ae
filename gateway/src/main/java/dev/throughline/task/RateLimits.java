package dev.throughline.task;

import dev.throughline.message.Ids.AccountId;
import dev.throughline.task.Draw.Rate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What accounts have used of the rates that their providers allow them. Whoever was quiet may make
 * some calls at once, the others evenly, and never more in a second than are allowed. Known on the
 * node that leads, which alone calls.
 */
public final class RateLimits {
  /** Rates that nobody used for long are forgotten when there are more of them. */
  private static final int KEPT = 10_000;

  private static final Duration QUIET = Duration.ofHours(1);

  /** Who waits looks again this often at least, since the clock may jump. */
  private static final Duration TICK = Duration.ofMillis(100);

  private final InstantSource clock;
  private final Sleep sleep;
  private final Map<Rate, Bucket> buckets = new HashMap<>();

  /**
   * @param clock by which the providers' seconds pass
   */
  public RateLimits(InstantSource clock) {
    this(clock, Thread::sleep);
  }

  /** With another way for time to pass while somebody waits. */
  RateLimits(InstantSource clock, Sleep sleep) {
    this.clock = clock;
    this.sleep = sleep;
  }

  /** Lets time pass. */
  @FunctionalInterface
  interface Sleep {
    void sleep(Duration time) throws InterruptedException;
  }

  /** What the account is allowed is this from now on. */
  synchronized void allow(Draw draw) {
    bucket(draw, now()).allow(draw.perSecond());
  }

  /** Takes what the call needs, if it is there. */
  synchronized boolean take(Draw draw) {
    long now = now();
    Bucket bucket = bucket(draw, now);
    if (bucket.freeIn(draw.units(), now) > 0) {
      return false;
    }
    bucket.take(draw.units(), now);
    return true;
  }

  /**
   * Takes what the call needs as soon as it is there, in the order in which they ask; false if that
   * would be later than this.
   */
  boolean await(Draw draw, Duration atMost) throws InterruptedException {
    long asked = System.nanoTime();
    ReentrantLock turn = turn(draw);
    if (!turn.tryLock(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      Duration left = atMost.minusNanos(System.nanoTime() - asked);
      Duration wait = takeEvenly(draw);
      while (wait.isPositive()) {
        if (wait.compareTo(left) > 0) {
          return false;
        }
        Duration slept = wait.compareTo(TICK) < 0 ? wait : TICK;
        sleep.sleep(slept);
        left = left.minus(slept);
        wait = takeEvenly(draw);
      }
      return true;
    } finally {
      turn.unlock();
    }
  }

  /** Zero if it took what the call needs; else how long until it is there. */
  private synchronized Duration takeEvenly(Draw draw) {
    long now = now();
    Bucket bucket = bucket(draw, now);
    long wait = bucket.evenlyFreeIn(draw.units(), now);
    if (wait <= 0) {
      bucket.take(draw.units(), now);
    }
    return Duration.ofNanos(Math.max(0, wait));
  }

  private synchronized ReentrantLock turn(Draw draw) {
    return bucket(draw, now()).turn();
  }

  /** How long until the call may be made; zero: now. */
  synchronized Duration freeIn(Draw draw) {
    long now = now();
    return Duration.ofNanos(bucket(draw, now).freeIn(draw.units(), now));
  }

  /**
   * The provider took fewer than it was thought to: from now on it gets half of what it got, and
   * more again as it takes them.
   */
  synchronized void refused(Draw draw, Optional<Duration> pause) {
    long now = now();
    bucket(draw, now).refused(pause.map(Duration::toNanos).orElse(0L), now);
  }

  /** Of these accounts, those rates that were used. */
  public synchronized List<Standing> of(Collection<AccountId> accounts) {
    long now = now();
    return buckets.entrySet().stream()
        .filter(entry -> accounts.contains(entry.getKey().account()))
        .map(entry -> entry.getValue().standing(entry.getKey(), now))
        .sorted(
            Comparator.comparing((Standing standing) -> standing.account().toString())
                .thenComparing(Standing::endpoint))
        .toList();
  }

  private Bucket bucket(Draw draw, long now) {
    if (buckets.size() > KEPT) {
      buckets.values().removeIf(bucket -> now - bucket.lastUsed() > QUIET.toNanos());
    }
    Bucket bucket = buckets.computeIfAbsent(draw.rate(), rate -> new Bucket(draw.perSecond(), now));
    bucket.at(now);
    return bucket;
  }

  private long now() {
    Instant now = clock.instant();
    return Math.addExact(
        Math.multiplyExact(now.getEpochSecond(), Duration.ofSeconds(1).toNanos()), now.getNano());
  }

  /**
   * How an account stands to one of its rates.
   *
   * @param perSecond what it is allowed; 0: nobody says
   * @param granted what it keeps to at present, which is less after refusals; 0: as many as there
   *     are
   * @param used in the second that ends now
   * @param resting until when the provider wants no calls
   */
  public record Standing(
      AccountId account,
      String endpoint,
      int perSecond,
      int granted,
      int used,
      Optional<Instant> resting) {
    /** What may still be called in this second; empty where nobody says. */
    public Optional<Integer> left() {
      return granted == 0
          ? Optional.empty()
          : Optional.of(resting.isPresent() ? 0 : Math.max(0, granted - used));
    }
  }
}
