package dev.throughline.contract;

import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message as the contract shows it (2.5).
 *
 * @param content such as {@code {"text_message":{"text":…}}}; an empty object once it is deleted
 * @param identity empty where none is known yet
 * @param messageClass of a message to a contact: an extension
 * @param contact known in every mode, and not shown in DISPATCH; so is the conversation
 */
public record ConversationMessage(
    MessageId id,
    Direction direction,
    ObjectNode content,
    Optional<ChannelIdentity> identity,
    Optional<ContactId> contact,
    Optional<ConversationId> conversation,
    String metadata,
    Instant acceptTime,
    boolean injected,
    String senderId,
    String correlationId,
    String processingMode,
    Optional<Status> status,
    Optional<String> messageClass) {

  /** Which way a message went. */
  public enum Direction {
    TO_APP,
    TO_CONTACT
  }

  /**
   * How far a message has come.
   *
   * @param reason a code of the contract, or empty
   */
  public record Status(String status, Instant at, String reason, String description) {}

  public ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("id", id.toString());
    json.put("direction", direction.name());
    json.set(direction == Direction.TO_APP ? "contact_message" : "app_message", content);
    identity.ifPresent(address -> json.set("channel_identity", address.json()));
    boolean dispatch = processingMode.equals("DISPATCH");
    json.put("contact_id", contact.filter(c -> !dispatch).map(ContactId::toString).orElse(""));
    json.put(
        "conversation_id",
        conversation.filter(c -> !dispatch).map(ConversationId::toString).orElse(""));
    json.put("metadata", metadata);
    json.put("accept_time", acceptTime.toString());
    json.put("injected", injected);
    json.put("sender_id", senderId);
    json.put("correlation_id", correlationId);
    json.put("processing_mode", processingMode);
    status.ifPresent(at -> json.set("message_status", json(at)));
    messageClass.ifPresent(name -> json.putObject("throughline").put("class", name));
    return json;
  }

  private static ObjectNode json(Status status) {
    ObjectNode json = Json.object();
    json.put("status", status.status());
    json.put("event_time", status.at().toString());
    if (!status.reason().isEmpty()) {
      json.set("reason", reason(status.reason(), status.description()));
    }
    return json;
  }

  /** A reason as delivery reports hold it, too (3.5). */
  public static ObjectNode reason(String code, String description) {
    ObjectNode reason = Json.object();
    reason.put("code", code);
    reason.put("description", description);
    reason.put("sub_code", "UNSPECIFIED_SUB_CODE");
    return reason;
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "ConversationMessage[" + id + "]";
  }
}
