package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Fact.StoredEvent;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.EventRequest;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What one transaction of the fold writes about app events. */
final class FoldAppEvents {
  /** Where a message's sealed JSON keeps the right to mark it as read. */
  static final String READ_TOKEN = "read_token";

  private static final String INSERT =
      """
      insert into event (id, project, app, conversation, contact, identity, channel, direction,
        kind, accept_time, processing_mode, status, status_at, entries, sealed)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  /** The kind of what a contact does to a message, as the contract names it. */
  static final String CONTACT_MESSAGE_EVENT = "CONTACT_MESSAGE_EVENT";

  private static final int TO_APP = 0;
  private static final int TO_CONTACT = 1;
  private static final String RECEIVED = "RECEIVED";

  private static final String STATUS =
      "update event set status = ?, status_at = ?, reason_code = ? where id = ?";

  private static final String BELONGS = "update event set entries = entries || ? where id = ?";

  /** A few, since not everything that people send can be marked as read. */
  private static final String NEWEST_HEARD =
      """
      select id, sealed from message
      where conversation = (
          select id from conversation where contact = ? and app = ?
          order by active desc, id desc limit 1)
        and account = ? and direction = 0
      order by accept_time desc, id desc
      limit 5
      """;

  private final Vault vault;
  private final Connection transaction;
  private final List<Row> fresh = new ArrayList<>();
  private final List<HeardRow> heard = new ArrayList<>();
  private final Map<EventId, Status> statuses = new LinkedHashMap<>();
  private final List<Entry> entries = new ArrayList<>();

  FoldAppEvents(Vault vault, Connection transaction) {
    this.vault = vault;
    this.transaction = transaction;
  }

  /** Keeps an event of the entry at {@code index}; the party's conversation may be none. */
  StoredEvent accept(
      EventId id, EventRequest request, Party party, Ulid identity, Instant at, long index) {
    boolean dispatch = party.app().processingMode() == App.ProcessingMode.DISPATCH;
    ObjectNode sealed = Json.object();
    sealed.set("event", Json.object(Bytes.utf8(request.event().json())));
    StoredEvent event =
        new StoredEvent(
            id,
            at,
            request.event().kind(),
            request.metadata(),
            request.callbackUrl(),
            request.highPriority(),
            dispatch);
    fresh.add(
        new Row(
            event,
            dispatch ? party.outside() : party,
            identity,
            index,
            vault.seal(
                party.key(), Json.bytes(sealed).array(), Rows.associated("event", id.value()))));
    return event;
  }

  /** Keeps an event of a contact's; nothing becomes of it any more. */
  void received(
      EventId id,
      ObjectNode json,
      Party party,
      Ulid identity,
      boolean dispatch,
      Instant at,
      long index) {
    ObjectNode sealed = Json.object();
    sealed.set("event", json);
    heard.add(
        new HeardRow(
            id,
            dispatch ? party.outside() : party,
            identity,
            at,
            dispatch,
            index,
            vault.seal(
                party.key(), Json.bytes(sealed).array(), Rows.associated("event", id.value()))));
  }

  void status(EventId event, DeliveryStatus status, Optional<Reason> reason, Instant at) {
    statuses.put(event, new Status(status, reason.map(Reason::code), at));
  }

  /** An entry of the log is about this event. */
  void belongs(EventId event, long index) {
    entries.add(new Entry(event, index));
  }

  /** The token of the newest message of theirs in the tables that has one. */
  Optional<String> readToken(Party party, AccountId account) throws SQLException {
    try (PreparedStatement s = transaction.prepareStatement(NEWEST_HEARD)) {
      s.setObject(1, party.contact().value().toUuid());
      s.setObject(2, party.app().id().value().toUuid());
      s.setObject(3, account.value().toUuid());
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          Optional<String> token =
              vault
                  .open(
                      Bytes.wrap(row.getBytes(2)),
                      Rows.associated("message", Ulids.of(row.getObject(1, UUID.class))))
                  .flatMap(json -> Json.string(Json.object(json), READ_TOKEN));
          if (token.isPresent()) {
            return token;
          }
        }
      }
    }
    return Optional.empty();
  }

  void write() throws SQLException {
    insert();
    updateStatuses();
    updateEntries();
  }

  private void insert() throws SQLException {
    if (fresh.isEmpty() && heard.isEmpty()) {
      return;
    }
    try (PreparedStatement s = transaction.prepareStatement(INSERT)) {
      for (Row row : fresh) {
        StoredEvent event = row.event();
        s.setInt(8, TO_CONTACT);
        s.setString(9, event.kind().name());
        s.setString(12, DeliveryStatus.QUEUED.name());
        set(
            s,
            new HeardRow(
                event.id(),
                row.party(),
                row.identity(),
                event.acceptedAt(),
                event.dispatch(),
                row.index(),
                row.sealed()));
      }
      for (HeardRow row : heard) {
        s.setInt(8, TO_APP);
        s.setString(9, CONTACT_MESSAGE_EVENT);
        s.setString(12, RECEIVED);
        set(s, row);
      }
      s.executeBatch();
    }
  }

  private void set(PreparedStatement s, HeardRow row) throws SQLException {
    Party party = row.party();
    s.setObject(1, row.id().value().toUuid());
    s.setString(2, party.app().project().value());
    s.setObject(3, party.app().id().value().toUuid());
    @Nullable UUID conversation =
        party.conversation().map(ConversationId::value).map(Ulid::toUuid).orElse(null);
    s.setObject(4, conversation);
    s.setObject(5, party.contact().value().toUuid());
    s.setObject(6, row.identity().toUuid());
    s.setString(7, party.identity().channel().value());
    s.setTimestamp(10, Timestamp.from(row.at()));
    s.setString(11, row.dispatch() ? "DISPATCH" : "CONVERSATION");
    s.setTimestamp(13, Timestamp.from(row.at()));
    s.setArray(14, transaction.createArrayOf("bigint", new Object[] {row.index()}));
    s.setBytes(15, row.sealed().array());
    s.addBatch();
  }

  private void updateStatuses() throws SQLException {
    if (statuses.isEmpty()) {
      return;
    }
    try (PreparedStatement s = transaction.prepareStatement(STATUS)) {
      for (Map.Entry<EventId, Status> changed : statuses.entrySet()) {
        Status status = changed.getValue();
        s.setString(1, status.status().name());
        s.setTimestamp(2, Timestamp.from(status.at()));
        @Nullable String reason = status.reason().map(Enum::name).orElse(null);
        s.setString(3, reason);
        s.setObject(4, changed.getKey().value().toUuid());
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  private void updateEntries() throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (PreparedStatement s = transaction.prepareStatement(BELONGS)) {
      for (Entry entry : entries) {
        s.setArray(1, transaction.createArrayOf("bigint", new Object[] {entry.index()}));
        s.setObject(2, entry.event().value().toUuid());
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  /** Of an event that a contact brought about. */
  private record HeardRow(
      EventId id,
      Party party,
      Ulid identity,
      Instant at,
      boolean dispatch,
      long index,
      Bytes sealed) {}

  private record Row(StoredEvent event, Party party, Ulid identity, long index, Bytes sealed) {}

  private record Status(DeliveryStatus status, Optional<Reason.Code> reason, Instant at) {}

  private record Entry(EventId event, long index) {}
}
