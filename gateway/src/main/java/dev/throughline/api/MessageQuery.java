package dev.throughline.api;

import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.Identities;
import dev.throughline.conversation.MessageStore;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ulids;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/**
 * What narrows a list of messages, in a query or in a body, and how its messages are shown
 * (contract, 2).
 *
 * @param dispatch of the dispatched messages, not of those in conversations
 */
record MessageQuery(
    boolean dispatch,
    boolean withMetadata,
    Optional<Direction> direction,
    Optional<ChannelName> channel,
    Optional<Instant> from,
    Optional<Instant> until) {

  /**
   * @param given a field's text
   */
  static MessageQuery of(Function<String, Optional<String>> given) {
    return new MessageQuery(
        isDispatch(given).orElse(false),
        word(given, "view", "WITH_METADATA", "WITHOUT_METADATA")
            .filter("WITHOUT_METADATA"::equals)
            .isEmpty(),
        word(given, "direction", "TO_APP", "TO_CONTACT").map(Direction::valueOf),
        given
            .apply("channel")
            .filter(name -> !name.isEmpty() && !name.equals("CHANNEL_UNSPECIFIED"))
            .map(name -> Identities.channel("channel", name)),
        time(given, "start_time"),
        time(given, "end_time"));
  }

  /** Which source is meant; empty where none is named. */
  static Optional<Boolean> isDispatch(Function<String, Optional<String>> given) {
    return word(given, "messages_source", "CONVERSATION_SOURCE", "DISPATCH_SOURCE")
        .map("DISPATCH_SOURCE"::equals);
  }

  ObjectNode shown(ConversationMessage message) {
    ObjectNode json = message.json();
    if (!withMetadata) {
      json.put("metadata", "");
    }
    return json;
  }

  /** A time as RFC 3339 writes it, that PostgreSQL can hold. */
  static Optional<Instant> time(String value) {
    try {
      Instant time = OffsetDateTime.parse(value).toInstant();
      return !time.isBefore(Instant.EPOCH) && time.isBefore(MessageStore.LATEST)
          ? Optional.of(time)
          : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Where a list that ends with this message goes on. */
  static byte[] place(ConversationMessage message) {
    Ulid id = message.id().value();
    return ByteBuffer.allocate(3 * Long.BYTES)
        .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, message.acceptTime()))
        .putLong(id.high())
        .putLong(id.low())
        .array();
  }

  static MessageStore.Cursor cursor(Bytes place) {
    ByteBuffer buffer = ByteBuffer.wrap(place.array());
    return new MessageStore.Cursor(
        Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS),
        Ulids.of(new UUID(buffer.getLong(), buffer.getLong())));
  }

  private static Optional<String> word(
      Function<String, Optional<String>> given, String name, String one, String other) {
    Optional<String> value =
        given
            .apply(name)
            .filter(word -> !word.isEmpty() && !word.endsWith("UNSPECIFIED"))
            .filter(word -> !word.startsWith("UNDEFINED"));
    if (value.isPresent() && !value.get().equals(one) && !value.get().equals(other)) {
      throw Refusal.invalid("FIELD_INVALID", name, name + " must be " + one + " or " + other + ".");
    }
    return value;
  }

  private static Optional<Instant> time(Function<String, Optional<String>> given, String name) {
    return given
        .apply(name)
        .filter(value -> !value.isEmpty())
        .map(value ->
            time(value)
                .orElseThrow(() ->
                    Refusal.invalid(
                        "FIELD_INVALID",
                        name,
                        name + " must be a time such as 2026-01-31T12:00:00Z.")));
  }
}
