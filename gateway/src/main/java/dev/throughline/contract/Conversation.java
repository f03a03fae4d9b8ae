package dev.throughline.contract;

import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * A conversation as the contract shows it (2.4).
 *
 * @param activeChannel a channel's name, or empty while there is none
 * @param lastReceived of the newest message to the app; the epoch if there is none
 * @param metadata the contract's older, plain text
 * @param metadataJson a JSON object
 */
public record Conversation(
    ConversationId id,
    AppId app,
    ContactId contact,
    boolean active,
    String activeChannel,
    Instant lastReceived,
    String metadata,
    ObjectNode metadataJson,
    String correlationId) {

  public ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("id", id.toString());
    json.put("app_id", app.toString());
    json.put("contact_id", contact.toString());
    json.put("active", active);
    json.put("active_channel", activeChannel.isEmpty() ? "CHANNEL_UNSPECIFIED" : activeChannel);
    json.put("last_received", lastReceived.toString());
    json.put("metadata", metadata);
    json.set("metadata_json", metadataJson);
    json.put("correlation_id", correlationId);
    return json;
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "Conversation[" + id + "]";
  }
}
