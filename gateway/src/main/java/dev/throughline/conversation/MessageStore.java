package dev.throughline.conversation;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.ConversationMessage.Status;
import dev.throughline.contract.Json;
import dev.throughline.contract.MediaAddresses;
import dev.throughline.contract.SendRequests;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Messages as the API reads, changes and deletes them. */
public final class MessageStore {
  private static final int MAX_TRIES = 5;

  /** The newest time that PostgreSQL and this API can both write. */
  public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  static final Instant EARLIEST = Instant.EPOCH;

  private static final String FIND =
      "select "
          + MessageRows.COLUMNS
          + "from message m left join address i on i.id = m.identity"
          + " where m.id = ? and m.project = ?";

  private static final String OF_APPS = page("app = scope.id and conversation is not null");
  private static final String OF_CONVERSATIONS = page("conversation = scope.id");
  private static final String DISPATCHED_OF_APPS = page("app = scope.id and conversation is null");
  private static final String DISPATCHED_OF_ADDRESSES =
      page("identity = scope.id and conversation is null");

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

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Directory directory;
  private final ChangeEntries entries;
  private final MessageRemoval removal;
  private final MediaAddresses media;

  public MessageStore(
      Database database,
      Vault vault,
      Log log,
      Drafts drafts,
      Directory directory,
      MediaAddresses media) {
    this.media = media;
    this.database = database;
    this.directory = directory;
    this.vault = vault;
    this.log = log;
    this.entries = new ChangeEntries(drafts, log);
    this.removal = new MessageRemoval(database, log);
  }

