package dev.throughline.conversation;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.ConversationMessage.Status;
import dev.throughline.contract.Json;
import dev.throughline.contract.MediaAddresses;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Rows of messages, read and opened for the API. */
final class MessageRows {
  /** Of a message {@code m} and its address {@code i}. */
  static final String COLUMNS =
      """
      m.id, m.app, m.conversation, m.contact, m.channel, m.direction, m.accept_time,
        m.processing_mode, m.injected, m.status, m.status_at, m.reason_code, m.sealed,
        m.status_sealed, i.id, i.sealed
      """;

  private MessageRows() {}

  record Row(
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

  static List<Row> read(PreparedStatement statement) throws SQLException {
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

  static List<ConversationMessage> open(Vault vault, MediaAddresses media, List<Row> rows) {
    List<UUID> keys = new ArrayList<>();
    for (Row row : rows) {
      keys.add(Vault.keyId(row.sealed()));
      row.statusSealed().ifPresent(sealed -> keys.add(Vault.keyId(sealed)));
      row.addressSealed().ifPresent(sealed -> keys.add(Vault.keyId(sealed)));
    }
    vault.load(keys);
    return rows.stream().map(row -> shown(vault, media, row)).toList();
  }

  /** What was sealed with a key that is destroyed shows as empty. */
  private static ConversationMessage shown(Vault vault, MediaAddresses media, Row row) {
    ObjectNode json = json(vault, row.sealed(), "message", row.id().value());
    String description =
        row.statusSealed()
            .map(sealed -> json(vault, sealed, "message-status", row.id().value()))
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
        json.path("content") instanceof ObjectNode content
            ? row.direction() == Direction.TO_APP
                ? media.shown(content, row.id(), row.acceptTime())
                : content
            : Json.object(),
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
        Optional.of(new Status(row.status(), row.statusAt(), row.reason(), description)),
        Json.string(json, FoldSends.MESSAGE_CLASS));
  }

  private static ObjectNode json(Vault vault, Bytes sealed, String what, Ulid id) {
    return vault.open(sealed, Rows.associated(what, id)).map(Json::object).orElseGet(Json::object);
  }

  private static Optional<Ulid> ulid(ResultSet row, int column) throws SQLException {
    @Nullable UUID uuid = row.getObject(column, UUID.class);
    return Optional.ofNullable(uuid).map(Ulids::of);
  }

  private static Optional<Bytes> bytes(ResultSet row, int column) throws SQLException {
    byte @Nullable [] bytes = row.getBytes(column);
    return bytes == null ? Optional.empty() : Optional.of(Bytes.wrap(bytes));
  }
}
