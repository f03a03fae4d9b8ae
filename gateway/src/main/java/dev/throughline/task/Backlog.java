package dev.throughline.task;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How much each app has waiting to go out to people. Whether that is too much is asked at every
 * send, so it is answered from a count that errs upwards: what the table held when it was last
 * counted, and all that was accepted since. Only what was accepted and not folded when it was
 * counted is left out until the next time: about a second's worth.
 */
public final class Backlog {
  private static final String OF_APP =
      "select count(*) from task where app = ? and state = 'ready' and kind in ('send', 'signal')";

  private static final String ALL =
      """
      select app, count(*) from task
      where state = 'ready' and kind in ('send', 'signal')
      group by app
      """;

  /** A full queue is counted anew this often, and never for more than a twentieth of the time. */
  private static final long PAUSE = Duration.ofSeconds(1).toNanos();

  private static final int REST = 20;

  /** Other nodes accept as well. */
  private static final long LONGEST = Duration.ofMinutes(1).toNanos();

  private final Database database;
  private final LongSupplier nanos;
  private final ReentrantLock counting = new ReentrantLock();
  private volatile Counted counted;

  public Backlog(Database database, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
    this.counted = new Counted(Map.of(), nanos.getAsLong() - LONGEST, 0);
  }

  /** As it is now. */
  public long size(AppId app) {
    return database.read(c -> {
      try (PreparedStatement s = c.prepareStatement(OF_APP)) {
        s.setObject(1, app.value().toUuid());
        try (ResultSet row = s.executeQuery()) {
          row.next();
          return row.getLong(1);
        }
      }
    });
  }

  /** Takes a place in the app's queue, if it has one of {@code limit} free; 0: it has no end. */
  public boolean take(AppId app, int limit) {
    if (limit == 0) {
      return true;
    }
    Counted known = counted;
    long age = nanos.getAsLong() - known.at;
    if (age >= LONGEST || (known.of(app) >= limit && age >= Math.max(PAUSE, REST * known.cost))) {
      count();
    }
    Counted now = counted;
    if (now.of(app) >= limit) {
      return false;
    }
    now.since.computeIfAbsent(app, a -> new LongAdder()).increment();
    return true;
  }

  /** Nobody waits for another who counts. */
  private void count() {
    if (!counting.tryLock()) {
      return;
    }
    try {
      long start = nanos.getAsLong();
      Map<AppId, Long> sizes =
          database.read(c -> {
            Map<AppId, Long> found = new HashMap<>();
            try (PreparedStatement s = c.prepareStatement(ALL);
                ResultSet row = s.executeQuery()) {
              while (row.next()) {
                Ulid app = Ulids.of(row.getObject(1, UUID.class));
                found.put(new AppId(app), row.getLong(2));
              }
            }
            return found;
          });
      long end = nanos.getAsLong();
      counted = new Counted(sizes, end, end - start);
    } finally {
      counting.unlock();
    }
  }

  private static final class Counted {
    final Map<AppId, Long> sizes;
    final Map<AppId, LongAdder> since = new ConcurrentHashMap<>();
    final long at;
    final long cost;

    Counted(Map<AppId, Long> sizes, long at, long cost) {
      this.sizes = sizes;
      this.at = at;
      this.cost = cost;
    }

    long of(AppId app) {
      LongAdder more = since.get(app);
      return sizes.getOrDefault(app, 0L) + (more == null ? 0 : more.sum());
    }
  }
}
