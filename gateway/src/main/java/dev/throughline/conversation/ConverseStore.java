package dev.throughline.conversation;

import dev.throughline.conversation.Rows.ContactRow;
import dev.throughline.conversation.Rows.ConversationRow;
import dev.throughline.conversation.Rows.FreeReply;
import dev.throughline.conversation.Rows.Friend;
import dev.throughline.conversation.Rows.FriendRow;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.conversation.Rows.KnownMessage;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.conversation.Rows.ParkedRow;
import dev.throughline.conversation.Rows.PartRange;
import dev.throughline.conversation.Rows.ReplyRow;
import dev.throughline.conversation.Rows.StatusRow;
import dev.throughline.conversation.Rows.Unsend;
import dev.throughline.conversation.Rows.UnsentMessage;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Ulids;
import dev.throughline.store.CopyRows;
import dev.throughline.store.UuidArray;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** SQL of the fold. Every statement takes a whole batch: arrays in, rows out. */
final class ConverseStore {
  private static final String KNOWN =
      """
      select i.id, i.contact, i.channel, i.app, i.hash, i.friend, i.friend_at, i.sealed,
        c.shown
      from identity i join contact c on c.id = i.contact
      where i.hash = any (?)
      order by c.id
      """;

  private static final String IDENTITIES_OF =
      """
      select i.id, i.contact, i.channel, i.app, i.hash, i.friend, i.friend_at, i.sealed,
        c.shown
      from identity i join contact c on c.id = i.contact
      where i.contact = any (?)
      order by c.id, i.position
      """;

  /** The fold holds the contacts that it goes on to write about. */
  private static final String HELD = "for key share of c";

  private static final String ACTIVE =
      """
      select id, project, app, contact, active_channel, active_identity, sealed
      from conversation where active and contact = any (?)
      """;

  private static final String INSERT_CONTACTS =
      """
      insert into contact (id, project, created, language, hash_epoch, sealed, shown)
      select id, project, ?, 'UNSPECIFIED', ?, sealed, shown
      from unnest(?::uuid[], ?::text[], ?::bytea[], ?::bool[]) as t (id, project, sealed, shown)
      """;

  private static final String INSERT_IDENTITIES =
      """
      insert into identity (id, contact, channel, app, position, hash, hash_epoch, friend,
        friend_at, sealed, kin_hash)
      select id, contact, channel, app, 0, hash, ?, friend, friend_at, sealed, kin_hash
      from unnest(?::uuid[], ?::uuid[], ?::text[], ?::uuid[], ?::bytea[], ?::text[],
        ?::timestamptz[], ?::bytea[], ?::bytea[])
        as t (id, contact, channel, app, hash, friend, friend_at, sealed, kin_hash)
      """;

  private static final String INSERT_CONVERSATIONS =
      """
      insert into conversation (id, project, app, contact, created, active, active_channel,
        active_identity)
      select id, project, app, contact, ?, true, channel, identity
      from unnest(?::uuid[], ?::text[], ?::uuid[], ?::uuid[], ?::text[], ?::uuid[])
        as t (id, project, app, contact, channel, identity)
      """;

  private static final String COPY_MESSAGES =
      """
      copy message (id, project, app, conversation, contact, identity, account, channel, direction,
        accept_time, event_time, processing_mode, injected, status, status_at, index, position,
        part_first, part_end, platform_id, reply, class, sealed)
      from stdin (format binary)
      """;

  private static final int MESSAGE_COLUMNS = 23;

  private static final String UPDATE_FRIENDS =
      """
      update identity set friend = f.friend, friend_at = f.at
      from unnest(?::uuid[], ?::text[], ?::timestamptz[]) as f (id, friend, at)
      where identity.id = f.id
      """;

  private static final String UPDATE_STATUS =
      """
      update message set status = s.status, status_at = s.at, reason_code = s.reason,
        status_sealed = s.sealed
      from unnest(?::uuid[], ?::text[], ?::timestamptz[], ?::text[], ?::bytea[])
        as s (id, status, at, reason, sealed)
      where message.id = s.id
      """;

  private static final String INSERT_ENTRIES =
      """
      insert into message_entry (message, index) select * from unnest(?::uuid[], ?::bigint[])
      on conflict do nothing
      """;

  private static final String INSERT_REPLIES =
      """
      insert into reply_token (index, position, contact, account, received, taken, sealed)
      select index, position, contact, account, received, false, sealed
      from unnest(?::bigint[], ?::int[], ?::uuid[], ?::uuid[], ?::timestamptz[], ?::bytea[])
        as t (index, position, contact, account, received, sealed)
      """;

