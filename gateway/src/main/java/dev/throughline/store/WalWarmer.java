package dev.throughline.store;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Once an installation is used in earnest, makes the embedded server's whole reserve of write-ahead
 * log while nobody writes. A commit that must first create a segment waits some 40 ms, and at 2,000
 * webhooks a second that is every other second, until the first gigabyte has been written. Whoever
 * only tries the gateway never has that gigabyte on the disk.
 */
public final class WalWarmer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WalWarmer.class);

  /** So much written makes it worth while. */
  private static final int IN_EARNEST = 20_000;

  /**
   * A pause that is worth using. Who comes back meanwhile waits for one segment, which he would
   * have had to make himself.
   */
  private static final Duration QUIET = Duration.ofMillis(500);

  private static final Duration BETWEEN = Duration.ofMillis(100);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  private final Database database;
  private final LongSupplier written;
  private final Thread thread;

  /**
   * @param written a count that rises with everything that is written: entries, and what the fold
   *     makes of them
   */
  public WalWarmer(Database database, LongSupplier written) {
    this.database = database;
    this.written = written;
    this.thread = Thread.ofVirtual().name("wal-warmer").unstarted(this::run);
  }

  /** Does nothing for a server that is not ours. */
  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    if (database.embedded().isEmpty()) {
      return;
    }
    try {
      long before = written.getAsLong();
      while (true) {
        Thread.sleep(QUIET);
        long now = written.getAsLong();
        if (now == before && now >= IN_EARNEST && !warmWhileQuiet(now)) {
          return;
        }
        before = now;
      }
    } catch (InterruptedException e) {
      LOG.debug("the write-ahead log is left as it is");
    } catch (DatabaseException e) {
      LOG.info("the write-ahead log is not prepared ahead: {}", e.getMessage());
    }
  }

  /** Whether there is more to do. */
  private boolean warmWhileQuiet(long quiet) throws InterruptedException {
    while (written.getAsLong() == quiet) {
      if (!database.warmLog()) {
        return false;
      }
      Thread.sleep(BETWEEN);
    }
    return true;
  }
}
