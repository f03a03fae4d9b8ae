package dev.throughline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gateway's PostgreSQL, read from outside by one connection a question, so that nothing is held
 * while a window runs.
 *
 * @param jdbcUrl with user and password in its query; loopback
 */
record GatewayDatabase(String jdbcUrl) {
  private static final String ENTRIES = "select count(*) from entry where kind = ?";

  private static final String MESSAGES = "select count(*) from message where direction = ?::int";

  /** From a person to an app. */
  private static final String INBOUND = "0";

  /** The newest rows of both insert-only chains: head and position (ARCHITECTURE §3). */
  private static final String BACKLOG =
      """
      select coalesce((select max(next) from batch), 0)
           - coalesce((select max(next) from step where reader = ?), 0)
      """;

  /** Each of ours says its purpose after the product's name. */
  private static final String BACKENDS =
      """
      select pid,
        case backend_type when 'client backend' then replace(application_name, 'throughline ', '')
          else backend_type end
      from pg_stat_activity
      where pid <> pg_backend_pid()
      """;

  /** The only fold that changes what we know. */
  private static final String READER = "converse";

  private static final List<String> DURABILITY =
      List.of("fsync", "synchronous_commit", "full_page_writes");
  private static final int PORT_LINE = 4;
  private static final int LOGIN_SECONDS = 5;
  private static final int QUERY_SECONDS = 60;

  GatewayDatabase {
    Loopback.databaseRefusal(jdbcUrl)
        .ifPresent(why -> {
          throw new IllegalArgumentException(why);
        });
  }

  /**
   * The embedded one of a data directory, while it runs: its port stands in PostgreSQL's own {@code
   * postmaster.pid}, its password beside the cluster.
   */
  static GatewayDatabase embeddedIn(Path data) throws IOException {
    Path home = data.resolve("postgres");
    List<String> running = Files.readAllLines(home.resolve("cluster/postmaster.pid"));
    if (running.size() < PORT_LINE) {
      throw new IOException("the embedded PostgreSQL of " + data + " is still starting");
    }
    return new GatewayDatabase(
        "jdbc:postgresql://127.0.0.1:%s/throughline?user=throughline&password=%s"
            .formatted(
                running.get(PORT_LINE - 1).strip(),
                Files.readString(home.resolve("password")).strip()));
  }

  /** Says where, and keeps the password to itself. */
  @Override
  public String toString() {
    return jdbcUrl.replaceFirst("\\?.*", "");
  }

  long entriesOfKind(String kind) throws IOException {
    return number(ENTRIES, kind);
  }

  /** What people wrote, as the fold has understood it. */
  long messages() throws IOException {
    return number(MESSAGES, INBOUND);
  }

  long backlog() throws IOException {
    return number(BACKLOG, READER);
  }

  /** What each of PostgreSQL's processes does: for whom it works, or what kind of helper it is. */
  Map<Long, String> backends() throws IOException {
    DriverManager.setLoginTimeout(LOGIN_SECONDS);
    Map<Long, String> backends = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        PreparedStatement statement = connection.prepareStatement(BACKENDS)) {
      statement.setQueryTimeout(QUERY_SECONDS);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          backends.put(rows.getLong(1), rows.getString(2));
        }
      }
      return backends;
    } catch (SQLException e) {
      throw new IOException("the gateway's database: " + e.getMessage(), e);
    }
  }

  Map<String, String> durability() throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String name : DURABILITY) {
      settings.put(name, query("select current_setting(?)", name, row -> row.getString(1)));
    }
    return settings;
  }

  private long number(String sql, String argument) throws IOException {
    return query(sql, argument, row -> row.getLong(1));
  }

  private <T> T query(String sql, String argument, Column<T> column) throws IOException {
    DriverManager.setLoginTimeout(LOGIN_SECONDS);
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setQueryTimeout(QUERY_SECONDS);
      statement.setString(1, argument);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return column.of(rows);
      }
    } catch (SQLException e) {
      throw new IOException("the gateway's database: " + e.getMessage(), e);
    }
  }

  private interface Column<T> {
    T of(ResultSet row) throws SQLException;
  }
}
