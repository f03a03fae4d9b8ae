package dev.throughline.evidence;

import dev.throughline.ledger.Hash;
import dev.throughline.message.Ids.MessageId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** SQL of published checkpoints, and of which entries a message consists of. */
final class EvidenceStore {
  private static final String SHARDS = "select origin, first from shard order by first";

  private static final String INSERT =
      """
      insert into checkpoint (origin, size, at, note) values (?, ?, ?, ?)
      on conflict (origin, size) do nothing
      """;

  private static final String NEWEST =
      "select size, note from checkpoint where origin = ? order by size desc limit 1";

  private static final String NEWEST_OF_ALL =
      """
      select c.note from checkpoint c join shard s on s.origin = c.origin
      order by s.first desc, c.size desc limit 1
      """;

  /** Of an inbound message the parts of its event, of an outbound one all that was said for it. */
  private static final String OF_MESSAGE =
      """
      select index, part_first, part_end from message where id = ? and direction = 0
      union
      select e.index, 0, null from message_entry e join message m on m.id = e.message
      where e.message = ? and (m.direction <> 0 or e.index <> m.index)
      order by 1
      """;

  private static final String ROOT = "select root from batch where next = ? order by first limit 1";

  private EvidenceStore() {}

  static List<Shard> shards(Connection connection) throws SQLException {
    List<Shard> shards = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SHARDS);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        shards.add(new Shard(rows.getString(1), rows.getLong(2)));
      }
    }
    return shards;
  }

  static void insert(Connection connection, String origin, long size, Instant at, String note)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setString(1, origin);
      statement.setLong(2, size);
      statement.setObject(3, at.atOffset(ZoneOffset.UTC));
      statement.setString(4, note);
      statement.executeUpdate();
    }
  }

  static Optional<Published> newest(Connection connection, String origin) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEWEST)) {
      statement.setString(1, origin);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Published(row.getLong(1), row.getString(2)))
            : Optional.empty();
      }
    }
  }

  static Optional<String> newest(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEWEST_OF_ALL);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
    }
  }

  /** The root of the shard's tree as the batch said that ends before {@code next}. */
  static Hash root(Connection connection, long next) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROOT)) {
      statement.setLong(1, next);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException("no batch ends at " + next);
        }
        return Hash.of(row.getBytes(1));
      }
    }
  }

  static List<Wanted> ofMessage(Connection connection, MessageId id) throws SQLException {
    List<Wanted> wanted = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(OF_MESSAGE)) {
      statement.setObject(1, id.value().toUuid());
      statement.setObject(2, id.value().toUuid());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          int end = rows.getInt(3);
          boolean whole = rows.wasNull();
          wanted.add(new Wanted(rows.getLong(1), rows.getInt(2), whole ? Integer.MAX_VALUE : end));
        }
      }
    }
    return wanted;
  }

  /** A shard of the ledger, and the log's index of its first leaf. */
  record Shard(String origin, long first) {}

  /** A checkpoint as it was published. */
  record Published(long size, String note) {}

  /** An entry, and of it the parts {@code [first, end)}. */
  record Wanted(long index, int first, int end) {
    boolean discloses(int part) {
      return part >= first && part < end;
    }
  }
}
