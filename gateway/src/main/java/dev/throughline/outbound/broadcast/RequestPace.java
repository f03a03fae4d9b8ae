package dev.throughline.outbound.broadcast;

import dev.throughline.message.Ids.AccountId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Lets the requests of an account go out evenly, at the rate that its provider publishes: never
 * more of them within a second. What a short stall held up is made up for, so that stalls do not
 * add up.
 */
final class RequestPace {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** After a longer stall the rest of it is lost. */
  private static final long MADE_UP = TimeUnit.MILLISECONDS.toNanos(250);

  private final Map<AccountId, Turns> accounts = new HashMap<>();

  /** Waits for the account's turn. */
  void await(AccountId account, int perSecond) throws InterruptedException {
    long wait = reserve(account, perSecond, System.nanoTime());
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }

  /** How long until the turn that this takes, by a clock that began anywhere. */
  synchronized long reserve(AccountId account, int perSecond, long now) {
    return accounts
            .compute(
                account,
                (_, known) ->
                    known != null && known.turns.length == perSecond
                        ? known
                        : new Turns(perSecond, now))
            .take(now)
        - now;
  }

  /** Those of the last second, in a ring. */
  private static final class Turns {
    private final long[] turns;
    private final long each;
    private int oldest;
    private long even;

    Turns(int perSecond, long now) {
      turns = new long[perSecond];
      each = SECOND / perSecond;
      even = now;
      for (int i = 0; i < perSecond; i++) {
        turns[i] = now - SECOND;
      }
    }

    long take(long now) {
      even = Math.max(even, now - MADE_UP);
      long turn = Math.max(Math.max(even, now), turns[oldest] + SECOND);
      turns[oldest] = turn;
      oldest = (oldest + 1) % turns.length;
      even += each;
      return turn;
    }
  }
}
