package dev.throughline.conversation;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.ConversationMessage.Status;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.Rows.PartRange;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
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
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Messages as the API reads, changes and deletes them. */
public final class MessageStore {
  /** Messages deleted in one transaction, so that none holds its locks for long. */
  private static final int DELETED_AT_ONCE = 200;

  private static final int MAX_TRIES = 5;

  /** The newest time that PostgreSQL and this API can both write. */
  public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private static final Instant EARLIEST = Instant.EPOCH;

  private static final String COLUMNS =
      """
      m.id, m.app, m.conversation, m.contact, m.channel, m.direction, m.accept_time,
        m.processing_mode, m.injected, m.status, m.status_at, m.reason_code, m.sealed,
        m.status_sealed, i.id, i.sealed
      """;

  private static final String FIND =
      "select "
          + COLUMNS
          + "from message m left join identity i on i.id = m.identity"
          + " where m.id = ? and m.project = ?";

  private static final String OF_APPS = page("app");
  private static final String OF_CONVERSATIONS = page("conversation");

  private static final String CONVERSATIONS_OF_CONTACTS =
      "select id from conversation where contact = any (?)";

  private static final String ADDRESSES =
      """
      select i.id, i.contact from identity i join contact c on c.id = i.contact
      where i.hash = any (?) and c.project = ?
      """;

  /** Whether the fold has not passed an entry yet, or has set it aside. */
  private static final String WAITS =
      """
      select ? >= coalesce((select next from step where reader = ? order by first desc limit 1), 0)
        or exists (select 1 from parked where reader = ? and index = ?)
      """;

  private static final String LOCK_CONTACT = "select 1 from contact where id = ? for update";
  private static final String LOCK_MESSAGE = "select sealed from message where id = ? for update";
  private static final String SEAL = "update message set sealed = ? where id = ?";

  private static final String REFS =
      """
      select m.id, m.contact, m.index, m.part_first, m.part_end,
        array (select e.index from message_entry e where e.message = m.id)
      from message m
      """;

  private static final String ENTRIES_GONE = "delete from message_entry where message = any (?)";
  private static final String MESSAGES_GONE = "delete from message where id = any (?)";

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final ChangeEntries entries;

