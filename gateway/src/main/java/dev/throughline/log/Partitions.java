package dev.throughline.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The partitions of {@code entry} (a month each), {@code payload} (a day each) and {@code seen} (a
 * day each). The open partition of the first two reaches to the end of all indexes; when its period
 * is over it is closed at the head and the next one opened, in one transaction.
 */
final class Partitions {
  /** Events older than this are kept and flagged, and not acted on. */
  static final int SEEN_DAYS = 30;

  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM");
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd");

  private static final String EXISTS = "select to_regclass(?) is not null";
  private static final String OPEN_PARTITION =
      """
      select c.relname, pg_get_expr(c.relpartbound, c.oid)
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = ?::regclass
        and pg_get_expr(c.relpartbound, c.oid) like '%TO (MAXVALUE)%'
      """;

  private Partitions() {}

  /** In an empty database. */
  static void create(Connection connection, Instant now) throws SQLException {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    execute(connection, open("entry", MONTH.format(today), 0));
    execute(connection, open("payload", DAY.format(today), 0));
    prepareSeen(connection, today);
  }

  /** At each start and every hour: closes what is over, opens what begins. */
  static void prepare(Connection connection, Instant now) throws SQLException {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    turn(connection, "entry", MONTH.format(today));
    turn(connection, "payload", DAY.format(today));
    prepareSeen(connection, today);
  }

  private static void turn(Connection connection, String table, String period) throws SQLException {
    String open;
    String bound;
    try (PreparedStatement statement = connection.prepareStatement(OPEN_PARTITION)) {
      statement.setString(1, table);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException("table " + table + " has no open partition");
        }
        open = row.getString(1);
        bound = row.getString(2);
      }
    }
    if (open.equals(table + "_" + period)) {
      return;
    }
    execute(connection, "lock table " + table + " in access exclusive mode");
    long head = LogStore.head(connection).map(Head::next).orElse(0L);
    long from = Long.parseLong(bound.replaceAll(".*FROM \\('?(\\d+)'?\\).*", "$1"));
    if (from == head) {
      // Nothing came in this period: the partition goes on under the new period's name.
      execute(connection, "alter table %s rename to %s_%s".formatted(open, table, period));
      return;
    }
    execute(connection, "alter table %s detach partition %s".formatted(table, open));
    execute(
        connection,
        "alter table %s attach partition %s for values from (%d) to (%d)"
            .formatted(table, open, from, head));
    execute(connection, open(table, period, head));
  }

  private static void prepareSeen(Connection connection, LocalDate today) throws SQLException {
    for (int day = -SEEN_DAYS; day <= 2; day++) {
      LocalDate date = today.plusDays(day);
      String name = "seen_" + DAY.format(date);
      if (!exists(connection, name)) {
        execute(
            connection,
            "create table %s partition of seen for values from ('%s') to ('%s')"
                .formatted(name, date, date.plusDays(1)));
      }
    }
    for (int day = -SEEN_DAYS - 1; day > -2 * SEEN_DAYS; day--) {
      execute(connection, "drop table if exists seen_" + DAY.format(today.plusDays(day)));
    }
  }

  private static String open(String table, String period, long from) {
    return "create table %s_%s partition of %s for values from (%d) to (maxvalue)"
        .formatted(table, period, table, from);
  }

  private static boolean exists(Connection connection, String table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EXISTS)) {
      statement.setString(1, table);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
