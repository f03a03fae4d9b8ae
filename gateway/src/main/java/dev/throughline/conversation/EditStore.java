package dev.throughline.conversation;

import dev.throughline.conversation.Rows.PartRange;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
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
import java.util.Optional;
import java.util.UUID;

/** SQL of edits, of quotes, and of what is public about stickers. */
final class EditStore {
  private static final String ANY_WAITING =
      "select exists (select 1 from edit where sealed is not null)";

  private static final String INSERT =
      """
      insert into edit (conversation, platform_id, index, position, occurred, part_first, part_end,
        message, sealed)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict do nothing
      """;

  private static final String NEWEST =
      "select max(occurred) from edit where conversation = ? and platform_id = ?";

  private static final String WAITING =
      """
      select index, position, sealed from edit
      where conversation = ? and platform_id = ? and sealed is not null
      order by occurred desc, index desc, position desc
      """;

  private static final String ARRIVED =
      """
      update edit set message = ?, sealed = null
      where conversation = ? and platform_id = ? and message is null
      """;

  private static final String OF_PLATFORM_ID =
      """
      delete from edit where conversation = ? and platform_id = ?
      returning index, part_first, part_end
      """;

  private static final String OF_MESSAGES =
      "delete from edit where message = any (?) returning index, part_first, part_end";

  private static final String TEXTS =
      """
      select id, sealed from message
      where platform_id = ?
        and (conversation = ? or (conversation is null and identity = ?)) and direction = 0
      """;

  private static final String SET_TEXT = "update message set sealed = ? where id = ?";

  private static final String FORGET_SENT = "delete from sent_as where message = any (?)";

  private static final String QUOTED =
      """
      select m.id from sent_as s join message m on m.id = s.message
      where s.account = ? and s.platform_id = ? and m.contact = ?
      union all
      select id from message where conversation = ? and platform_id = ?
      limit 1
      """;

  private static final String INSERT_STICKER =
      """
      insert into sticker (package_id, sticker_id, keyword) values (?, ?, ?) on conflict do nothing
      """;

  private EditStore() {}

  /** An edit that came before its message. */
  record Waiting(long index, int position, Bytes sealed) {}

  /** A message that is there, and what it says. */
  record Edited(MessageId id, Bytes sealed) {}

  static boolean anyWaiting(Connection c) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(ANY_WAITING);
        ResultSet row = s.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  static void insert(
      Connection c,
      ConversationId conversation,
      String platformId,
      long index,
      int position,
      Instant occurred,
      PartRange parts,
      Optional<MessageId> message,
      Optional<Bytes> sealed)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(INSERT)) {
      s.setObject(1, conversation.value().toUuid());
      s.setString(2, platformId);
      s.setLong(3, index);
      s.setInt(4, position);
      s.setObject(5, occurred.atOffset(ZoneOffset.UTC));
      s.setInt(6, parts.first());
      s.setInt(7, parts.end());
      s.setObject(8, message.map(id -> id.value().toUuid()).orElse(null));
      s.setBytes(9, sealed.map(Bytes::array).orElse(null));
      s.executeUpdate();
    }
  }

  static Optional<Instant> newest(Connection c, ConversationId conversation, String platformId)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(NEWEST)) {
      s.setObject(1, conversation.value().toUuid());
      s.setString(2, platformId);
      try (ResultSet row = s.executeQuery()) {
        row.next();
        return Optional.ofNullable(row.getObject(1, OffsetDateTime.class))
            .map(OffsetDateTime::toInstant);
      }
    }
  }

  /** The newest that waits for its message. */
  static Optional<Waiting> waiting(Connection c, ConversationId conversation, String platformId)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(WAITING)) {
      s.setObject(1, conversation.value().toUuid());
      s.setString(2, platformId);
      try (ResultSet row = s.executeQuery()) {
        return row.next()
            ? Optional.of(new Waiting(row.getLong(1), row.getInt(2), Bytes.wrap(row.getBytes(3))))
            : Optional.empty();
      }
    }
  }

  static void arrived(
      Connection c, ConversationId conversation, String platformId, MessageId message)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(ARRIVED)) {
      s.setObject(1, message.value().toUuid());
      s.setObject(2, conversation.value().toUuid());
      s.setString(3, platformId);
      s.executeUpdate();
    }
  }

  /** The message was taken back: its edits go with it, from the log's payloads as well. */
  static void forget(Connection c, ConversationId conversation, String platformId)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(OF_PLATFORM_ID)) {
      s.setObject(1, conversation.value().toUuid());
      s.setString(2, platformId);
      deleteParts(c, s);
    }
  }

  /** The messages are deleted: their edits go with them, from the log's payloads as well. */
  static void forget(Connection c, Collection<UUID> messages) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(OF_MESSAGES)) {
      s.setArray(1, UuidArray.of(c, messages));
      deleteParts(c, s);
    }
    try (PreparedStatement s = c.prepareStatement(FORGET_SENT)) {
      s.setArray(1, UuidArray.of(c, messages));
      s.executeUpdate();
    }
  }

  private static void deleteParts(Connection c, PreparedStatement deleted) throws SQLException {
    record Cut(long index, int first, int end) {}
    List<Cut> cuts = new ArrayList<>();
    try (ResultSet row = deleted.executeQuery()) {
      while (row.next()) {
        cuts.add(new Cut(row.getLong(1), row.getInt(2), row.getInt(3)));
      }
    }
    for (Cut cut : cuts) {
      Log.deleteParts(c, cut.index(), cut.first(), cut.end());
    }
  }

  static List<Edited> texts(
      Connection c, ConversationId conversation, String platformId, UUID identity)
      throws SQLException {
    List<Edited> found = new ArrayList<>();
    try (PreparedStatement s = c.prepareStatement(TEXTS)) {
      s.setString(1, platformId);
      s.setObject(2, conversation.value().toUuid());
      s.setObject(3, identity);
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          found.add(
              new Edited(
                  new MessageId(Ulids.of(row.getObject(1, UUID.class))),
                  Bytes.wrap(row.getBytes(2))));
        }
      }
    }
    return found;
  }

  static void setText(Connection c, MessageId message, Bytes sealed) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(SET_TEXT)) {
      s.setBytes(1, sealed.array());
      s.setObject(2, message.value().toUuid());
      s.executeUpdate();
    }
  }

  /** The message that somebody quoted: one of ours to them, or one of that conversation. */
  static Optional<MessageId> quoted(Connection c, AccountId account, Party party, String platformId)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(QUOTED)) {
      s.setObject(1, account.value().toUuid());
      s.setString(2, platformId);
      s.setObject(3, party.contact().value().toUuid());
      s.setObject(4, party.conversation().map(id -> id.value().toUuid()).orElse(null));
      s.setString(5, platformId);
      try (ResultSet row = s.executeQuery()) {
        return row.next()
            ? Optional.of(new MessageId(Ulids.of(row.getObject(1, UUID.class))))
            : Optional.empty();
      }
    }
  }

  static void insertSticker(Connection c, String packageId, String stickerId, String keyword)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(INSERT_STICKER)) {
      s.setString(1, packageId);
      s.setString(2, stickerId);
      s.setString(3, keyword);
      s.executeUpdate();
    }
  }
}
