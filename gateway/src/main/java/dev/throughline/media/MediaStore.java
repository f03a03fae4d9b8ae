package dev.throughline.media;

import dev.throughline.ledger.Ulid;
import dev.throughline.media.MediaRow.Purpose;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.UuidArray;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** SQL of table {@code media}, in its caller's transaction. */
final class MediaStore {
  private static final String COLUMNS =
      """
      id, project, app, message, purpose, state, reason, created, expires, stored, source, key,
        sealed
      """;

  private static final String INSERT =
      "insert into media ("
          + COLUMNS
          + """
          ) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
          """;

  private static final String FIND = "select " + COLUMNS + "from media where id = ?";
  private static final String BY_SOURCE = "select " + COLUMNS + "from media where source = ?";

  private static final String READY =
      """
      update media set state = 'ready', stored = true, sealed = ? where id = ? and state = 'waiting'
      """;

  private static final String FAILED =
      """
      update media set state = 'failed', reason = ?, stored = true
      where id = ? and state = 'waiting'
      """;

  /** Bytes that came for a row that does not want them any more. */
  private static final String LEFT_OVER =
      "update media set stored = true where id = ? and state in ('failed', 'revoked')";

  private static final String REVOKE =
      """
      update media set state = 'revoked', source = null, stored = true
      where id = ? and state <> 'revoked'
      """;

  private static final String LAST_USE =
      "update media set expires = greatest(expires, ?) where id = ? and state = 'ready'";

  private static final String EXPIRED =
      "select id from media where expires <= ? order by expires limit ?";

  private static final String LEFTOVERS =
      "select id from media where stored and state in ('failed', 'revoked') limit ?";

  private static final String ERASED =
      """
      select id from media
      where not exists (select 1 from person_key where person_key.id = media.key) limit ?
      """;

  private static final String HAS_KEY = "select exists (select 1 from person_key where id = ?)";
  private static final String EMPTIED = "update media set stored = false where id = any (?)";
  private static final String FORGET = "delete from media where id = any (?)";

  private MediaStore() {}

  /** False if there is one of that id, or of that source, already. */
  static boolean insert(Connection c, MediaRow row) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(INSERT)) {
      int p = 0;
      statement.setObject(++p, row.id().toUuid());
      statement.setString(++p, row.project().value());
      statement.setObject(++p, row.app().map(id -> id.value().toUuid()).orElse(null));
      statement.setObject(++p, row.message().map(id -> id.value().toUuid()).orElse(null));
      statement.setString(++p, row.purpose().name().toLowerCase(Locale.ROOT));
      statement.setString(++p, row.state().column());
      statement.setString(++p, row.reason().orElse(null));
      statement.setObject(++p, time(row.created()));
      statement.setObject(++p, time(row.expires()));
      statement.setBoolean(++p, row.stored());
      statement.setBytes(++p, row.source().map(Bytes::array).orElse(null));
      statement.setObject(++p, row.key());
      statement.setBytes(++p, row.sealed().array());
      return statement.executeUpdate() > 0;
    }
  }

  static Optional<MediaRow> find(Connection c, Ulid id) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(FIND)) {
      statement.setObject(1, id.toUuid());
      return rows(statement).stream().findFirst();
    }
  }

  static Optional<MediaRow> bySource(Connection c, Bytes source) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(BY_SOURCE)) {
      statement.setBytes(1, source.array());
      return rows(statement).stream().findFirst();
    }
  }

  /** The bytes are there. False if nobody waits for them any more: then they are left over. */
  static boolean ready(Connection c, Ulid id, Bytes sealed) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(READY)) {
      statement.setBytes(1, sealed.array());
      statement.setObject(2, id.toUuid());
      if (statement.executeUpdate() > 0) {
        return true;
      }
    }
    update(c, LEFT_OVER, id);
    return false;
  }

  static void failed(Connection c, Ulid id, String reason) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(FAILED)) {
      statement.setString(1, reason);
      statement.setObject(2, id.toUuid());
      statement.executeUpdate();
    }
  }

  /** False if there is none, or it is revoked already. */
  static boolean revoke(Connection c, Ulid id) throws SQLException {
    return update(c, REVOKE, id) > 0;
  }

  /** Puts off its end; false if it is not there any more. */
  static boolean used(Connection c, Ulid id, Instant keptUntil) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(LAST_USE)) {
      statement.setObject(1, time(keptUntil));
      statement.setObject(2, id.toUuid());
      return statement.executeUpdate() > 0;
    }
  }

  static List<Ulid> expired(Connection c, Instant now, int limit) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(EXPIRED)) {
      statement.setObject(1, time(now));
      statement.setInt(2, limit);
      return ids(statement);
    }
  }

  /** Those whose bytes must go, while the row still says why they are gone. */
  static List<Ulid> leftovers(Connection c, int limit) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(LEFTOVERS)) {
      statement.setInt(1, limit);
      return ids(statement);
    }
  }

  /** Those whose key is destroyed. */
  static List<Ulid> erased(Connection c, int limit) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(ERASED)) {
      statement.setInt(1, limit);
      return ids(statement);
    }
  }

  /** Whether the person whose key it is has not been erased: asked anew, whatever is cached. */
  static boolean hasKey(Connection c, UUID key) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(HAS_KEY)) {
      statement.setObject(1, key);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  static void emptied(Connection c, Collection<Ulid> ids) throws SQLException {
    all(c, EMPTIED, ids);
  }

  static void forget(Connection c, Collection<Ulid> ids) throws SQLException {
    all(c, FORGET, ids);
  }

  private static int update(Connection c, String sql, Ulid id) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setObject(1, id.toUuid());
      return statement.executeUpdate();
    }
  }

  private static void all(Connection c, String sql, Collection<Ulid> ids) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setArray(1, UuidArray.of(c, ids.stream().map(Ulid::toUuid).toList()));
      statement.executeUpdate();
    }
  }

  private static List<Ulid> ids(PreparedStatement statement) throws SQLException {
    List<Ulid> ids = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        ids.add(Ulids.of(row.getObject(1, UUID.class)));
      }
    }
    return ids;
  }

  private static List<MediaRow> rows(PreparedStatement statement) throws SQLException {
    List<MediaRow> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        byte @Nullable [] source = row.getBytes(11);
        rows.add(
            new MediaRow(
                Ulids.of(row.getObject(1, UUID.class)),
                new ProjectId(row.getString(2)),
                ulid(row, 3).map(AppId::new),
                ulid(row, 4).map(MessageId::new),
                Purpose.valueOf(row.getString(5).toUpperCase(Locale.ROOT)),
                MediaState.of(row.getString(6)),
                Optional.ofNullable(row.getString(7)),
                row.getObject(8, OffsetDateTime.class).toInstant(),
                row.getObject(9, OffsetDateTime.class).toInstant(),
                row.getBoolean(10),
                Optional.ofNullable(source).map(Bytes::wrap),
                row.getObject(12, UUID.class),
                Bytes.wrap(row.getBytes(13))));
      }
    }
    return rows;
  }

  private static Optional<Ulid> ulid(ResultSet row, int column) throws SQLException {
    @Nullable UUID uuid = row.getObject(column, UUID.class);
    return Optional.ofNullable(uuid).map(Ulids::of);
  }

  private static OffsetDateTime time(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }
}