  public MessageStore(Database database, Vault vault, Log log, Drafts drafts) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.entries = new ChangeEntries(drafts);
  }

  /**
   * A page of each app or each conversation, in the order of its index, and the newest of them all.
   * Parameters that are null do not filter.
   */
  private static String page(String scope) {
    return """
    with m as (
      select found.* from unnest(?::uuid[]) as scope (id) cross join lateral (
        select * from message
        where %s = scope.id and project = ?
          and (accept_time, id) < (?, ?)
          and accept_time >= ? and accept_time < ?
          and processing_mode = ?
          and (?::uuid is null or app = ?)
          and (?::text is null or channel = ?)
          and (?::smallint is null or direction = ?)
          and (?::uuid[] is null or identity = any (?))
        order by accept_time desc, id desc
        limit ?) found
      order by found.accept_time desc, found.id desc
      limit ?)
    select %s
    from m left join identity i on i.id = m.identity order by m.accept_time desc, m.id desc
    """
        .formatted(scope, COLUMNS);
  }

  /** What a list of messages is narrowed to; empty means not at all. */
  public record Filter(
      Optional<ConversationId> conversation,
      Optional<ContactId> contact,
      Optional<AppId> app,
      List<Owner.Person> addresses,
      Optional<ChannelName> channel,
      Optional<Direction> direction,
      Optional<Instant> from,
      Optional<Instant> until,
      boolean dispatch) {

    public Filter {
      addresses = List.copyOf(addresses);
    }
  }

  /** Where a list goes on: after this message. */
  public record Cursor(Instant acceptTime, Ulid id) {}

  /** Whose messages. */
  record Of(String column, Ulid id) {
    static Of contact(ContactId id) {
      return new Of("m.contact", id.value());
    }

    static Of conversation(ConversationId id) {
      return new Of("m.conversation", id.value());
    }

    private String where() {
      return column.equals("m.contact")
          ? "where m.conversation in (select id from conversation where contact = ?)"
          : "where m.conversation = ?";
    }
  }

  public Optional<ConversationMessage> find(ProjectId project, MessageId id) {
    return open(
            database.read(c -> {
              try (PreparedStatement statement = c.prepareStatement(FIND)) {
                statement.setObject(1, id.value().toUuid());
                statement.setString(2, project.value());
                return rows(statement);
              }
            }))
        .stream()
        .findFirst();
  }

  /** A send that was accepted and not folded yet: it shows as QUEUED. */
  public Optional<ConversationMessage> accepted(ProjectId project, MessageId id) {
    Optional<LogEntry> entry = request(project, id).filter(this::waits);
    return entry.map(found -> {
      Optional<SendRequest> send =
          found.body().map(SendRequests::parse).flatMap(SendRequests.Parsed::request);
      Optional<ChannelIdentity> identity =
          send.filter(s -> s.recipient() instanceof SendRequest.Recipient.ByIdentities)
              .map(s ->
                  ChannelIdentity.of(
                      ((SendRequest.Recipient.ByIdentities) s.recipient()).identities().getFirst(),
                      s.app()));
      Optional<ContactId> contact =
          send.filter(s -> s.recipient() instanceof SendRequest.Recipient.ByContact)
              .map(s -> ((SendRequest.Recipient.ByContact) s.recipient()).contact());
      return new ConversationMessage(
          id,
          Direction.TO_CONTACT,
          send.map(s -> Json.object(Bytes.utf8(s.message().json()))).orElseGet(Json::object),
          identity,
          contact,
          Optional.empty(),
          send.map(SendRequest::metadata).orElse(""),
          found.at(),
          false,
          "",
          send.flatMap(SendRequest::correlationId).orElse(""),
          send.map(SendRequest::dispatchOnly).orElse(false) ? "DISPATCH" : "CONVERSATION",
          Optional.of(new Status("QUEUED", found.at(), "", "")));
    });
  }

  /**
   * The newest first.
   *
   * @param apps the project's apps: where to look if nothing narrower is asked for
   */
  public List<ConversationMessage> page(
      ProjectId project, List<AppId> apps, Filter filter, Optional<Cursor> after, int limit) {
    byte[][] hashes =
        filter.addresses().stream().map(a -> vault.hash(a).array()).toArray(byte[][]::new);
    return open(
        database.read(c -> {
          List<UUID> addresses = new ArrayList<>();
          List<UUID> contacts = new ArrayList<>();
          filter.contact().ifPresent(contact -> contacts.add(contact.value().toUuid()));
          if (!filter.addresses().isEmpty()) {
            try (PreparedStatement statement = c.prepareStatement(ADDRESSES)) {
              statement.setArray(1, c.createArrayOf("bytea", hashes));
              statement.setString(2, project.value());
              try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                  addresses.add(row.getObject(1, UUID.class));
                  if (filter.contact().isEmpty()) {
                    contacts.add(row.getObject(2, UUID.class));
                  }
                }
              }
            }
            if (addresses.isEmpty()) {
              return List.<Row>of();
            }
          }
          boolean byConversation = filter.conversation().isPresent() || !contacts.isEmpty();
          List<UUID> scope =
              byConversation
                  ? conversations(c, filter.conversation(), contacts)
                  : apps.stream().map(app -> app.value().toUuid()).toList();
          try (PreparedStatement statement =
              c.prepareStatement(byConversation ? OF_CONVERSATIONS : OF_APPS)) {
            bind(c, statement, project, filter, after, limit, scope, addresses);
            return rows(statement);
          }
        }));
  }

  /** Replaces a message's metadata. */
  public Written<ConversationMessage> update(ProjectId project, MessageId id, String metadata) {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Optional<ConversationMessage> found = find(project, id);
      Optional<Bytes> sealed = found.flatMap(m -> sealed(id));
      Optional<DataKey> key = sealed.flatMap(bytes -> vault.key(Vault.keyId(bytes)));
      if (found.isEmpty() || sealed.isEmpty() || key.isEmpty() || found.get().contact().isEmpty()) {
        return new Written.Missing<>();
      }
      ContactId contact = found.get().contact().get();
      byte[] associated = Rows.associated("message", id.value());
      ObjectNode json =
          vault.open(sealed.get(), associated).map(Json::object).orElseGet(Json::object);
      json.put("metadata", metadata);
      Bytes changed = vault.seal(key.get(), Json.bytes(json).array(), associated);
      Draft draft = entries.draft(project, contact, Changes.MESSAGE_UPDATED, facts(id));
      boolean written =
          database.transaction(c -> {
            execute(c, LOCK_CONTACT, contact.value());
            if (!lock(c, id).equals(sealed)) {
              return false;
            }
            try (PreparedStatement statement = c.prepareStatement(SEAL)) {
              statement.setBytes(1, changed.array());
              statement.setObject(2, id.value().toUuid());
              statement.executeUpdate();
            }
            log.append(draft, c);
            return true;
          });
      if (written) {
        return find(project, id)
            .<Written<ConversationMessage>>map(Written.Done::new)
            .orElseGet(Written.Missing::new);
      }
    }
    return new Written.Contended<>();
  }

  /** Deletes a message and what it says, from the log's payloads as well. */
  public Written<MessageId> delete(ProjectId project, MessageId id) {
    Optional<ConversationMessage> found = find(project, id);
    if (found.isEmpty() || found.get().contact().isEmpty()) {
      return new Written.Missing<>();
    }
    ContactId contact = found.get().contact().get();
    List<Ref> refs = database.read(c -> refs(c, "where m.id = ?", id.value(), 1));
    List<Cut> cuts = cuts(refs);
    Draft draft = entries.draft(project, contact, Changes.MESSAGE_DELETED, facts(id));
    boolean deleted =
        database.transaction(c -> {
          execute(c, LOCK_CONTACT, contact.value());
          if (delete(c, refs, cuts) == 0) {
            return false;
          }
          log.append(draft, c);
          return true;
        });
    return deleted ? new Written.Done<>(id) : new Written.Missing<>();
  }

  /** Deletes messages by the hundred, as a part of deleting whose they are. May be repeated. */
  void deleteOf(Of of) {
    while (true) {
      List<Ref> refs = database.read(c -> refs(c, of.where(), of.id(), DELETED_AT_ONCE));
      if (refs.isEmpty()) {
        return;
      }
      List<Cut> cuts = cuts(refs);
      database.transaction(c -> {
        execute(c, LOCK_CONTACT, refs.getFirst().contact());
        return delete(c, refs, cuts);
      });
    }
  }

  private Optional<LogEntry> request(ProjectId project, MessageId id) {
    return log.indexOf(id.value())
        .flatMap(index -> log.read(List.of(index)).stream().findFirst())
        .filter(entry -> entry.kind().equals(Kind.REQUEST))
        .filter(entry -> entry.subject().equals(new Subject.Project(project.value())));
  }

  private boolean waits(LogEntry entry) {
    return database.read(c -> {
      try (PreparedStatement statement = c.prepareStatement(WAITS)) {
        statement.setLong(1, entry.index());
        statement.setString(2, Converse.READER);
        statement.setString(3, Converse.READER);
        statement.setLong(4, entry.index());
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          return row.getBoolean(1);
        }
      }
    });
  }

  private Optional<Bytes> sealed(MessageId id) {
    return database.transaction(c -> lock(c, id));
  }

  private static Optional<Bytes> lock(Connection c, MessageId id) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(LOCK_MESSAGE)) {
      statement.setObject(1, id.value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(Bytes.wrap(row.getBytes(1))) : Optional.empty();
      }
    }
  }

  /** The one asked for, if it is one of the contacts' where there are any; else all of theirs. */
  private static List<UUID> conversations(
      Connection c, Optional<ConversationId> wanted, List<UUID> contacts) throws SQLException {
    Optional<UUID> only = wanted.map(id -> id.value().toUuid());
    if (contacts.isEmpty()) {
      return only.stream().toList();
    }
    List<UUID> found = new ArrayList<>();
    try (PreparedStatement statement = c.prepareStatement(CONVERSATIONS_OF_CONTACTS)) {
      statement.setArray(1, UuidArray.of(c, contacts));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          UUID id = row.getObject(1, UUID.class);
          if (only.isEmpty() || only.get().equals(id)) {
            found.add(id);
          }
        }
      }
    }
    return found;
  }

  private static void bind(
      Connection c,
      PreparedStatement statement,
      ProjectId project,
      Filter filter,
      Optional<Cursor> after,
      int limit,
      List<UUID> scope,
      List<UUID> addresses)
      throws SQLException {
    int p = 0;
    statement.setArray(++p, UuidArray.of(c, scope));
    statement.setString(++p, project.value());
    statement.setObject(++p, time(after.map(Cursor::acceptTime).orElse(LATEST)));
    statement.setObject(++p, after.map(cursor -> cursor.id().toUuid()).orElse(ContactStore.NEWEST));
    statement.setObject(++p, time(filter.from().orElse(EARLIEST)));
    statement.setObject(++p, time(filter.until().orElse(LATEST)));
    statement.setString(++p, filter.dispatch() ? "DISPATCH" : "CONVERSATION");
    @Nullable UUID app = filter.app().map(id -> id.value().toUuid()).orElse(null);
    statement.setObject(++p, app);
    statement.setObject(++p, app);
    @Nullable String channel = filter.channel().map(ChannelName::value).orElse(null);
    statement.setString(++p, channel);
    statement.setString(++p, channel);
    @Nullable Short direction = filter.direction().map(MessageStore::column).orElse(null);
    statement.setObject(++p, direction, java.sql.Types.SMALLINT);
    statement.setObject(++p, direction, java.sql.Types.SMALLINT);
    java.sql.@Nullable Array identities = addresses.isEmpty() ? null : UuidArray.of(c, addresses);
    statement.setArray(++p, identities);
    statement.setArray(++p, identities);
    statement.setInt(++p, limit);
    statement.setInt(++p, limit);
  }

  private static OffsetDateTime time(Instant at) {
    return at.atOffset(ZoneOffset.UTC);
  }

  private static short column(Direction direction) {
    return switch (direction) {
      case TO_APP -> 0;
      case TO_CONTACT -> 1;
    };
  }

  private List<ConversationMessage> open(List<Row> rows) {
    List<UUID> keys = new ArrayList<>();
    for (Row row : rows) {
      keys.add(Vault.keyId(row.sealed()));
      row.statusSealed().ifPresent(sealed -> keys.add(Vault.keyId(sealed)));
      row.addressSealed().ifPresent(sealed -> keys.add(Vault.keyId(sealed)));
    }
    vault.load(keys);
    return rows.stream().map(this::shown).toList();
  }

  /** What was sealed with a key that is destroyed shows as empty. */
  private ConversationMessage shown(Row row) {
    ObjectNode json = json(row.sealed(), "message", row.id().value());
    String description =
        row.statusSealed()
            .map(sealed -> json(sealed, "message-status", row.id().value()))
            .flatMap(status -> Json.string(status, "description"))
            .orElse("");
    String address =
        row.addressSealed()
            .flatMap(sealed ->
                vault.open(
                    sealed, Rows.associated("identity", row.address().orElse(new Ulid(0, 0)))))
            .map(Bytes::asUtf8)
            .orElse("");
    return new ConversationMessage(
        row.id(),
        row.direction(),
        json.path("content") instanceof ObjectNode content ? content : Json.object(),
        Optional.of(
            new ChannelIdentity(row.channel(), address, Owners.scope(row.channel(), row.app()))),
        row.contact(),
        row.conversation(),
        Json.string(json, "metadata").orElse(""),
        row.acceptTime(),
        row.injected(),
        Json.string(json, "sender_id").orElse(""),
        Json.string(json, "correlation_id").orElse(""),
        row.processingMode(),
        Optional.of(new Status(row.status(), row.statusAt(), row.reason(), description)));
  }

  private ObjectNode json(Bytes sealed, String what, Ulid id) {
    return vault.open(sealed, Rows.associated(what, id)).map(Json::object).orElseGet(Json::object);
  }

  private static List<Row> rows(PreparedStatement statement) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        @Nullable String reason = row.getString(12);
        rows.add(
            new Row(
                new MessageId(Ulids.of(row.getObject(1, UUID.class))),
                new AppId(Ulids.of(row.getObject(2, UUID.class))),
                ulid(row, 3).map(ConversationId::new),
                ulid(row, 4).map(ContactId::new),
                new ChannelName(row.getString(5)),
                row.getInt(6) == 0 ? Direction.TO_APP : Direction.TO_CONTACT,
                row.getObject(7, OffsetDateTime.class).toInstant(),
                row.getString(8),
                row.getBoolean(9),
                row.getString(10),
                row.getObject(11, OffsetDateTime.class).toInstant(),
                reason == null ? "" : reason,
                Bytes.wrap(row.getBytes(13)),
                bytes(row, 14),
                ulid(row, 15),
                bytes(row, 16)));
      }
    }
    return rows;
  }

  private static Optional<Ulid> ulid(ResultSet row, int column) throws SQLException {
    @Nullable UUID uuid = row.getObject(column, UUID.class);
    return Optional.ofNullable(uuid).map(Ulids::of);
  }

  private static Optional<Bytes> bytes(ResultSet row, int column) throws SQLException {
    byte @Nullable [] bytes = row.getBytes(column);
    return bytes == null ? Optional.empty() : Optional.of(Bytes.wrap(bytes));
  }

  private static List<Ref> refs(Connection c, String where, Ulid id, int limit)
      throws SQLException {
    List<Ref> refs = new ArrayList<>();
    try (PreparedStatement statement =
        c.prepareStatement(REFS + where + " order by m.id limit ?")) {
      statement.setObject(1, id.toUuid());
      statement.setInt(2, limit);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          List<Long> others = new ArrayList<>();
          for (Object index : (Object[]) row.getArray(6).getArray()) {
            others.add((Long) index);
          }
          refs.add(
              new Ref(
                  row.getObject(1, UUID.class),
                  Ulids.of(row.getObject(2, UUID.class)),
                  row.getLong(3),
                  new PartRange(row.getInt(4), row.getInt(5)),
                  others));
        }
      }
    }
    return refs;
  }

  /**
   * Which parts of the log's payloads say what these messages say: of a webhook those of its event,
   * of the entries that belong to a send all, since they hold nothing else.
   */
  private List<Cut> cuts(List<Ref> refs) {
    TreeMap<Long, List<PartRange>> byIndex = new TreeMap<>();
    for (Ref ref : refs) {
      byIndex.computeIfAbsent(ref.index(), index -> new ArrayList<>()).add(ref.parts());
      for (Long other : ref.entries()) {
        byIndex.computeIfAbsent(other, index -> new ArrayList<>());
      }
    }
    List<Cut> cuts = new ArrayList<>();
    for (LogEntry entry : log.read(List.copyOf(byIndex.keySet()))) {
      if (entry.kind().equals(Kind.WEBHOOK)) {
        for (PartRange parts : byIndex.getOrDefault(entry.index(), List.of())) {
          cuts.add(new Cut(entry.index(), parts));
        }
      } else if (!entry.parts().isEmpty()) {
        cuts.add(new Cut(entry.index(), new PartRange(0, entry.parts().size())));
      }
    }
    return cuts;
  }

  private static int delete(Connection c, List<Ref> refs, List<Cut> cuts) throws SQLException {
    for (Cut cut : cuts) {
      Log.deleteParts(c, cut.index(), cut.parts().first(), cut.parts().end());
    }
    Collection<UUID> ids = refs.stream().map(Ref::id).toList();
    int deleted = 0;
    for (String sql : List.of(ENTRIES_GONE, MESSAGES_GONE)) {
      try (PreparedStatement statement = c.prepareStatement(sql)) {
        statement.setArray(1, UuidArray.of(c, ids));
        deleted = statement.executeUpdate();
      }
    }
    return deleted;
  }

  private static void execute(Connection c, String sql, Ulid id) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setObject(1, id.toUuid());
      statement.execute();
    }
  }

  private static ObjectNode facts(MessageId id) {
    ObjectNode facts = Json.object();
    facts.put(Changes.MESSAGE, id.toString());
    return facts;
  }

  private record Row(
      MessageId id,
      AppId app,
      Optional<ConversationId> conversation,
      Optional<ContactId> contact,
      ChannelName channel,
      Direction direction,
      Instant acceptTime,
      String processingMode,
      boolean injected,
      String status,
      Instant statusAt,
      String reason,
      Bytes sealed,
      Optional<Bytes> statusSealed,
      Optional<Ulid> address,
      Optional<Bytes> addressSealed) {}

  /** A message to delete; {@code entries} are the log's entries that belong to it. */
  private record Ref(UUID id, Ulid contact, long index, PartRange parts, List<Long> entries) {}

  private record Cut(long index, PartRange parts) {}
}
