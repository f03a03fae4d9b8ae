package dev.throughline.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.throughline.store.DatabaseConfig.Location;
import dev.throughline.store.DatabaseException.DatabaseUnavailable;
import dev.throughline.store.StoreUnusable.Code;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The one PostgreSQL of an installation, open and migrated. Work runs on pooled connections in
 * transactions that this class begins and ends; whoever needs a connection of their own for long
 * (the sequencer, the fold) gets one that they close.
 *
 * <p>All failures come as {@link DatabaseException}. What the work itself throws passes through,
 * after the rollback.
 */
public final class Database implements AutoCloseable {
  /** Debian's oldest that is still kept; MERGE and NULLS NOT DISTINCT need it. */
  private static final int OLDEST_MAJOR = 15;

  private static final Duration RETRY_PAUSE = Duration.ofMillis(250);
  private static final Duration KEEPALIVE = Duration.ofMinutes(2);
  private static final Duration VALIDATION = Duration.ofMillis(500);
  private static final Duration CONNECTION_LIFE = Duration.ofMinutes(30);
  private static final int IDLE_CONNECTIONS = 2;
  private static final String IN_FAILED_TRANSACTION = "25P02";

  private final Optional<EmbeddedPostgres> embedded;
  private final Connector connector;
  private final DatabaseConfig.Limits limits;
  private final HikariDataSource pool;

  /**
   * In front of the pool, and fair: virtual threads that wait on the pool itself are served in no
   * order, and the unlucky ones run into its time-out.
   */
  private final Semaphore permits;

  private final ThreadLocal<Boolean> working = ThreadLocal.withInitial(() -> false);

  /** On a database that is migrated already. */
  Database(Optional<EmbeddedPostgres> embedded, Connector connector, DatabaseConfig.Limits limits) {
    this.embedded = embedded;
    this.connector = connector;
    this.limits = limits;
    this.permits = new Semaphore(limits.connections(), true);
    this.pool = pool(connector, limits);
  }

  /**
   * Starts or finds the server, brings the schema forward, and opens the pool.
   *
   * @throws StoreUnusable saying what to do
   */
  public static Database open(DatabaseConfig config) {
    return switch (config.location()) {
      case Location.Embedded(EmbeddedConfig own) -> {
        EmbeddedPostgres server = EmbeddedPostgres.start(own);
        try {
          yield open(
              config,
              Optional.of(server),
              new Connector(server::jdbcUrl, server.user(), server.password(), config.limits()),
              "the embedded PostgreSQL");
        } catch (RuntimeException e) {
          server.close();
          throw e;
        }
      }
      case Location.External external ->
          open(
              config,
              Optional.empty(),
              new Connector(
                  external::jdbcUrl, external.user(), external.password(), config.limits()),
              external.place());
    };
  }

  private static Database open(
      DatabaseConfig config,
      Optional<EmbeddedPostgres> embedded,
      Connector connector,
      String place) {
    awaitAnswer(connector, config.limits().start(), place);
    Migrations.run(connector.asDataSource("migration", Connector.UNLIMITED), config.migrations());
    return new Database(embedded, connector, config.limits());
  }

