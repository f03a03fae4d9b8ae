package dev.throughline.conversation;

import dev.throughline.contract.Conversation;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Conversations as the API reads and changes them; each change commits with its entry. */
public final class ConversationStore {
  private static final int MAX_TRIES = 5;
  private static final String ACTIVE_CONSTRAINT = "conversation_active";

  private static final String SELECT =
      """
      select c.id, c.app, c.contact, c.active, c.active_channel, c.sealed,
        (select max(m.accept_time) from message m where m.conversation = c.id and m.direction = 0)
      from conversation c
      """;

  private static final String FIND = SELECT + "where c.id = any (?) and c.project = ?";

  /** Parameters that are null do not filter. */
  private static final String WHERE =
      """
      where c.project = ? and (?::uuid is null or c.app = ?) and (?::uuid is null or c.contact = ?)
        and (not ? or c.active) and (?::text is null or c.active_channel = ?)
      """;

  private static final String PAGE = SELECT + WHERE + " and c.id < ? order by c.id desc limit ?";
  private static final String COUNT = "select count(*) from conversation c " + WHERE;

  private static final String LOCK_CONTACT =
      "select 1 from contact where id = ? and project = ? for update";
  private static final String LOCK =
      "select sealed, active from conversation where id = ? and project = ? for update";
  private static final String ACTIVE =
      "select id from conversation where app = ? and contact = ? and active";

