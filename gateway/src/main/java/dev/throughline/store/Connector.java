package dev.throughline.store;

import dev.throughline.store.DatabaseConfig.Limits;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections, each with all that the product relies on, whatever the server's own defaults
 * are.
 *
 * @param url asked each time: an embedded server that was started again may have another port
 */
record Connector(Supplier<String> url, String user, String password, Limits limits) {
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** The server cancels first; the socket gives up only on one that is gone. */
  private static final Duration SOCKET_GRACE = Duration.ofSeconds(5);

  private static final int CACHED_STATEMENTS = 512;
  private static final int CACHED_STATEMENTS_MIB = 8;

  /** Zero, as PostgreSQL understands it. */
  static final Duration UNLIMITED = Duration.ZERO;

  /**
   * @param purpose is shown in pg_stat_activity after our name
   * @param statement the longest a statement may run
   */
  Connection open(String purpose, Duration statement) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("ApplicationName", "throughline " + purpose);
    properties.setProperty("connectTimeout", String.valueOf(CONNECT.toSeconds()));
    properties.setProperty("loginTimeout", String.valueOf(CONNECT.multipliedBy(2).toSeconds()));
    properties.setProperty("cancelSignalTimeout", String.valueOf(CONNECT.toSeconds()));
    if (!statement.isZero()) {
      properties.setProperty(
          "socketTimeout", String.valueOf(statement.plus(SOCKET_GRACE).toSeconds()));
    }
    properties.setProperty("tcpKeepAlive", String.valueOf(true));
    // After a failover the URL's other host is the primary; a standby would refuse every write.
    properties.setProperty("targetServerType", "primary");
    // All SQL is fixed text, run many times: prepared at once, arguments and results in binary,
    // which arrays of a thousand longs and byte strings for unnest need most.
    properties.setProperty("prepareThreshold", String.valueOf(1));
    properties.setProperty("preparedStatementCacheQueries", String.valueOf(CACHED_STATEMENTS));
    properties.setProperty("preparedStatementCacheSizeMiB", String.valueOf(CACHED_STATEMENTS_MIB));
    properties.setProperty("binaryTransfer", String.valueOf(true));
    // "Key (phone)=(...) already exists" must not get into an exception and from there into a log.
    properties.setProperty("logServerErrorDetail", String.valueOf(false));
    Connection connection = DriverManager.getConnection(url.get(), properties);
    try (Statement session = connection.createStatement()) {
      session.execute(sessionSettings(statement));
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
    return connection;
  }

  /**
   * Set here and not as start-up options: poolers such as PgBouncer refuse those. A server or role
   * that has synchronous_commit off is overruled, because "durable when it returns" is our word.
   */
  private String sessionSettings(Duration statement) {
    return """
    SELECT set_config('statement_timeout', '%d', false),
           set_config('lock_timeout', '%d', false),
           set_config('idle_in_transaction_session_timeout', '%d', false),
           set_config('default_transaction_isolation', 'read committed', false),
           set_config('synchronous_commit',
             CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
             ELSE current_setting('synchronous_commit') END, false)
    """
        .formatted(statement.toMillis(), limits.lock().toMillis(), limits.idle().toMillis());
  }

  /** The same connections for the pool and for the migrations, which ask for this interface. */
  DataSource asDataSource(String purpose, Duration statement) {
    return new Source(this, purpose, statement);
  }

  private record Source(Connector connector, String purpose, Duration statement)
      implements DataSource {
    @Override
    public Connection getConnection() throws SQLException {
      return connector.open(purpose, statement);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      throw new SQLFeatureNotSupportedException("the account is fixed");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
      return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
      return Math.toIntExact(CONNECT.toSeconds());
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
      throw new SQLFeatureNotSupportedException("logs through slf4j");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
      throw new SQLFeatureNotSupportedException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
      return false;
    }
  }
}