  private static final String FREE_REPLY =
      """
      (select id, index, position, accept_time as received, sealed from message
        where conversation = ? and account = ? and reply = 1 and accept_time > ?
        order by accept_time desc, id desc limit 1)
      union all
      (select null, index, position, received, sealed from reply_token
        where contact = ? and account = ? and not taken and received > ?
        order by received desc, index desc, position desc limit 1)
      order by received desc, index desc, position desc
      limit 1
      """;

  private static final String TAKE_OF_MESSAGE = "update message set reply = 2 where id = ?";
  private static final String TAKE_OF_EVENT =
      "update reply_token set taken = true where index = ? and position = ?";
  private static final String FORGET_REPLIES = "delete from reply_token where received < ?";

  private static final String MESSAGES =
      """
      select m.id, m.app, m.conversation, m.contact, m.identity, m.channel, m.accept_time,
        m.status, m.processing_mode, m.sealed, i.sealed, m.reason_code = 'UNKNOWN'
      from message m join address i on i.id = m.identity join contact c on c.id = m.contact
      where m.id = any (?)
      order by c.id
      for key share of c
      """;

  private static final String UNSENT_BEFORE =
      """
      select platform_id from unsent
      where (conversation, platform_id) in (select * from unnest(?::uuid[], ?::text[]))
      """;

  private static final String ANY_UNSENT = "select exists (select 1 from unsent)";

  private static final String MESSAGE_OF_PLATFORM =
      """
      select id, index, part_first, part_end from message
      where platform_id = ? and direction = 0
        and (conversation = ? or conversation is null and identity = ?)
      """;

  private static final String CLEAR_MESSAGE =
      "update message set sealed = ?, reply = 0 where id = ?";
  private static final String INSERT_UNSENT =
      "insert into unsent (conversation, platform_id, at) values (?, ?, ?) on conflict do nothing";

  private static final String MOVE =
      "update message set channel = ?, identity = ?, account = ?, sealed = ? where id = ?";

  private static final String PARKED_LANES = "select distinct lane from parked where reader = ?";

  private static final String INSERT_PARKED =
      """
      insert into parked (reader, index, position, lane, id, project, app, error, at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict do nothing
      """;

  private static final String ALARM =
      """
      insert into alarm (kind, subject, count, first_at, last_at) values (?, ?, ?, ?, ?)
      on conflict (kind, subject) do update
        set count = alarm.count + excluded.count, last_at = excluded.last_at
      """;

  private static final String NOTICE =
      """
      insert into account_notice (account, kind, at) values (?, ?, ?)
      on conflict (account, kind) do update set at = excluded.at where account_notice.at <= ?
      """;

  private static final String SET_CONVERSATION_DATA =
      "update conversation set sealed = ? where id = ?";

  private static final String SHOW = "update contact set shown = true where id = ?";

  private static final String TAKE_PARKED_LANE =
      """
      delete from parked
      where reader = ? and lane = (select lane from parked where id = ?)
      returning index, position
      """;

  private ConverseStore() {}

