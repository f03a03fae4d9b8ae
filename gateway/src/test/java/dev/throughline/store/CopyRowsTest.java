package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.throughline.message.Bytes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What is copied in is what PostgreSQL itself says of it; a row that does not fit is an error. */
class CopyRowsTest {
  private static final String COPY = "copy kinds from stdin (format binary)";

  @AutoClose private final TestDatabase test = TestDatabase.create();

  @Test
  void everyKindOfColumnArrives() throws SQLException {
    UUID id = UUID.fromString("0192f6a0-0000-7000-8000-00000000abcd");
    try (Connection connection = connect();
        CopyRows rows = CopyRows.into(connection, COPY, 8)) {
      rows.row()
          .uuid(id)
          .text("สวัสดี\n\t\\N")
          .bytea(Bytes.wrap(new byte[] {0, -1, 10}))
          .time(Instant.parse("1999-12-31T23:59:59.123456Z"))
          .bigint(Long.MIN_VALUE)
          .integer(-1)
          .smallint(Short.MAX_VALUE)
          .bool(true)
          .row()
          .uuid(null)
          .text(null)
          .bytea(Bytes.EMPTY)
          .time(null)
          .bigint(0)
          .integer(0)
          .smallint(0)
          .bool(false)
          .end();
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("select k::text from kinds k order by a")) {
        row.next();
        assertThat(row.getString(1))
            .isEqualTo(
                "(0192f6a0-0000-7000-8000-00000000abcd,\"สวัสดี\n\t\\\\N\",\"\\\\x00ff0a\","
                    + "\"1999-12-31 23:59:59.123456+00\",-9223372036854775808,-1,32767,t)");
        row.next();
        assertThat(row.getString(1)).isEqualTo("(,,\"\\\\x\",,0,0,0,f)");
      }
    }
  }

  @Test
  void manyRowsAreOneCopy() throws SQLException {
    try (Connection connection = connect()) {
      try (CopyRows rows = CopyRows.into(connection, COPY, 8)) {
        for (int i = 0; i < 5_000; i++) {
          rows.row().uuid(null).text("x".repeat(i % 100)).bytea(Bytes.EMPTY).time(Instant.EPOCH);
          rows.bigint(i).integer(i).smallint(0).bool(true);
        }
        rows.end();
      }
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery("select count(*), sum(length(b)), sum(e) from kinds")) {
        row.next();
        assertThat(row.getLong(1)).isEqualTo(5_000);
        assertThat(row.getLong(2)).isEqualTo(50 * 4_950);
        assertThat(row.getLong(3)).isEqualTo(4_999L * 5_000 / 2);
      }
    }
  }

  @Test
  void whatDoesNotFitIsAnErrorAndTheConnectionGoesOn() throws SQLException {
    try (Connection connection = connect()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> {
            try (CopyRows tooFew = CopyRows.into(connection, COPY, 8)) {
              tooFew.row().uuid(null).end();
            }
          })
          .satisfies(e -> assertThat(e.getSQLState()).startsWith("22"));
      String some = "copy kinds (b, e) from stdin (format binary)";
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> {
            try (CopyRows nul = CopyRows.into(connection, some, 2)) {
              nul.row().text("\0").bigint(1).end();
            }
          })
          .satisfies(e -> assertThat(e.getSQLState()).startsWith("22"));
      try (CopyRows rows = CopyRows.into(connection, some, 2)) {
        rows.row().text("x").bigint(1).end();
      }
    }
  }

  /** Of several times what is sent at once, with an error in the first row. */
  @Test
  void anErrorInTheMiddleEndsItAndTheConnectionGoesOn() throws SQLException {
    String some = "copy kinds (b, e) from stdin (format binary)";
    try (Connection connection = connect()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> {
            try (CopyRows rows = CopyRows.into(connection, some, 2)) {
              rows.row().text("\0").bigint(1);
              for (int i = 0; i < 5_000; i++) {
                rows.row().text("x".repeat(100)).bigint(i);
              }
              rows.end();
            }
          })
          .satisfies(e -> assertThat(e.getSQLState()).startsWith("22"));
      assertThat(rows(connection)).isZero();
    }
  }

  @Test
  void whatIsNotEndedIsNotCopied() throws SQLException {
    try (Connection connection = connect()) {
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> {
            try (CopyRows rows =
                CopyRows.into(connection, "copy kinds (e) from stdin (format binary)", 1)) {
              for (int i = 0; i < 5_000; i++) {
                rows.row().bigint(i);
              }
              throw new IllegalStateException("the next row cannot be made");
            }
          })
          .withMessage("the next row cannot be made");
      assertThat(rows(connection)).isZero();
    }
  }

  private static long rows(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from kinds")) {
      row.next();
      return row.getLong(1);
    }
  }

  private Connection connect() throws SQLException {
    Connection connection = test.database().connect("test");
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "create temporary table kinds (a uuid, b text, c bytea, d timestamptz, e bigint, f int,"
              + " g smallint, h boolean)");
    }
    return connection;
  }

  @Test
  void daysArrive() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create temporary table days (day date)");
      try (CopyRows rows = CopyRows.into(connection, "copy days from stdin (format binary)", 1)) {
        rows.row().date(LocalDate.parse("1999-12-31"));
        rows.row().date(LocalDate.parse("2026-11-21")).end();
      }
      try (ResultSet row =
          statement.executeQuery("select string_agg(day::text, ' ' order by day) from days")) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("1999-12-31 2026-11-21");
      }
    }
  }
}
