package dev.throughline.outbound.broadcast;

import dev.throughline.message.Ids.AccountId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Lets the requests of an account go out evenly, at the rate that its provider publishes. */
final class RequestPace {
  private final Map<AccountId, Long> next = new HashMap<>();

  /** Waits for the account's turn: as long as those before it take at that rate. */
  void await(AccountId account, int perSecond) throws InterruptedException {
    long wait = reserve(account, TimeUnit.SECONDS.toNanos(1) / perSecond, System.nanoTime());
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }

  private synchronized long reserve(AccountId account, long each, long now) {
    long turn = Math.max(now, next.getOrDefault(account, now));
    next.put(account, turn + each);
    return turn - now;
  }
}
