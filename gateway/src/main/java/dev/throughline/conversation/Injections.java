package dev.throughline.conversation;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.Conversation;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.AppEvent;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Messages that were said elsewhere and are put into a conversation: one entry each, whose id is
 * the message's. The fold stores them, as it does those that come by a channel.
 */
public final class Injections {
  private static final String INSERT =
      """
      insert into message (id, project, app, conversation, contact, identity, channel, direction,
        accept_time, processing_mode, injected, status, status_at, index, position, part_first,
        part_end, reply, sealed)
      select ?, c.project, c.app, c.id, c.contact, i.id, i.channel, ?, ?, 'CONVERSATION', true, ?,
        ?, ?, 0, 0, 0, 0, ?
      from conversation c join identity i on i.contact = c.contact
      where c.id = ? and i.id = ?
      """;

  private static final String INSERT_ENTRY =
      "insert into message_entry (message, index) values (?, ?)";

  private static final String INSERT_EVENT =
      """
      insert into event (id, project, app, conversation, contact, identity, channel, direction,
        kind, accept_time, processing_mode, status, status_at, entries, sealed)
      select ?, c.project, c.app, c.id, c.contact, i.id, i.channel, 1, ?, ?, 'CONVERSATION',
        'QUEUED_ON_CHANNEL', ?, array[?::bigint], ?
      from conversation c join identity i on i.contact = c.contact
      where c.id = ? and i.id = ?
      """;

  private static final String KIND = "kind";
  private static final String IDENTITY = "identity";
  private static final String CHANNEL_IDENTITY = "channel_identity";
  private static final String DIRECTION = "direction";
  private static final String ACCEPT_TIME = "accept_time";
  private static final String METADATA = "metadata";
  private static final String SENDER = "sender_id";

  private final Log log;
  private final ChangeEntries entries;
  private final ContactStore contacts;

  public Injections(Log log, Drafts drafts, ContactStore contacts) {
    this.log = log;
    this.entries = new ChangeEntries(drafts, log);
    this.contacts = contacts;
  }

  /**
   * A message as a client gives it.
   *
   * @param content the contract's {@code app_message} or {@code contact_message}
   */
  public record Injected(
      ChannelIdentity identity,
      Direction direction,
      Instant acceptTime,
      ObjectNode content,
      String metadata,
      String senderId) {
    /** Shows nothing personal. */
    @Override
    public String toString() {
      return "Injected[" + direction + "]";
    }
  }

  /** The id it gets; empty if the conversation's contact has no such address. */
  public Optional<MessageId> message(ProjectId project, Conversation into, Injected injected) {
    Optional<Ulid> address =
        contacts.found(project, into.contact()).stream()
            .flatMap(found -> found.addresses().entrySet().stream())
            .filter(entry -> entry.getValue().equals(injected.identity()))
            .map(Map.Entry::getKey)
            .findFirst();
    return address.map(id -> {
      ObjectNode facts = Json.object();
      facts.put(Changes.APP, into.app().toString());
      facts.put(Changes.CONVERSATION, into.id().toString());
      facts.put(IDENTITY, id.toString());
      facts.put(DIRECTION, injected.direction().name());
      facts.put(ACCEPT_TIME, injected.acceptTime().toString());
      facts.put(METADATA, injected.metadata());
      facts.put(SENDER, injected.senderId());
      facts.set(CHANNEL_IDENTITY, injected.identity().json());
      facts.set(Changes.SHOWN, injected.content());
      var draft = entries.draft(project, into.contact(), Changes.MESSAGE_INJECTED, facts);
      log.append(draft);
      return new MessageId(draft.id());
    });
  }

  /** An event that was put in: its id, and when it was accepted. */
  public record InjectedEvent(EventId id, Instant acceptedAt) {}

  /**
   * @param identity the address that it went to; of the conversation's own channel if none is named
   * @return empty if the conversation's contact has no such address
   */
  public Optional<InjectedEvent> event(
      ProjectId project,
      Conversation into,
      Optional<ChannelIdentity> identity,
      Instant acceptTime,
      AppEvent event) {
    Optional<Map.Entry<Ulid, ChannelIdentity>> address =
        contacts.found(project, into.contact()).stream()
            .flatMap(found -> found.addresses().entrySet().stream())
            .filter(entry ->
                identity.isPresent()
                    ? entry.getValue().equals(identity.get())
                    : entry.getValue().channel().value().equals(into.activeChannel()))
            .findFirst();
    return address.map(entry -> {
      ObjectNode facts = Json.object();
      facts.put(Changes.APP, into.app().toString());
      facts.put(Changes.CONVERSATION, into.id().toString());
      facts.put(IDENTITY, entry.getKey().toString());
      facts.put(KIND, event.kind().name());
      facts.put(ACCEPT_TIME, acceptTime.toString());
      facts.set(CHANNEL_IDENTITY, entry.getValue().json());
      facts.set(Changes.SHOWN, Json.object(Bytes.utf8(event.json())));
      var draft = entries.draft(project, into.contact(), Changes.EVENT_INJECTED, facts);
      return switch (log.append(draft)) {
        case Appended.At(long _, Instant at) -> new InjectedEvent(new EventId(draft.id()), at);
        case Appended.Earlier _, Appended.Stale _ ->
            throw new IllegalStateException("an event is bound to no key and no epoch");
      };
    });
  }

