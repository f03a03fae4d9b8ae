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
import org.jspecify.annotations.Nullable;

/**
 * The partitions of {@code entry} (a month each), {@code payload} (a day each) and {@code seen} (a
 * day each). The open partition of the first two reaches to the end of all indexes; when its period
 * is over it is closed at the head and the next one opened, in one transaction. Also forgets what
 * is kept for days only.
 */
final class Partitions {
  /** Events older than this are kept and flagged, and not acted on. */
  static final int SEEN_DAYS = 30;

  /** Days of {@code seen} that are made before they begin. */
  static final int SEEN_AHEAD = 2;

  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM");
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd");

  /** One node at a time; any number that is nobody else's. */
  private static final String TAKE_TURNS = "select pg_advisory_xact_lock(8317469001)";

  /** While it waits for a lock, everybody who appends waits behind it. */
  private static final String BRIEFLY = "set local lock_timeout = '1s'";

  private static final String EXISTS = "select to_regclass(?) is not null";
  private static final String OPEN_PARTITION =
      """
      select c.relname, pg_get_expr(c.relpartbound, c.oid)
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = ?::regclass
        and pg_get_expr(c.relpartbound, c.oid) like '%TO (MAXVALUE)%'
      """;
  private static final String OLD_SEEN =
      """
      select c.relname
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'seen'::regclass and c.relname < ?
      """;

  private Partitions() {}

  /** Closes what is over, opens what begins; in an empty database opens the first. */
  static void prepare(Connection connection, Instant now) throws SQLException {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    execute(connection, BRIEFLY);
    execute(connection, TAKE_TURNS);
    turn(connection, "entry", MONTH.format(today));
    turn(connection, "payload", DAY.format(today));
    prepareSeen(connection, today);
    LogStore.forgetOnce(connection, today.minusDays(1));
  }

  private static void turn(Connection connection, String table, String period) throws SQLException {
    OpenPartition open = openPartition(connection, table);
    if (open == null) {
      execute(connection, open(table, period, 0));
      return;
    }
    String next = table + "_" + period;
    // Names sort by period. A clock that went back opens nothing: the partition there is, is later.
    if (open.name().compareTo(next) >= 0) {
      return;
    }
    execute(connection, "lock table " + table + " in access exclusive mode");
    long head = LogStore.head(connection).map(Head::next).orElse(0L);
    if (open.from() == head) {
      // Nothing came in this period: the partition goes on under the new period's name.
      execute(connection, "alter table %s rename to %s".formatted(open.name(), next));
      return;
    }
    execute(connection, "alter table %s detach partition %s".formatted(table, open.name()));
    execute(
        connection,
        "alter table %s attach partition %s for values from (%d) to (%d)"
            .formatted(table, open.name(), open.from(), head));
    execute(connection, open(table, period, head));
  }

  private record OpenPartition(String name, long from) {}

  private static @Nullable OpenPartition openPartition(Connection connection, String table)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OPEN_PARTITION)) {
      statement.setString(1, table);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        String from = row.getString(2).replaceAll(".*FROM \\('?(\\d+)'?\\).*", "$1");
        return new OpenPartition(row.getString(1), Long.parseLong(from));
      }
    }
  }

  private static void prepareSeen(Connection connection, LocalDate today) throws SQLException {
    for (int day = -SEEN_DAYS; day <= SEEN_AHEAD; day++) {
      LocalDate date = today.plusDays(day);
      String name = "seen_" + DAY.format(date);
      if (!exists(connection, name)) {
        execute(
            connection,
            "create table %s partition of seen for values from ('%s') to ('%s')"
                .formatted(name, date, date.plusDays(1)));
      }
    }
    try (PreparedStatement statement = connection.prepareStatement(OLD_SEEN)) {
      statement.setString(1, "seen_" + DAY.format(today.minusDays(SEEN_DAYS)));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          execute(connection, "drop table " + rows.getString(1));
        }
      }
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
