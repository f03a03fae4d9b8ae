package dev.throughline.task;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** One rate of an account. Times are nanoseconds of the clock that the provider's seconds are. */
final class Bucket {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** Calls of so long are counted together, until the last of them is a second old. */
  private static final long SLOT = Duration.ofMillis(20).toNanos();

  /** Of which a second may touch one more than it has. */
  private static final int SLOTS = (int) (SECOND / SLOT) + 1;

  /** After a refusal it takes so long until the whole rate is used again. */
  private static final long RECOVERY = Duration.ofSeconds(16).toNanos();

  /** Several refusals within this time are one: their calls were under way together. */
  private static final long TOGETHER = SECOND;

  /** So many calls at once are no burst to any provider that takes as many a second. */
  private static final int FEW = 20;

  /** Whoever was quiet may make half of a second's calls at once. */
  private static final int SHARE_AT_ONCE = 2;

  /**
   * Calls that come evenly make up for a quarter of a second. More would come in bursts for ever: a
   * second's calls that came early leave their place all at once.
   */
  private static final int SHARE_MADE_UP = 4;

  /** Of those who wait here, one looks when the next call may be made. */
  private final ReentrantLock turn = new ReentrantLock(true);

  private int perSecond;
  private long last;

  /** When the calls so far would have been made at an even rate. */
  private long paid;

  /** Calls of each slot, by its number modulo {@link #SLOTS}. */
  private final int[] calls = new int[SLOTS];

  private final long[] numbers = new long[SLOTS];

  /** When the last of them was made. */
  private final long[] lasts = new long[SLOTS];

  private long restingUntil;
  private boolean narrowed;
  private long narrowedAt;
  private int narrowedTo;
  private int narrowedFrom;

  Bucket(int perSecond, long now) {
    this.perSecond = perSecond;
    last = now;
    paid = now;
    restingUntil = now;
  }

  ReentrantLock turn() {
    return turn;
  }

  /** What the account is allowed from now on; 0: nobody says. */
  void allow(int limit) {
    perSecond = limit;
  }

  /** Goes on to this time. */
  void at(long now) {
    if (now < last) {
      // The clock was set back: what was before it counts no more.
      restingUntil = now + Math.max(0, restingUntil - last);
      narrowedAt = now - Math.max(0, last - narrowedAt);
      paid = now;
      Arrays.fill(calls, 0);
    }
    last = now;
  }

  /** How long until so many calls may be made; 0: now. */
  long freeIn(int units, long now) {
    return freeIn(units, SHARE_AT_ONCE, now);
  }

  /** The same for calls that come as evenly as they can. */
  long evenlyFreeIn(int units, long now) {
    return freeIn(units, SHARE_MADE_UP, now);
  }

  private long freeIn(int units, int share, long now) {
    long wait = Math.max(0, restingUntil - now);
    int rate = granted(now);
    if (rate == 0) {
      return wait;
    }
    // More than may come at once is let through when nothing is owed.
    long atOnce = Math.max(0, (atOnce(rate, share) - units) * (SECOND / rate));
    return Math.max(wait, Math.max(paid - atOnce - now, roomIn(units, rate, now)));
  }

  void take(int units, long now) {
    int rate = granted(now);
    if (rate > 0) {
      paid = Math.max(paid, now) + units * (SECOND / rate);
    }
    long number = Math.floorDiv(now, SLOT);
    int slot = (int) Math.floorMod(number, (long) SLOTS);
    if (numbers[slot] != number) {
      numbers[slot] = number;
      calls[slot] = 0;
    }
    calls[slot] += units;
    lasts[slot] = now;
  }

  void refused(long pause, long now) {
    restingUntil = Math.max(restingUntil, now + pause);
    if (narrowed && now - narrowedAt < TOGETHER) {
      return;
    }
    int before = granted(now);
    int base = before > 0 ? before : 2 * Math.max(FEW, used(now) / 2);
    narrowedFrom = perSecond > 0 ? perSecond : Math.max(base, narrowed ? narrowedFrom : 0);
    narrowedTo = Math.max(1, base / 2);
    narrowedAt = now;
    narrowed = true;
  }

  long lastUsed() {
    return Math.max(last, restingUntil);
  }

  RateLimits.Standing standing(Draw.Rate rate, long now) {
    return new RateLimits.Standing(
        rate.account(),
        rate.endpoint(),
        perSecond,
        granted(now),
        used(now),
        restingUntil > now
            ? Optional.of(
                Instant.ofEpochSecond(
                    Math.floorDiv(restingUntil, SECOND), Math.floorMod(restingUntil, SECOND)))
            : Optional.empty());
  }

  /** The rate that is kept to at present. */
  private int granted(long now) {
    if (!narrowed) {
      return perSecond;
    }
    long since = Math.max(0, now - narrowedAt);
    if (since >= RECOVERY) {
      narrowed = false;
      return perSecond;
    }
    int rate = (int) (narrowedTo + (long) (narrowedFrom - narrowedTo) * since / RECOVERY);
    return perSecond > 0 ? Math.min(perSecond, rate) : rate;
  }

  private static int atOnce(int rate, int share) {
    return Math.max(rate / share, Math.min(rate, FEW));
  }

  /** How long until the calls of a second leave room for so many more. */
  private long roomIn(int units, int rate, long now) {
    int surplus = used(now) + units - Math.max(rate, units);
    long oldest = Math.floorDiv(now, SLOT) - SLOTS + 1;
    for (long number = oldest; surplus > 0; number++) {
      int slot = (int) Math.floorMod(number, (long) SLOTS);
      if (numbers[slot] == number) {
        surplus -= counted(slot, now);
      }
      if (surplus <= 0) {
        return lasts[slot] + SECOND - now;
      }
    }
    return 0;
  }

  private int used(long now) {
    int used = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      used += counted(slot, now);
    }
    return used;
  }

  private int counted(int slot, long now) {
    return now - lasts[slot] < SECOND ? calls[slot] : 0;
  }
}