  /** Stores the event that an entry tells of, as {@link #store} does a message. */
  static boolean storeEvent(Connection c, Vault vault, Item.Change item, DataKey key)
      throws SQLException {
    ObjectNode record = item.record();
    Optional<Ulid> conversation = Json.string(record, Changes.CONVERSATION).flatMap(Ulids::parse);
    Optional<Ulid> identity = Json.string(record, IDENTITY).flatMap(Ulids::parse);
    if (conversation.isEmpty() || identity.isEmpty()) {
      return false;
    }
    Ulid id = item.entry().id();
    Instant at = Json.string(record, ACCEPT_TIME).map(Instant::parse).orElse(item.entry().at());
    ObjectNode plain = Json.object();
    plain.set("event", record.path(Changes.SHOWN));
    Bytes sealed = vault.seal(key, Json.bytes(plain).array(), Rows.associated("event", id));
    try (PreparedStatement statement = c.prepareStatement(INSERT_EVENT)) {
      int p = 0;
      statement.setObject(++p, id.toUuid());
      statement.setString(++p, Json.string(record, KIND).orElse(""));
      statement.setObject(++p, at.atOffset(ZoneOffset.UTC));
      statement.setObject(++p, at.atOffset(ZoneOffset.UTC));
      statement.setLong(++p, item.entry().index());
      statement.setBytes(++p, sealed.array());
      statement.setObject(++p, conversation.get().toUuid());
      statement.setObject(++p, identity.get().toUuid());
      return statement.executeUpdate() > 0;
    }
  }

  /**
   * Stores the message that an entry tells of, in the fold.
   *
   * @return whether its conversation and its address still are
   */
  static boolean store(Connection c, Vault vault, Item.Change item, DataKey key)
      throws SQLException {
    ObjectNode record = item.record();
    Optional<ConversationId> conversation =
        Json.string(record, Changes.CONVERSATION).flatMap(Ulids::parse).map(ConversationId::new);
    Optional<Ulid> identity = Json.string(record, IDENTITY).flatMap(Ulids::parse);
    if (conversation.isEmpty() || identity.isEmpty()) {
      return false;
    }
    Ulid id = item.entry().id();
    boolean toApp = Json.string(record, DIRECTION).filter("TO_APP"::equals).isPresent();
    Instant at = Json.string(record, ACCEPT_TIME).map(Instant::parse).orElse(item.entry().at());
    ObjectNode plain = Json.object();
    plain.set("content", record.path(Changes.SHOWN));
    plain.put("metadata", Json.string(record, METADATA).orElse(""));
    Json.string(record, SENDER)
        .filter(sender -> !sender.isEmpty())
        .ifPresent(sender -> plain.put("sender_id", sender));
    Bytes sealed = vault.seal(key, Json.bytes(plain).array(), Rows.associated("message", id));
    try (PreparedStatement statement = c.prepareStatement(INSERT)) {
      int p = 0;
      statement.setObject(++p, id.toUuid());
      statement.setShort(++p, (short) (toApp ? 0 : 1));
      statement.setObject(++p, at.atOffset(ZoneOffset.UTC));
      statement.setString(++p, toApp ? "RECEIVED" : "QUEUED_ON_CHANNEL");
      statement.setObject(++p, at.atOffset(ZoneOffset.UTC));
      statement.setLong(++p, item.entry().index());
      statement.setBytes(++p, sealed.array());
      statement.setObject(++p, conversation.get().value().toUuid());
      statement.setObject(++p, identity.get().toUuid());
      if (statement.executeUpdate() == 0) {
        return false;
      }
    }
    try (PreparedStatement statement = c.prepareStatement(INSERT_ENTRY)) {
      statement.setObject(1, id.toUuid());
      statement.setLong(2, item.entry().index());
      statement.executeUpdate();
    }
    return true;
  }

  /** Whose the message is, as a RECORD_NOTIFICATION tells it. */
  static ObjectNode notification(Item.Change item) {
    ObjectNode json = Json.object();
    json.put("entity_id", item.entry().id().toString());
    json.put("record_status", "EVENT_RECORD_STORED");
    json.set(CHANNEL_IDENTITY, item.record().path(CHANNEL_IDENTITY));
    json.put("contact_id", Json.string(item.record(), Changes.CONTACT).orElse(""));
    json.put("conversation_id", Json.string(item.record(), Changes.CONVERSATION).orElse(""));
    json.put("processing_mode", "CONVERSATION");
    return json;
  }
}