  private static final String INSERT =
      """
      insert into conversation (id, project, app, contact, created, active, active_channel,
        active_identity, sealed)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String UPDATE =
      """
      update conversation set active = ?, active_channel = ?,
        active_identity = coalesce(?, active_identity), sealed = ?
      where id = ?
      """;

  private static final String ADDRESS_OF_CHANNEL =
      """
      select id from identity where contact = ? and channel = ? and (app is null or app = ?)
      order by position, id limit 1
      """;

  private static final String HAS_MESSAGES =
      "select exists (select 1 from message where conversation = ?)";
  private static final String UNSENT_GONE = "delete from unsent where conversation = ?";
  private static final String DELETE = "delete from conversation where id = ?";

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final InstantSource clock;
  private final ChangeEntries entries;
  private final MessageRemoval removal;

  public ConversationStore(
      Database database, Vault vault, Log log, Drafts drafts, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.clock = clock;
    this.entries = new ChangeEntries(drafts, log);
    this.removal = new MessageRemoval(database, log);
  }

  /** What a list is narrowed to. */
  public record Filter(
      Optional<AppId> app,
      Optional<ContactId> contact,
      boolean onlyActive,
      Optional<String> activeChannel) {}

  /** A page, and how many there are on all pages. */
  public record Page(List<Conversation> conversations, long total) {}

  public Optional<Conversation> find(ProjectId project, ConversationId id) {
    return found(project, id).map(Found::conversation);
  }

  Map<ConversationId, Conversation> find(ProjectId project, List<ConversationId> ids) {
    return found(project, ids).stream()
        .map(Found::conversation)
        .collect(Collectors.toMap(Conversation::id, Function.identity()));
  }

  /** The newest first, older than {@code before}. */
  public Page page(ProjectId project, Filter filter, Optional<Ulid> before, int limit) {
    List<Long> total = new ArrayList<>();
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement count = c.prepareStatement(COUNT)) {
            bind(count, project, filter);
            try (ResultSet row = count.executeQuery()) {
              row.next();
              total.add(row.getLong(1));
            }
          }
          try (PreparedStatement statement = c.prepareStatement(PAGE)) {
            int p = bind(statement, project, filter);
            statement.setObject(++p, before.map(Ulid::toUuid).orElse(ContactStore.NEWEST));
            statement.setInt(++p, limit);
            return rows(statement);
          }
        });
    return new Page(open(rows).stream().map(Found::conversation).toList(), total.getFirst());
  }

  /**
   * {@link Written.Missing} if there is no such contact, {@link Written.Taken} if app and contact
   * have an active conversation already.
   */
  public Written<Conversation> create(ProjectId project, Conversation conversation) {
    Draft draft = draft(project, conversation, Changes.CONVERSATION_CREATED);
    DataKey key = ChangeEntries.key(draft, conversation.contact());
    try {
      boolean written =
          database.transaction(c -> {
            if (!lockContact(c, project, conversation.contact())) {
              return false;
            }
            insert(c, project, conversation, key);
            entries.append(c, draft, conversation.contact(), Optional.of(conversation.id()));
            return true;
          });
      return written ? new Written.Done<>(conversation) : new Written.Missing<>();
    } catch (DatabaseException.UniqueViolation e) {
      return active(e, conversation);
    }
  }

  /**
   * @param change from the conversation as it stands to what it shall be; may run several times
   */
  public Written<Conversation> update(
      ProjectId project, ConversationId id, UnaryOperator<Conversation> change) {
    return change(project, id, change);
  }

  /** A conversation that stands still stays as it is. */
  public Written<Conversation> stop(ProjectId project, ConversationId id) {
    Optional<Conversation> found = find(project, id);
    if (found.isPresent() && !found.get().active()) {
      return new Written.Done<>(found.get());
    }
    return change(project, id, ConversationStore::stopped);
  }

  /** Deletes a conversation with its messages; what was said goes at once. */
  public Written<Conversation> delete(ProjectId project, ConversationId id) {
    return delete(project, id, MessageRemoval.Of.conversation(id), false);
  }

  /** Deletes a conversation in which nothing was said since; one that goes on stays. */
  void expire(ProjectId project, ConversationId id, Instant before) {
    delete(project, id, MessageRemoval.Of.older(id, before), true);
  }

  /**
   * @param onlyEmpty leave it if it has messages yet
   */
  private Written<Conversation> delete(
      ProjectId project, ConversationId id, MessageRemoval.Of of, boolean onlyEmpty) {
    Optional<Found> found = found(project, id);
    if (found.isEmpty()) {
      return new Written.Missing<>();
    }
    Conversation conversation = found.get().conversation();
    removal.deleteAll(of);
    Draft draft = draft(project, conversation, Changes.CONVERSATION_DELETED);
    boolean deleted =
        database.transaction(c -> {
          if (!lockContact(c, project, conversation.contact())
              || lock(c, project, id).isEmpty()
              || onlyEmpty && hasMessages(c, id)) {
            return false;
          }
          entries.forget(c, id);
          EventRemoval.forget(c, id);
          execute(c, UNSENT_GONE, id.value());
          execute(c, DELETE, id.value());
          log.append(draft, c);
          return true;
        });
    return deleted ? new Written.Done<>(conversation) : new Written.Missing<>();
  }

  private static boolean hasMessages(Connection c, ConversationId id) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(HAS_MESSAGES)) {
      statement.setObject(1, id.value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static Conversation stopped(Conversation running) {
    return new Conversation(
        running.id(),
        running.app(),
        running.contact(),
        false,
        running.activeChannel(),
        running.lastReceived(),
        running.metadata(),
        running.metadataJson(),
        running.correlationId());
  }

  private static String word(Conversation before, Conversation after) {
    if (before.active() == after.active()) {
      return Changes.CONVERSATION_UPDATED;
    }
    return after.active() ? Changes.CONVERSATION_RESUMED : Changes.CONVERSATION_STOPPED;
  }

  private Written<Conversation> change(
      ProjectId project, ConversationId id, UnaryOperator<Conversation> change) {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Optional<Found> found = found(project, id);
      if (found.isEmpty()) {
        return new Written.Missing<>();
      }
      Conversation changed = change.apply(found.get().conversation());
      Draft draft = draft(project, changed, word(found.get().conversation(), changed));
      DataKey key = ChangeEntries.key(draft, changed.contact());
      try {
        boolean written =
            database.transaction(c -> {
              if (!lockContact(c, project, changed.contact())
                  || !lock(c, project, id).equals(Optional.of(found.get().version()))) {
                return false;
              }
              update(c, changed, key);
              entries.append(c, draft, changed.contact(), Optional.of(id));
              return true;
            });
        if (written) {
          return new Written.Done<>(changed);
        }
      } catch (DatabaseException.UniqueViolation e) {
        return active(e, changed);
      } catch (DatabaseException.Conflict again) {
        // a deadlock with the fold: both lock people, and it was chosen to go on
      }
    }
    return new Written.Contended<>();
  }

  private Written<Conversation> active(
      DatabaseException.UniqueViolation violation, Conversation conversation) {
    if (!violation.constraint().equals(ACTIVE_CONSTRAINT)) {
      throw violation;
    }
    Optional<Ulid> other =
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(ACTIVE)) {
            statement.setObject(1, conversation.app().value().toUuid());
            statement.setObject(2, conversation.contact().value().toUuid());
            try (ResultSet row = statement.executeQuery()) {
              return row.next()
                  ? Optional.of(Ulids.of(row.getObject(1, UUID.class)))
                  : Optional.<Ulid>empty();
            }
          }
        });
    return other.<Written<Conversation>>map(Written.Taken::new).orElseGet(Written.Contended::new);
  }

  private Draft draft(ProjectId project, Conversation conversation, String word) {
    ObjectNode facts = Json.object();
    facts.put(Changes.APP, conversation.app().toString());
    facts.put(Changes.CONVERSATION, conversation.id().toString());
    facts.set(Changes.SHOWN, conversation.json());
    return entries.draft(project, conversation.contact(), word, facts);
  }

  private void insert(Connection c, ProjectId project, Conversation conversation, DataKey key)
      throws SQLException {
    @Nullable UUID address = address(c, conversation);
    try (PreparedStatement statement = c.prepareStatement(INSERT)) {
      statement.setObject(1, conversation.id().value().toUuid());
      statement.setString(2, project.value());
      statement.setObject(3, conversation.app().value().toUuid());
      statement.setObject(4, conversation.contact().value().toUuid());
      statement.setObject(5, clock.instant().atOffset(ZoneOffset.UTC));
      statement.setBoolean(6, conversation.active());
      statement.setString(7, conversation.activeChannel());
      statement.setObject(8, address);
      statement.setBytes(9, seal(conversation, key).array());
      statement.executeUpdate();
    }
  }

  private void update(Connection c, Conversation conversation, DataKey key) throws SQLException {
    @Nullable UUID address = address(c, conversation);
    try (PreparedStatement statement = c.prepareStatement(UPDATE)) {
      statement.setBoolean(1, conversation.active());
      statement.setString(2, conversation.activeChannel());
      statement.setObject(3, address);
      statement.setBytes(4, seal(conversation, key).array());
      statement.setObject(5, conversation.id().value().toUuid());
      statement.executeUpdate();
    }
  }

  private static @Nullable UUID address(Connection c, Conversation conversation)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(ADDRESS_OF_CHANNEL)) {
      statement.setObject(1, conversation.contact().value().toUuid());
      statement.setString(2, conversation.activeChannel());
      statement.setObject(3, conversation.app().value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getObject(1, UUID.class) : null;
      }
    }
  }

  private Bytes seal(Conversation conversation, DataKey key) {
    ObjectNode json = Json.object();
    json.put("metadata", conversation.metadata());
    json.set("metadata_json", conversation.metadataJson());
    json.put("correlation_id", conversation.correlationId());
    return vault.seal(
        key, Json.bytes(json).array(), Rows.associated("conversation", conversation.id().value()));
  }

  private Optional<Found> found(ProjectId project, ConversationId id) {
    return found(project, List.of(id)).stream().findFirst();
  }

  private List<Found> found(ProjectId project, List<ConversationId> ids) {
    return open(
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(FIND)) {
            statement.setArray(
                1, UuidArray.of(c, ids.stream().map(id -> id.value().toUuid()).toList()));
            statement.setString(2, project.value());
            return rows(statement);
          }
        }));
  }

  private List<Found> open(List<Row> rows) {
    vault.load(
        rows.stream().flatMap(row -> row.version().sealed().stream()).map(Vault::keyId).toList());
    List<Found> found = new ArrayList<>();
    for (Row row : rows) {
      ObjectNode json =
          row.version()
              .sealed()
              .flatMap(
                  sealed -> vault.open(sealed, Rows.associated("conversation", row.id().value())))
              .map(Json::object)
              .orElseGet(Json::object);
      found.add(
          new Found(
              new Conversation(
                  row.id(),
                  row.app(),
                  row.contact(),
                  row.version().active(),
                  row.activeChannel(),
                  row.lastReceived(),
                  Json.string(json, "metadata").orElse(""),
                  json.path("metadata_json") instanceof ObjectNode own ? own : Json.object(),
                  Json.string(json, "correlation_id").orElse("")),
              row.version()));
    }
    return found;
  }

  private static int bind(PreparedStatement statement, ProjectId project, Filter filter)
      throws SQLException {
    @Nullable UUID app = filter.app().map(id -> id.value().toUuid()).orElse(null);
    @Nullable UUID contact = filter.contact().map(id -> id.value().toUuid()).orElse(null);
    @Nullable String channel = filter.activeChannel().orElse(null);
    int p = 0;
    statement.setString(++p, project.value());
    statement.setObject(++p, app);
    statement.setObject(++p, app);
    statement.setObject(++p, contact);
    statement.setObject(++p, contact);
    statement.setBoolean(++p, filter.onlyActive());
    statement.setString(++p, channel);
    statement.setString(++p, channel);
    return p;
  }

  private static boolean lockContact(Connection c, ProjectId project, ContactId contact)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(LOCK_CONTACT)) {
      statement.setObject(1, contact.value().toUuid());
      statement.setString(2, project.value());
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private static Optional<Version> lock(Connection c, ProjectId project, ConversationId id)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(LOCK)) {
      statement.setObject(1, id.value().toUuid());
      statement.setString(2, project.value());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Version(bytes(row, 1), row.getBoolean(2)))
            : Optional.empty();
      }
    }
  }

  private static List<Row> rows(PreparedStatement statement) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        @Nullable OffsetDateTime received = row.getObject(7, OffsetDateTime.class);
        rows.add(
            new Row(
                new ConversationId(Ulids.of(row.getObject(1, UUID.class))),
                new AppId(Ulids.of(row.getObject(2, UUID.class))),
                new ContactId(Ulids.of(row.getObject(3, UUID.class))),
                new Version(bytes(row, 6), row.getBoolean(4)),
                row.getString(5),
                received == null ? Instant.EPOCH : received.toInstant()));
      }
    }
    return rows;
  }

  private static Optional<Bytes> bytes(ResultSet row, int column) throws SQLException {
    byte @Nullable [] bytes = row.getBytes(column);
    return bytes == null ? Optional.empty() : Optional.of(Bytes.wrap(bytes));
  }

  private static void execute(Connection c, String sql, Ulid id) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setObject(1, id.toUuid());
      statement.executeUpdate();
    }
  }

  /** What tells whether a row was changed meanwhile. */
  private record Version(Optional<Bytes> sealed, boolean active) {}

  private record Found(Conversation conversation, Version version) {}

  private record Row(
      ConversationId id,
      AppId app,
      ContactId contact,
      Version version,
      String activeChannel,
      Instant lastReceived) {}
}
