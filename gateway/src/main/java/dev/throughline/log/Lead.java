package dev.throughline.log;

import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lead: one node folds, runs tasks and signs. A lease by the database's clock chooses it; what
 * keeps an earlier leader from acting is the epoch that its {@code lead} entry raised, not the
 * lease.
 */
public final class Lead implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lead.class);
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final Duration RENEW = Duration.ofSeconds(3);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private static final String TAKE =
      """
      insert into lease (name, node, epoch, until)
      values ('lead', ?, 0, now() + make_interval(secs => ?))
      on conflict (name) do update
        set node = excluded.node, until = excluded.until
        where lease.node = excluded.node or lease.until < now()
      returning epoch
      """;

  private static final String RELEASE = "delete from lease where name = 'lead' and node = ?";

  private final Database database;
  private final UUID node;
  private final long epoch;
  private final Runnable lost;
  private final Thread renewal;
  private volatile boolean closed;

  private Lead(Database database, UUID node, long epoch, Runnable lost) {
    this.database = database;
    this.node = node;
    this.epoch = epoch;
    this.lost = lost;
    this.renewal = Thread.ofPlatform().name("lead").daemon(true).unstarted(this::renew);
  }

  /**
   * Waits for the lease, then appends {@code lead}. A node that starts again takes back its own
   * lease at once.
   *
   * @param lost called once if another node took the lease
   */
  public static Lead take(Log log, Drafts drafts, UUID node, Runnable lost)
      throws InterruptedException {
    Database database = log.database();
    while (!lease(database, node)) {
      LOG.info("another node leads; waiting for its lease to end");
      Thread.sleep(RENEW);
    }
    Appended appended = log.append(drafts.draft(Kind.LEAD, new Subject.Installation()).build());
    if (!(appended instanceof Appended.At(long index, var _))) {
      throw new IllegalStateException("a lead entry cannot be stale or a repeat: " + appended);
    }
    // Not the head's epoch: yet another node may have taken the lead since.
    long epoch = database.read(c -> LogStore.epochAt(c, index));
    Lead lead = new Lead(database, node, epoch, lost);
    lead.renewal.start();
    return lead;
  }

  public long epoch() {
    return epoch;
  }

  /** Gives the lease up, so that another node need not wait for its end. */
  @Override
  public void close() {
    closed = true;
    renewal.interrupt();
    try {
      renewal.join(CLOSE_PATIENCE);
      database.transaction(connection -> {
        try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
          statement.setObject(1, node);
          return statement.executeUpdate();
        }
      });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.info("the lease could not be given up and will end by itself: {}", e.getMessage());
    }
  }

  private void renew() {
    while (!closed) {
      try {
        Thread.sleep(RENEW);
        if (!lease(database, node)) {
          LOG.warn("another node took the lead");
          lost.run();
          return;
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warn("the lease could not be renewed: {}", e.getMessage());
      }
    }
  }

  private static boolean lease(Database database, UUID node) {
    return database.transaction(connection -> tryLease(connection, node)).isPresent();
  }

  private static OptionalLong tryLease(Connection connection, UUID node) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TAKE)) {
      statement.setObject(1, node);
      statement.setLong(2, LEASE.toSeconds());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }
}
