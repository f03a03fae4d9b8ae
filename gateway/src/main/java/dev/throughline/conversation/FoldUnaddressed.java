package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Reason;
import dev.throughline.message.SendRequest;
import dev.throughline.vault.DataKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message to a contact that was deleted while it waited, or that has no address: it has failed,
 * belongs to no conversation, and is kept as long as one that was dispatched.
 */
final class FoldUnaddressed {
  private static final String INSERT =
      """
      insert into message (id, project, app, contact, channel, direction, accept_time,
        processing_mode, injected, status, status_at, reason_code, index, position, part_first,
        part_end, reply, class, sealed, status_sealed)
      values (?, ?, ?, ?, ?, 1, ?, ?, false, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?, ?)
      """;

  private static final String IS_THERE = "select 1 from contact where id = ?";

  private static final ChannelName NO_CHANNEL = new ChannelName("CHANNEL_UNSPECIFIED");

  private final FoldState state;
  private final Effects effects;

  FoldUnaddressed(FoldState state, Effects effects) {
    this.state = state;
    this.effects = effects;
  }

  void fail(Item.Send item, ContactId contact) throws SQLException {
    Optional<DataKey> key = item.entry().key().flatMap(state.vault::key);
    if (key.isEmpty()) {
      // Erased: there is nobody to tell of it.
      return;
    }
    SendRequest request = item.request();
    MessageId id = new MessageId(item.entry().id());
    boolean there = isThere(contact);
    Reason reason =
        there
            ? new Reason(
                Reason.Code.NO_CHANNEL_IDENTITY_FOR_CONTACT,
                "The contact has no address that the app can send to.")
            : new Reason(
                Reason.Code.CONTACT_NOT_FOUND,
                "The contact was deleted before the message was sent.");
    ObjectNode content = there ? Json.object(Bytes.utf8(request.message().json())) : Json.object();
    ObjectNode sealed = Json.object();
    sealed.set("content", content);
    sealed.put("metadata", request.metadata());
    request.correlationId().ifPresent(value -> sealed.put("correlation_id", value));
    ChannelName channel =
        request.priority().stream()
            .findFirst()
            .or(() -> item.app().accounts().stream().map(App.Account::channel).findFirst())
            .orElse(NO_CHANNEL);
    boolean dispatch =
        request.dispatchOnly() || item.app().processingMode() == App.ProcessingMode.DISPATCH;
    StoredMessage message =
        new StoredMessage(
            id,
            state.at,
            channel,
            DeliveryStatus.FAILED,
            content,
            Optional.empty(),
            request.metadata(),
            request.correlationId(),
            request.callbackUrl(),
            dispatch,
            item.app().settings().policy().classOf(request.messageClass()),
            request.urgent());
    Bytes kept = seal(key.get(), sealed, "message", id.value());
    Bytes why =
        seal(
            key.get(),
            Json.object().put("description", reason.description()),
            "message-status",
            id.value());
    Instant at = state.at;
    long index = state.index;
    state.messageEntries.add(new MessageEntry(id, index));
    state.writes.add(c -> {
      if (!there) {
        // What was said to somebody goes with them.
        Log.deleteParts(c, index, 0, item.entry().parts().size());
      }
      return insert(c, item.app(), message, contact, reason, at, index, kept, why);
    });
    effects.emit(new Fact.Unaddressed(item.app(), contact, message, reason, key.get(), at));
  }

  private Bytes seal(DataKey key, ObjectNode json, String what, Ulid id) {
    return state.vault.seal(key, Json.bytes(json).array(), Rows.associated(what, id));
  }

  private boolean isThere(ContactId contact) throws SQLException {
    try (PreparedStatement statement = state.transaction.prepareStatement(IS_THERE)) {
      statement.setObject(1, contact.value().toUuid());
      try (var row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private static int insert(
      Connection c,
      App app,
      StoredMessage message,
      ContactId contact,
      Reason reason,
      Instant at,
      long index,
      Bytes sealed,
      Bytes why)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(INSERT)) {
      s.setObject(1, message.id().value().toUuid());
      s.setString(2, app.project().value());
      s.setObject(3, app.id().value().toUuid());
      s.setObject(4, contact.value().toUuid());
      s.setString(5, message.channel().value());
      s.setTimestamp(6, Timestamp.from(at));
      s.setString(7, message.dispatch() ? "DISPATCH" : "CONVERSATION");
      s.setString(8, message.status().name());
      s.setTimestamp(9, Timestamp.from(at));
      s.setString(10, reason.code().name());
      s.setLong(11, index);
      s.setString(12, message.messageClass().name());
      s.setBytes(13, sealed.array());
      s.setBytes(14, why.array());
      return s.executeUpdate();
    }
  }
}
