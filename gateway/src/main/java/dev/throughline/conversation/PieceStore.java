package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** SQL of messages that came in pieces. */
public final class PieceStore {
  /** A number that comes again in a group is of a newer message: references are few. */
  private static final String KEEP =
      """
      insert into piece (account, identity, grp, number, index, at, sealed)
      values (?, ?, ?, ?, ?, ?, ?)
      on conflict (account, identity, grp, number)
        do update set index = excluded.index, at = excluded.at, sealed = excluded.sealed
      """;

  private static final String OF_GROUP =
      """
      select number, index, at, sealed from piece
      where account = ? and identity = ? and grp = ?
      order by number
      """;

  private static final String TAKE =
      "delete from piece where account = ? and identity = ? and grp = ?";

  private static final String IS_WAITING = "select exists (select 1 from piece where index = ?)";

  private PieceStore() {}

  /** What the pieces of one message share. */
  record Group(AccountId account, Ulid identity, String name) {}

  record Kept(int number, long index, Instant at, Bytes sealed) {}

  /** Whether the piece that came with an entry still waits for others. */
  public static boolean isWaiting(Database database, long index) {
    return database.read(c -> {
      try (PreparedStatement s = c.prepareStatement(IS_WAITING)) {
        s.setLong(1, index);
        try (ResultSet row = s.executeQuery()) {
          row.next();
          return row.getBoolean(1);
        }
      }
    });
  }

  static void keep(Connection c, Group group, Kept piece) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(KEEP)) {
      bind(s, group);
      s.setInt(4, piece.number());
      s.setLong(5, piece.index());
      s.setObject(6, piece.at().atOffset(ZoneOffset.UTC));
      s.setBytes(7, piece.sealed().array());
      s.executeUpdate();
    }
  }

  /** In the order of their numbers. */
  static List<Kept> of(Connection c, Group group) throws SQLException {
    List<Kept> kept = new ArrayList<>();
    try (PreparedStatement s = c.prepareStatement(OF_GROUP)) {
      bind(s, group);
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          kept.add(
              new Kept(
                  row.getInt(1),
                  row.getLong(2),
                  row.getObject(3, OffsetDateTime.class).toInstant(),
                  Bytes.wrap(row.getBytes(4))));
        }
      }
    }
    return kept;
  }

  static void take(Connection c, Group group) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(TAKE)) {
      bind(s, group);
      s.executeUpdate();
    }
  }

  private static void bind(PreparedStatement s, Group group) throws SQLException {
    s.setObject(1, group.account().value().toUuid());
    s.setObject(2, group.identity().toUuid());
    s.setString(3, group.name());
  }
}
