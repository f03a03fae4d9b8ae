package dev.throughline.conversation;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Events as the API shows, lists and deletes them. The fold writes them. */
public final class EventStore {
  private static final String SHOWN =
      """
      select e.id, e.app, e.conversation, e.contact, e.channel, e.direction, e.accept_time,
        e.processing_mode, e.status, e.reason_code, e.sealed, i.id, i.sealed
      from event e left join address i on i.id = e.identity
      where e.project = ?\
      """;

  private static final String ONE = SHOWN + " and e.id = ?";

  /** Newest first; in DISPATCH mode an event is in nobody's history. */
  private static final String PAGE = SHOWN + " and e.processing_mode = 'CONVERSATION' and e.id < ?";

  private static final String CONTACT = "select contact from event where id = ? and project = ?";

  private static final UUID NEWEST = new UUID(-1, -1);

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final ChangeEntries changes;

  public EventStore(Database database, Vault vault, Log log, Drafts drafts) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.changes = new ChangeEntries(drafts, log);
  }

  /** Whose events a list holds. */
  public sealed interface Of {
    record Conversation(Ulid id) implements Of {}

    record Contact(Ulid id) implements Of {}
  }

  /** An event's id, and the event as the contract shows it. */
  public record Shown(EventId id, ObjectNode json) {}

  public Optional<Shown> find(ProjectId project, EventId id) {
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement s = c.prepareStatement(ONE)) {
            s.setString(1, project.value());
            s.setObject(2, id.value().toUuid());
            return rows(s);
          }
        });
    return shown(rows).stream().findFirst();
  }

  /**
   * @param after the last event of the page before
   */
  public List<Shown> page(ProjectId project, Of of, Optional<Ulid> after, int limit) {
    String whose =
        switch (of) {
          case Of.Conversation _ -> " and e.conversation = ?";
          case Of.Contact _ -> " and e.contact = ?";
        };
    Ulid id =
        switch (of) {
          case Of.Conversation(Ulid conversation) -> conversation;
          case Of.Contact(Ulid contact) -> contact;
        };
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement s =
              c.prepareStatement(PAGE + whose + " order by e.id desc limit ?")) {
            s.setString(1, project.value());
            s.setObject(2, after.map(Ulid::toUuid).orElse(NEWEST));
            s.setObject(3, id.toUuid());
            s.setInt(4, limit);
            return rows(s);
          }
        });
    return shown(rows);
  }

  /** With what the log's entries say of it. */
  public Written<EventId> delete(ProjectId project, EventId id) {
    Optional<ContactId> contact = database.read(c -> contact(c, project, id));
    if (contact.isEmpty()) {
      return new Written.Missing<>();
    }
    Draft draft =
        changes.draft(
            project,
            contact.get(),
            Changes.EVENT_DELETED,
            Json.object().put("event", id.toString()));
    boolean deleted =
        database.transaction(c -> {
          if (!EventRemoval.forget(c, id)) {
            return false;
          }
          log.append(draft, c);
          return true;
        });
    return deleted ? new Written.Done<>(id) : new Written.Missing<>();
  }

  private static Optional<ContactId> contact(Connection c, ProjectId project, EventId id)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(CONTACT)) {
      s.setObject(1, id.value().toUuid());
      s.setString(2, project.value());
      try (ResultSet row = s.executeQuery()) {
        return row.next()
            ? Optional.of(new ContactId(Ulids.of(row.getObject(1, UUID.class))))
            : Optional.empty();
      }
    }
  }

  private List<Shown> shown(List<Row> rows) {
    List<UUID> keys = new ArrayList<>();
    for (Row row : rows) {
      keys.add(Vault.keyId(row.sealed()));
      row.address().ifPresent(address -> keys.add(Vault.keyId(address.sealed())));
    }
    vault.load(keys.stream().distinct().toList());
    return rows.stream().map(this::shown).toList();
  }

  /** What was sealed with a key that is destroyed shows as empty. */
  private Shown shown(Row row) {
    ObjectNode sealed =
        vault
            .open(row.sealed(), Rows.associated("event", row.id().value()))
            .map(Json::object)
            .orElseGet(Json::object);
    String address =
        row.address()
            .flatMap(found -> vault.open(found.sealed(), Rows.associated("identity", found.id())))
            .map(Bytes::asUtf8)
            .orElse("");
    boolean dispatch = row.mode().equals("DISPATCH");
    ObjectNode json = Json.object();
    json.put("id", row.id().toString());
    json.put("direction", row.toApp() ? "TO_APP" : "TO_CONTACT");
    json.set(
        row.toApp() ? "contact_message_event" : "app_event",
        sealed.path("event") instanceof ObjectNode event ? event : Json.object());
    json.put("conversation_id", dispatch ? "" : row.conversation().map(Ulid::toString).orElse(""));
    json.put("contact_id", dispatch ? "" : row.contact().toString());
    json.set(
        "channel_identity",
        new ChannelIdentity(row.channel(), address, Owners.scope(row.channel(), row.app())).json());
    json.put("accept_time", row.acceptTime().toInstant().toString());
    json.put("processing_mode", row.mode());
    ObjectNode ours = json.putObject("throughline");
    ours.put("status", row.status());
    row.reason().ifPresent(reason -> ours.put("reason", reason));
    return new Shown(row.id(), json);
  }

  private static List<Row> rows(PreparedStatement statement) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        @Nullable UUID conversation = row.getObject(3, UUID.class);
        @Nullable UUID address = row.getObject(12, UUID.class);
        rows.add(
            new Row(
                new EventId(Ulids.of(row.getObject(1, UUID.class))),
                new AppId(Ulids.of(row.getObject(2, UUID.class))),
                Optional.ofNullable(conversation).map(Ulids::of),
                Ulids.of(row.getObject(4, UUID.class)),
                new ChannelName(row.getString(5)),
                row.getInt(6) == 0,
                row.getObject(7, OffsetDateTime.class),
                row.getString(8),
                row.getString(9),
                Optional.ofNullable(row.getString(10)),
                Bytes.wrap(row.getBytes(11)),
                address == null
                    ? Optional.empty()
                    : Optional.of(new Address(Ulids.of(address), Bytes.wrap(row.getBytes(13))))));
      }
    }
    return rows;
  }

  private record Address(Ulid id, Bytes sealed) {}

  private record Row(
      EventId id,
      AppId app,
      Optional<Ulid> conversation,
      Ulid contact,
      ChannelName channel,
      boolean toApp,
      OffsetDateTime acceptTime,
      String mode,
      String status,
      Optional<String> reason,
      Bytes sealed,
      Optional<Address> address) {}
}