  /** Notes that a trouble is told of now; false if it was after {@code before}. */
  static boolean isNews(
      Connection c, AccountId account, String trouble, Instant now, Instant before)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(NOTICE)) {
      s.setObject(1, account.value().toUuid());
      s.setString(2, trouble);
      s.setTimestamp(3, Timestamp.from(now));
      s.setTimestamp(4, Timestamp.from(before));
      return s.executeUpdate() > 0;
    }
  }

  static int show(Connection c, ContactId id) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(SHOW)) {
      s.setObject(1, id.value().toUuid());
      return s.executeUpdate();
    }
  }

  static int setConversationData(Connection c, ConversationId id, Bytes sealed)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(SET_CONVERSATION_DATA)) {
      s.setBytes(1, sealed.array());
      s.setObject(2, id.value().toUuid());
      return s.executeUpdate();
    }
  }

  static int takeOfMessage(Connection c, MessageId message) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(TAKE_OF_MESSAGE)) {
      s.setObject(1, message.value().toUuid());
      return s.executeUpdate();
    }
  }

  /** Everything of the lane of a parked event, in order; no longer parked. */
  static List<ParkedPlace> takeParkedLane(Connection c, String reader, Ulid parked)
      throws SQLException {
    List<ParkedPlace> places = new ArrayList<>();
    try (PreparedStatement s = c.prepareStatement(TAKE_PARKED_LANE)) {
      s.setString(1, reader);
      s.setObject(2, parked.toUuid());
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          places.add(new ParkedPlace(row.getLong(1), row.getInt(2)));
        }
      }
    }
    places.sort(
        Comparator.comparingLong(ParkedPlace::index).thenComparingInt(ParkedPlace::position));
    return places;
  }

  record ParkedPlace(long index, int position) {}

  static List<IdentityRow> known(Connection c, Collection<Bytes> hashes) throws SQLException {
    return identities(c, KNOWN + HELD, hashes.isEmpty() ? null : hashes(c, hashes));
  }

  static List<IdentityRow> identitiesOf(Connection c, Collection<ContactId> contacts)
      throws SQLException {
    return identities(
        c, IDENTITIES_OF + HELD, contacts.isEmpty() ? null : uuids(c, contacts, ContactId::value));
  }

  /** As {@link #known}, for those who only look. */
  static List<IdentityRow> seen(Connection c, Collection<Bytes> hashes) throws SQLException {
    return identities(c, KNOWN, hashes.isEmpty() ? null : hashes(c, hashes));
  }

  /** As {@link #identitiesOf}, for those who only look. */
  static List<IdentityRow> seenOf(Connection c, Collection<ContactId> contacts)
      throws SQLException {
    return identities(
        c, IDENTITIES_OF, contacts.isEmpty() ? null : uuids(c, contacts, ContactId::value));
  }

  private static Array hashes(Connection c, Collection<Bytes> hashes) throws SQLException {
    return bytea(c, hashes, Function.identity());
  }

  private static List<IdentityRow> identities(Connection c, String sql, @Nullable Array wanted)
      throws SQLException {
    if (wanted == null) {
      return List.of();
    }
    try (PreparedStatement s = c.prepareStatement(sql)) {
      s.setArray(1, wanted);
      return identities(s);
    }
  }

  static List<ConversationRow> active(Connection c, Collection<ContactId> contacts)
      throws SQLException {
    List<ConversationRow> rows = new ArrayList<>();
    if (contacts.isEmpty()) {
      return rows;
    }
    try (PreparedStatement s = c.prepareStatement(ACTIVE)) {
      s.setArray(1, uuids(c, contacts, ContactId::value));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          byte[] sealed = row.getBytes(7);
          Ulid identity = ulid(row, 6).orElse(new Ulid(0, 0));
          rows.add(
              new ConversationRow(
                  new ConversationId(id(row, 1)),
                  new ProjectId(row.getString(2)),
                  new AppId(id(row, 3)),
                  new ContactId(id(row, 4)),
                  new ChannelName(row.getString(5)),
                  identity,
                  Optional.ofNullable(sealed).map(Bytes::wrap)));
        }
      }
    }
    return rows;
  }

  static void insertContacts(Connection c, List<ContactRow> rows, Instant at, int epoch)
      throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement s = c.prepareStatement(INSERT_CONTACTS)) {
      s.setTimestamp(1, Timestamp.from(at));
      s.setInt(2, epoch);
      s.setArray(3, uuids(c, rows, r -> r.id().value()));
      s.setArray(4, texts(c, "text", rows, r -> r.project().value()));
      s.setArray(5, bytea(c, rows, ContactRow::sealed));
      s.setArray(
          6, c.createArrayOf("bool", rows.stream().map(ContactRow::shown).toArray(Boolean[]::new)));
      s.executeUpdate();
    }
  }

  static void insertIdentities(
      Connection c, List<IdentityRow> rows, Map<Ulid, Bytes> kin, int epoch) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement s = c.prepareStatement(INSERT_IDENTITIES)) {
      s.setInt(1, epoch);
      s.setArray(2, uuids(c, rows, IdentityRow::id));
      s.setArray(3, uuids(c, rows, r -> r.contact().value()));
      s.setArray(4, texts(c, "text", rows, r -> r.channel().value()));
      s.setArray(5, optionalUuids(c, rows, r -> r.app().map(AppId::value)));
      s.setArray(6, bytea(c, rows, IdentityRow::hash));
      s.setArray(7, texts(c, "text", rows, r -> r.friend().column()));
      s.setArray(8, times(c, rows, IdentityRow::friendAt));
      s.setArray(9, bytea(c, rows, IdentityRow::sealed));
      s.setArray(10, bytea(c, rows, r -> kin.get(r.id())));
      s.executeUpdate();
    }
  }

  static void insertConversations(Connection c, List<ConversationRow> rows, Instant at)
      throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement s = c.prepareStatement(INSERT_CONVERSATIONS)) {
      s.setTimestamp(1, Timestamp.from(at));
      s.setArray(2, uuids(c, rows, r -> r.id().value()));
      s.setArray(3, texts(c, "text", rows, r -> r.project().value()));
      s.setArray(4, uuids(c, rows, r -> r.app().value()));
      s.setArray(5, uuids(c, rows, r -> r.contact().value()));
      s.setArray(6, texts(c, "text", rows, r -> r.channel().value()));
      s.setArray(7, uuids(c, rows, ConversationRow::identity));
      s.executeUpdate();
    }
  }

  static void insertMessages(Connection c, List<MessageRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (CopyRows copy = CopyRows.into(c, COPY_MESSAGES, MESSAGE_COLUMNS)) {
      for (MessageRow row : rows) {
        copy.row()
            .uuid(row.id().value().toUuid())
            .text(row.project().value())
            .uuid(row.app().value().toUuid())
            .uuid(row.isDispatched() ? null : row.conversation().value().toUuid())
            .uuid(row.contact().value().toUuid())
            .uuid(row.identity().toUuid())
            .uuid(row.account().map(account -> account.value().toUuid()).orElse(null))
            .text(row.channel().value())
            .smallint(row.toApp() ? 0 : 1)
            .time(row.acceptTime())
            .time(row.eventTime().orElse(null))
            .text(row.processingMode())
            .bool(false)
            .text(row.status())
            .time(row.acceptTime())
            .bigint(row.index())
            .integer(row.position())
            .integer(row.parts().first())
            .integer(row.parts().end())
            .text(row.platformId().orElse(null))
            .smallint(row.hasReply() ? 1 : 0)
            .text(row.messageClass().map(MessageClass::name).orElse(null))
            .bytea(row.sealed());
      }
      copy.end();
    }
  }

  static void updateFriends(Connection c, Collection<FriendRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement s = c.prepareStatement(UPDATE_FRIENDS)) {
      s.setArray(1, uuids(c, rows, FriendRow::identity));
      s.setArray(2, texts(c, "text", rows, r -> r.friend().column()));
      s.setArray(3, times(c, rows, r -> Optional.of(r.at())));
      s.executeUpdate();
    }
  }

  static void updateStatus(Connection c, Collection<StatusRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement s = c.prepareStatement(UPDATE_STATUS)) {
      s.setArray(1, uuids(c, rows, r -> r.id().value()));
      s.setArray(2, texts(c, "text", rows, StatusRow::status));
      s.setArray(3, times(c, rows, r -> Optional.of(r.at())));
      s.setArray(4, texts(c, "text", rows, r -> r.reason().orElse(null)));
      s.setArray(5, bytea(c, rows, r -> r.sealed().orElse(null)));
      s.executeUpdate();
    }
  }

  static void insertEntries(Connection c, List<MessageEntry> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement s = c.prepareStatement(INSERT_ENTRIES)) {
      s.setArray(1, uuids(c, rows, r -> r.message().value()));
      s.setArray(2, longs(c, rows, MessageEntry::index));
      s.executeUpdate();
    }
  }

  static void insertReplies(Connection c, List<ReplyRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement s = c.prepareStatement(INSERT_REPLIES)) {
      s.setArray(1, longs(c, rows, ReplyRow::index));
      s.setArray(2, ints(c, rows, ReplyRow::position));
      s.setArray(3, uuids(c, rows, r -> r.contact().value()));
      s.setArray(4, uuids(c, rows, r -> r.account().value()));
      s.setArray(5, times(c, rows, r -> Optional.of(r.received())));
      s.setArray(6, bytea(c, rows, ReplyRow::sealed));
      s.executeUpdate();
    }
  }

  static Optional<FreeReply> freeReply(
      Connection c,
      ContactId contact,
      Optional<ConversationId> conversation,
      AccountId account,
      Instant after)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(FREE_REPLY)) {
      s.setObject(1, conversation.map(id -> id.value().toUuid()).orElse(null));
      s.setObject(2, account.value().toUuid());
      s.setTimestamp(3, Timestamp.from(after));
      s.setObject(4, contact.value().toUuid());
      s.setObject(5, account.value().toUuid());
      s.setTimestamp(6, Timestamp.from(after));
      try (ResultSet row = s.executeQuery()) {
        return row.next()
            ? Optional.of(
                new FreeReply(
                    ulid(row, 1).map(MessageId::new),
                    row.getLong(2),
                    row.getInt(3),
                    time(row, 4),
                    Bytes.wrap(row.getBytes(5))))
            : Optional.empty();
      }
    }
  }

  static void take(Connection c, FreeReply reply) throws SQLException {
    if (reply.message().isPresent()) {
      takeOfMessage(c, reply.message().get());
    } else {
      try (PreparedStatement s = c.prepareStatement(TAKE_OF_EVENT)) {
        s.setLong(1, reply.index());
        s.setInt(2, reply.position());
        s.executeUpdate();
      }
    }
  }

  /** Tokens that nobody can use any more. */
  static void forgetReplies(Connection c, Instant before) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(FORGET_REPLIES)) {
      s.setTimestamp(1, Timestamp.from(before));
      s.executeUpdate();
    }
  }

  static List<KnownMessage> messages(Connection c, Collection<MessageId> ids) throws SQLException {
    List<KnownMessage> rows = new ArrayList<>();
    if (ids.isEmpty()) {
      return rows;
    }
    try (PreparedStatement s = c.prepareStatement(MESSAGES)) {
      s.setArray(1, uuids(c, ids, MessageId::value));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          rows.add(
              new KnownMessage(
                  new MessageId(id(row, 1)),
                  new AppId(id(row, 2)),
                  ulid(row, 3).map(ConversationId::new),
                  new ContactId(id(row, 4)),
                  id(row, 5),
                  new ChannelName(row.getString(6)),
                  time(row, 7),
                  row.getString(8),
                  row.getBoolean(12),
                  row.getString(9),
                  Bytes.wrap(row.getBytes(10)),
                  Bytes.wrap(row.getBytes(11))));
        }
      }
    }
    return rows;
  }

  static boolean anyUnsent(Connection c) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(ANY_UNSENT);
        ResultSet row = s.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  /** Which of these messages their authors took back before they came in. */
  static Set<String> unsentBefore(Connection c, Collection<Unsend> messages) throws SQLException {
    Set<String> found = new HashSet<>();
    if (messages.isEmpty()) {
      return found;
    }
    try (PreparedStatement s = c.prepareStatement(UNSENT_BEFORE)) {
      s.setArray(1, uuids(c, messages, m -> m.conversation().value()));
      s.setArray(2, texts(c, "text", messages, Unsend::platformId));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          found.add(row.getString(1));
        }
      }
    }
    return found;
  }

  /**
   * @param address whose the message is, if it was dispatched and is in no conversation
   */
  static List<UnsentMessage> messagesOf(Connection c, Unsend unsend, Ulid address)
      throws SQLException {
    List<UnsentMessage> found = new ArrayList<>();
    try (PreparedStatement s = c.prepareStatement(MESSAGE_OF_PLATFORM)) {
      s.setString(1, unsend.platformId());
      s.setObject(2, unsend.conversation().value().toUuid());
      s.setObject(3, address.toUuid());
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          found.add(
              new UnsentMessage(
                  new MessageId(id(row, 1)),
                  row.getLong(2),
                  new PartRange(row.getInt(3), row.getInt(4))));
        }
      }
    }
    return found;
  }

  static void clear(Connection c, MessageId message, Bytes sealed) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(CLEAR_MESSAGE)) {
      s.setBytes(1, sealed.array());
      s.setObject(2, message.value().toUuid());
      s.executeUpdate();
    }
  }

  static int move(
      Connection c,
      MessageId message,
      ChannelName channel,
      Ulid identity,
      Optional<AccountId> account,
      Bytes sealed)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(MOVE)) {
      s.setString(1, channel.value());
      s.setObject(2, identity.toUuid());
      s.setObject(3, account.map(id -> id.value().toUuid()).orElse(null));
      s.setBytes(4, sealed.array());
      s.setObject(5, message.value().toUuid());
      return s.executeUpdate();
    }
  }

  static void insertUnsent(Connection c, Unsend unsend) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(INSERT_UNSENT)) {
      s.setObject(1, unsend.conversation().value().toUuid());
      s.setString(2, unsend.platformId());
      s.setTimestamp(3, Timestamp.from(unsend.at()));
      s.executeUpdate();
    }
  }

  static Set<Bytes> parkedLanes(Connection c, String reader) throws SQLException {
    Set<Bytes> lanes = new HashSet<>();
    try (PreparedStatement s = c.prepareStatement(PARKED_LANES)) {
      s.setString(1, reader);
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          lanes.add(Bytes.wrap(row.getBytes(1)));
        }
      }
    }
    return lanes;
  }

  static void park(Connection c, String reader, ParkedRow parked) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(INSERT_PARKED)) {
      s.setString(1, reader);
      s.setLong(2, parked.index());
      s.setInt(3, parked.position());
      s.setBytes(4, parked.lane().array());
      s.setObject(5, parked.id().toUuid());
      s.setString(6, parked.project().map(ProjectId::value).orElse(null));
      s.setObject(7, parked.app().map(a -> a.value().toUuid()).orElse(null));
      s.setString(8, parked.error());
      s.setTimestamp(9, Timestamp.from(parked.at()));
      s.executeUpdate();
    }
  }

  static void alarm(Connection c, String kind, String subject, Instant at) throws SQLException {
    alarm(c, kind, subject, 1, at);
  }

  static void alarm(Connection c, String kind, String subject, int count, Instant at)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(ALARM)) {
      s.setString(1, kind);
      s.setString(2, subject);
      s.setInt(3, count);
      s.setTimestamp(4, Timestamp.from(at));
      s.setTimestamp(5, Timestamp.from(at));
      s.executeUpdate();
    }
  }

  private static List<IdentityRow> identities(PreparedStatement s) throws SQLException {
    List<IdentityRow> rows = new ArrayList<>();
    try (ResultSet row = s.executeQuery()) {
      while (row.next()) {
        rows.add(
            new IdentityRow(
                id(row, 1),
                new ContactId(id(row, 2)),
                new ChannelName(row.getString(3)),
                ulid(row, 4).map(AppId::new),
                Bytes.wrap(row.getBytes(5)),
                Friend.valueOf(row.getString(6).toUpperCase(Locale.ROOT)),
                Optional.ofNullable(row.getObject(7, OffsetDateTime.class))
                    .map(OffsetDateTime::toInstant),
                Bytes.wrap(row.getBytes(8)),
                row.getBoolean(9)));
      }
    }
    return rows;
  }

  private static Ulid id(ResultSet row, int column) throws SQLException {
    return Ulids.of(row.getObject(column, UUID.class));
  }

  private static Optional<Ulid> ulid(ResultSet row, int column) throws SQLException {
    @Nullable UUID uuid = row.getObject(column, UUID.class);
    return Optional.ofNullable(uuid).map(Ulids::of);
  }

  private static Instant time(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static <R> Array uuids(Connection c, Collection<R> rows, Function<R, Ulid> value)
      throws SQLException {
    return UuidArray.of(c, rows.stream().map(r -> value.apply(r).toUuid()).toList());
  }

  private static <R> Array optionalUuids(
      Connection c, Collection<R> rows, Function<R, Optional<Ulid>> value) throws SQLException {
    List<@Nullable UUID> ids = new ArrayList<>(rows.size());
    for (R row : rows) {
      ids.add(value.apply(row).map(Ulid::toUuid).orElse(null));
    }
    return UuidArray.of(c, ids);
  }

  private static <R> Array texts(
      Connection c, String type, Collection<R> rows, Function<R, @Nullable String> value)
      throws SQLException {
    return c.createArrayOf(type, rows.stream().map(value).toArray(String[]::new));
  }

  private static <R> Array bytea(
      Connection c, Collection<R> rows, Function<R, @Nullable Bytes> value) throws SQLException {
    byte[][] values = new byte[rows.size()][];
    int i = 0;
    for (R row : rows) {
      Bytes bytes = value.apply(row);
      values[i++] = bytes == null ? null : bytes.array();
    }
    return c.createArrayOf("bytea", values);
  }

  private static <R> Array longs(
      Connection c, Collection<R> rows, Function<R, @Nullable Long> value) throws SQLException {
    return c.createArrayOf("int8", rows.stream().map(value).toArray(Long[]::new));
  }

  private static <R> Array ints(Connection c, Collection<R> rows, Function<R, Integer> value)
      throws SQLException {
    return c.createArrayOf("int4", rows.stream().map(value).toArray(Integer[]::new));
  }

  private static <R> Array times(
      Connection c, Collection<R> rows, Function<R, Optional<Instant>> value) throws SQLException {
    return c.createArrayOf(
        "timestamptz",
        rows.stream()
            .map(r -> value.apply(r).map(t -> t.atOffset(ZoneOffset.UTC).toString()).orElse(null))
            .toArray(String[]::new));
  }
}
