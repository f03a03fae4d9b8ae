package dev.throughline.vault;

import dev.throughline.message.Bytes;
import dev.throughline.store.UuidArray;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** SQL of table {@code person_key}. */
final class KeyStore {
  private static final String BY_ID =
      """
      select id, owner, month, epoch, wrapped from person_key where id = any (?)
      """;

  private static final String BY_OWNER =
      """
      select id, owner, month, epoch, wrapped from person_key
      where owner = any (?) and month in (0, ?)
      """;

  private static final String INSERT =
      """
      insert into person_key (id, owner, month, epoch, wrapped)
      select * from unnest(?::uuid[], ?::bytea[], ?::int[], ?::int[], ?::bytea[])
      """;

  private static final String DELETE = "delete from person_key where owner = ? returning id";

  private static final String HAS_ANY = "select exists (select 1 from person_key)";

  private KeyStore() {}

  static boolean hasAny(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HAS_ANY);
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  static List<DataKey.Row> byId(Connection connection, Collection<UUID> ids) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_ID)) {
      statement.setArray(1, UuidArray.of(connection, ids));
      return rows(statement);
    }
  }

  static List<DataKey.Row> byOwner(Connection connection, Collection<Bytes> owners, int month)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_OWNER)) {
      statement.setArray(1, connection.createArrayOf("bytea", arrays(owners)));
      statement.setInt(2, month);
      return rows(statement);
    }
  }

  /** Answers the ids of those that there were. */
  static List<UUID> delete(Connection connection, Bytes owner) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
      statement.setBytes(1, owner.array());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ids.add(row.getObject(1, UUID.class));
        }
      }
    }
    return ids;
  }

  static void insert(Connection connection, List<DataKey.Row> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      bind(connection, statement, 1, rows);
      statement.executeUpdate();
    }
  }

  /** Binds the five arrays of {@link #INSERT} from parameter {@code first} on. */
  static void bind(
      Connection connection, PreparedStatement statement, int first, List<DataKey.Row> rows)
      throws SQLException {
    int n = rows.size();
    UUID[] ids = new UUID[n];
    byte[][] owners = new byte[n][];
    Integer[] months = new Integer[n];
    Integer[] epochs = new Integer[n];
    byte[][] wrapped = new byte[n][];
    for (int i = 0; i < n; i++) {
      DataKey.Row row = rows.get(i);
      ids[i] = row.id();
      owners[i] = row.owner().array();
      months[i] = row.month();
      epochs[i] = row.epoch();
      wrapped[i] = row.wrapped().array();
    }
    statement.setArray(first, UuidArray.of(connection, Arrays.asList(ids)));
    statement.setArray(first + 1, connection.createArrayOf("bytea", owners));
    statement.setArray(first + 2, connection.createArrayOf("int4", months));
    statement.setArray(first + 3, connection.createArrayOf("int4", epochs));
    statement.setArray(first + 4, connection.createArrayOf("bytea", wrapped));
  }

  private static byte[][] arrays(Collection<Bytes> values) {
    return values.stream().map(Bytes::array).toArray(byte[][]::new);
  }

  private static List<DataKey.Row> rows(PreparedStatement statement) throws SQLException {
    List<DataKey.Row> rows = new ArrayList<>();
    try (ResultSet found = statement.executeQuery()) {
      while (found.next()) {
        rows.add(
            new DataKey.Row(
                found.getObject(1, UUID.class),
                Bytes.wrap(found.getBytes(2)),
                found.getInt(3),
                found.getInt(4),
                Bytes.wrap(found.getBytes(5))));
      }
    }
    return rows;
  }
}