  /** A database that starts beside us may take a while; one that refuses us will go on to. */
  private static void awaitAnswer(Connector connector, Duration patience, String place) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try (Connection connection = connector.open("start", Duration.ofSeconds(5))) {
        requireVersion(connection.getMetaData(), place);
        return;
      } catch (SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (state.startsWith("28") || state.startsWith("3D")) {
          throw new StoreUnusable(
              Code.DATABASE_REFUSED,
              "The database "
                  + place
                  + " refuses the connection ("
                  + e.getMessage()
                  + "): check database.user and database.password, and that the database exists.",
              e);
        }
        if (System.nanoTime() > deadline) {
          throw new StoreUnusable(
              Code.DATABASE_UNREACHABLE,
              "The database "
                  + place
                  + " does not answer ("
                  + e.getMessage()
                  + "): start it, or correct database.url.",
              e);
        }
      }
      pause(place);
    }
  }

  private static void pause(String place) {
    try {
      Thread.sleep(RETRY_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnusable(
          Code.DATABASE_UNREACHABLE, "Waiting for the database " + place + " was given up.", e);
    }
  }

  private static void requireVersion(DatabaseMetaData server, String place) throws SQLException {
    if (server.getDatabaseMajorVersion() < OLDEST_MAJOR) {
      throw new StoreUnusable(
          Code.DATABASE_TOO_OLD,
          "The database "
              + place
              + " is PostgreSQL "
              + server.getDatabaseProductVersion()
              + ": use "
              + OLDEST_MAJOR
              + " or newer.");
    }
  }

  private static HikariDataSource pool(Connector connector, DatabaseConfig.Limits limits) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("throughline");
    config.setDataSource(connector.asDataSource("work", limits.statement()));
    config.setMaximumPoolSize(limits.connections());
    config.setMinimumIdle(Math.min(IDLE_CONNECTIONS, limits.connections()));
    config.setConnectionTimeout(limits.borrow().toMillis());
    config.setValidationTimeout(Math.min(VALIDATION.toMillis(), limits.borrow().toMillis()));
    config.setKeepaliveTime(KEEPALIVE.toMillis());
    config.setMaxLifetime(CONNECTION_LIFE.toMillis());
    config.setAutoCommit(false);
    // Asked and answered before; from here on an absent database is for the callers to handle.
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  /**
   * Work that changes nothing, which the server enforces. Each statement sees what was committed
   * when it began.
   */
  public <T extends @Nullable Object> T read(SqlWork<T> work) {
    return run(work, true);
  }

  /** Work that commits when it returns and is undone when it throws. */
  public <T extends @Nullable Object> T transaction(SqlWork<T> work) {
    return run(work, false);
  }

  private <T extends @Nullable Object> T run(SqlWork<T> work, boolean readOnly) {
    if (working.get()) {
      // It would wait for a second connection while holding the first: a deadlock under load.
      throw new IllegalStateException("work on the database must not ask for further work on it");
    }
    acquire();
    working.set(true);
    try (Connection connection = borrow()) {
      T result = perform(connection, work, readOnly);
      commit(connection);
      return result;
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    } finally {
      working.remove();
      permits.release();
    }
  }

  private void acquire() {
    try {
      if (!permits.tryAcquire(limits.borrow().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DatabaseUnavailable(
            "All " + limits.connections() + " connections were busy for " + limits.borrow(),
            "",
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabaseUnavailable("Interrupted while waiting for a connection", "", e);
    }
  }

  private Connection borrow() {
    try {
      return pool.getConnection();
    } catch (SQLException e) {
      throw new DatabaseUnavailable("The database gives no connection", "", e);
    }
  }

  private static <T extends @Nullable Object> T perform(
      Connection connection, SqlWork<T> work, boolean readOnly) {
    try {
      connection.setReadOnly(readOnly);
      return work.run(connection);
    } catch (SQLException e) {
      rollback(connection, e);
      throw DatabaseException.of(e);
    } catch (RuntimeException | Error e) {
      rollback(connection, e);
      throw e;
    }
  }

  /** The connection may be what failed: then the server has rolled back by itself. */
  private static void rollback(Connection connection, Throwable reason) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }

  /**
   * Commits on a connection that is not in auto-commit mode. The server answers the COMMIT of a
   * transaction in which a statement failed with a rollback, and the driver takes that for success;
   * here it is an exception.
   */
  public static void commit(Connection connection) {
    try {
      if (connection.unwrap(BaseConnection.class).getTransactionState()
          == TransactionState.FAILED) {
        connection.rollback();
        throw new SQLException("a statement failed before the commit", IN_FAILED_TRANSACTION);
      }
      connection.commit();
    } catch (SQLException e) {
      throw DatabaseException.atCommit(e);
    }
  }

  /**
   * A connection outside the pool, for one who keeps it: in auto-commit mode, with the usual limits
   * on statements. The caller closes it, and after a failure opens another. What goes wrong on it
   * is told apart by {@link DatabaseException#of} and {@link DatabaseException#atCommit}.
   *
   * @param purpose one word, shown in pg_stat_activity
   */
  public Connection connect(String purpose) {
    return connect(purpose, limits.statement());
  }

  /**
   * @param statement the longest a statement may run; zero for no limit
   */
  public Connection connect(String purpose, Duration statement) {
    try {
      return connector.open(purpose, statement);
    } catch (SQLException e) {
      throw new DatabaseUnavailable("The database gives no connection", "", e);
    }
  }

  /** What the server says about durability, for {@code doctor} and for benchmarks. */
  public DurabilitySettings show() {
    return read(DurabilitySettings::read);
  }

  /**
   * Creates one segment of the write-ahead log before it is needed, until {@code min_wal_size} is
   * reached; then makes them all ready for use. While it does, which takes some 40 ms, commits
   * wait.
   *
   * @return whether there is more to do
   * @throws DatabaseException where the account may not, as on most external servers
   */
  public boolean warmLog() {
    try (Connection connection = connector.open("warm", Duration.ofMinutes(1));
        Statement statement = connection.createStatement()) {
      int wanted = segments(statement, "SELECT setting::int FROM pg_settings WHERE name = ?");
      if (count(statement) < wanted) {
        // A switch right after a switch does nothing: there must be something in the segment.
        statement.execute("SELECT pg_logical_emit_message(false, 'throughline', 'warm')");
        statement.execute("SELECT pg_switch_wal()");
        return true;
      }
      statement.execute("CHECKPOINT");
      return false;
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }

  private static int segments(Statement statement, String sql) throws SQLException {
    try (PreparedStatement setting = statement.getConnection().prepareStatement(sql)) {
      setting.setString(1, "min_wal_size");
      try (ResultSet row = setting.executeQuery()) {
        row.next();
        return row.getInt(1) / PostgresSettings.SEGMENT_MEGABYTES;
      }
    }
  }

  private static int count(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_ls_waldir()")) {
      row.next();
      return row.getInt(1);
    }
  }

  /** Our own server, if it is one. */
  public Optional<EmbeddedPostgres> embedded() {
    return embedded;
  }

  /** Ends open connections, then our own server. Work that still runs is rolled back. */
  @Override
  public void close() {
    try {
      pool.close();
    } finally {
      embedded.ifPresent(EmbeddedPostgres::close);
    }
  }
}