  /**
   * A page of each app, conversation or address, in the order of its index, and the newest of them
   * all. Parameters that are null do not filter.
   */
  private static String page(String scope) {
    return """
    with m as (
      select found.* from unnest(?::uuid[]) as scope (id) cross join lateral (
        select * from message
        where %s and project = ?
          and (accept_time, id) < (?, ?)
          and accept_time >= ? and accept_time < ?
          and app = any (?)
          and (?::text is null or channel = ?)
          and (?::smallint is null or direction = ?)
          and (?::uuid[] is null or identity = any (?))
        order by accept_time desc, id desc
        limit ?) found
      order by found.accept_time desc, found.id desc
      limit ?)
    select %s
    from m left join address i on i.id = m.identity order by m.accept_time desc, m.id desc
    """
        .formatted(scope, MessageRows.COLUMNS);
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

  /** Not what was dispatched by an app that keeps nothing dispatched. */
  public Optional<ConversationMessage> find(ProjectId project, MessageId id) {
    List<MessageRows.Row> rows =
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(FIND)) {
            statement.setObject(1, id.value().toUuid());
            statement.setString(2, project.value());
            return MessageRows.read(statement);
          }
        });
    return MessageRows.open(
            vault,
            media,
            rows.stream()
                .filter(row -> isShown(row.processingMode().equals("DISPATCH"), row.app()))
                .toList())
        .stream()
        .findFirst();
  }

  private boolean isDispatched(SendRequest send) {
    return send.dispatchOnly()
        || directory
            .app(send.app())
            .filter(app -> app.processingMode() == App.ProcessingMode.DISPATCH)
            .isPresent();
  }

  private boolean isShown(boolean dispatched, AppId app) {
    return !dispatched
        || directory.app(app).map(Retention::of).map(Retention::showsDispatched).orElse(false);
  }

  /** A send that was accepted and not folded yet: it shows as QUEUED. */
  public Optional<ConversationMessage> accepted(ProjectId project, MessageId id) {
    Optional<LogEntry> entry = request(project, id).filter(this::waits);
    return entry.flatMap(found -> {
      Optional<SendRequest> send =
          found.body().map(SendRequests::parse).flatMap(SendRequests.Parsed::request);
      boolean dispatched = send.map(this::isDispatched).orElse(false);
      if (send.map(s -> !isShown(dispatched, s.app())).orElse(false)) {
        return Optional.empty();
      }
      Optional<ChannelIdentity> identity =
          send.filter(s -> s.recipient() instanceof SendRequest.Recipient.ByIdentities)
              .map(s ->
                  ChannelIdentity.of(
                      ((SendRequest.Recipient.ByIdentities) s.recipient()).identities().getFirst(),
                      s.app()));
      Optional<ContactId> contact =
          send.filter(s -> s.recipient() instanceof SendRequest.Recipient.ByContact)
              .map(s -> ((SendRequest.Recipient.ByContact) s.recipient()).contact());
      return Optional.of(
          new ConversationMessage(
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
              dispatched ? "DISPATCH" : "CONVERSATION",
              Optional.of(new Status("QUEUED", found.at(), "", "")),
              send.flatMap(this::messageClass)));
    });
  }

  private Optional<String> messageClass(SendRequest send) {
    return directory
        .app(send.app())
        .map(app -> app.settings().policy().classOf(send.messageClass()).name());
  }

  /** The newest first. */
  public List<ConversationMessage> page(
      ProjectId project, Filter filter, Optional<Cursor> after, int limit) {
    byte[][] hashes =
        filter.addresses().stream().map(a -> vault.hash(a).array()).toArray(byte[][]::new);
    List<UUID> apps =
        shownApps(directory, project, filter.app(), filter.dispatch()).stream()
            .map(app -> app.value().toUuid())
            .toList();
    return MessageRows.open(
        vault,
        media,
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
              return List.<MessageRows.Row>of();
            }
          }
          boolean byConversation = filter.conversation().isPresent() || !contacts.isEmpty();
          List<UUID> scope =
              filter.dispatch()
                  ? (addresses.isEmpty() ? apps : addresses)
                  : byConversation ? conversations(c, filter.conversation(), contacts) : apps;
          String sql =
              filter.dispatch()
                  ? (addresses.isEmpty() ? DISPATCHED_OF_APPS : DISPATCHED_OF_ADDRESSES)
                  : byConversation ? OF_CONVERSATIONS : OF_APPS;
          try (PreparedStatement statement = c.prepareStatement(sql)) {
            bind(c, statement, project, filter, after, limit, scope, apps, addresses);
            return MessageRows.read(statement);
          }
        }));
  }

  /** The apps whose messages a list may show: of dispatched ones, those that keep them at all. */
  static List<AppId> shownApps(
      Directory directory, ProjectId project, Optional<AppId> only, boolean dispatch) {
    return directory.apps(project).stream()
        .filter(app -> only.isEmpty() || only.get().equals(app.id()))
        .filter(app -> !dispatch || Retention.of(app).showsDispatched())
        .map(App::id)
        .toList();
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
    MessageRemoval.Batch batch = removal.batch(MessageRemoval.Of.message(id), 1);
    Draft draft = entries.draft(project, contact, Changes.MESSAGE_DELETED, facts(id));
    boolean deleted =
        database.transaction(c -> {
          if (MessageRemoval.delete(c, batch) == 0) {
            return false;
          }
          log.append(draft, c);
          return true;
        });
    return deleted ? new Written.Done<>(id) : new Written.Missing<>();
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
      List<UUID> apps,
      List<UUID> addresses)
      throws SQLException {
    int p = 0;
    statement.setArray(++p, UuidArray.of(c, scope));
    statement.setString(++p, project.value());
    statement.setObject(++p, time(after.map(Cursor::acceptTime).orElse(LATEST)));
    statement.setObject(++p, after.map(cursor -> cursor.id().toUuid()).orElse(ContactStore.NEWEST));
    statement.setObject(++p, time(filter.from().orElse(EARLIEST)));
    statement.setObject(++p, time(filter.until().orElse(LATEST)));
    statement.setArray(++p, UuidArray.of(c, apps));
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

  static short column(Direction direction) {
    return switch (direction) {
      case TO_APP -> 0;
      case TO_CONTACT -> 1;
    };
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
}
