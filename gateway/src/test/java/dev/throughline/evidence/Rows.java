package dev.throughline.evidence;

import dev.throughline.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What a database administrator could do, and see. */
final class Rows {
  private final Database database;

  Rows(Database database) {
    this.database = database;
  }

  void execute(String... statements) {
    database.transaction(c -> {
      try (Statement statement = c.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      }
      return true;
    });
  }

  void set(String sql, byte[] value) {
    database.transaction(c -> {
      try (PreparedStatement statement = c.prepareStatement(sql)) {
        statement.setBytes(1, value);
        if (statement.executeUpdate() != 1) {
          throw new IllegalStateException("no single row: " + sql);
        }
      }
      return true;
    });
  }

  long number(String sql) {
    return database.read(c -> one(c, sql, row -> row.getLong(1)));
  }

  byte[] bytes(String sql) {
    return database.read(c -> one(c, sql, row -> row.getBytes(1)));
  }

  List<String> texts(String sql) {
    return database.read(c -> {
      List<String> texts = new ArrayList<>();
      try (Statement statement = c.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          texts.add(rows.getString(1));
        }
      }
      return texts;
    });
  }

  @FunctionalInterface
  private interface Column<T> {
    T of(ResultSet row) throws SQLException;
  }

  private static <T> T one(Connection connection, String sql, Column<T> column)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return column.of(row);
    }
  }
}
