package dev.throughline.contract;

import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ContactId;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A contact as the contract shows it (2.3); texts are empty where nothing is known. */
public record Contact(
    ContactId id,
    List<ChannelIdentity> identities,
    List<ChannelName> priority,
    String displayName,
    String email,
    String externalId,
    String metadata,
    String language,
    String timeZone) {
  /** The display name of somebody who was given none. */
  public static final String NAMELESS = "Unknown";

  /** An extension: a name of the IANA database, shown where it was given. */
  public static final String TIME_ZONE = "time_zone";

  public Contact {
    identities = List.copyOf(identities);
    priority = List.copyOf(priority);
  }

  public ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("id", id.toString());
    ArrayNode addresses = json.putArray("channel_identities");
    identities.forEach(identity -> addresses.add(identity.json()));
    ArrayNode channels = json.putArray("channel_priority");
    priority.forEach(channel -> channels.add(channel.value()));
    json.put("display_name", displayName);
    json.put("email", email);
    json.put("external_id", externalId);
    json.put("metadata", metadata);
    json.put("language", language);
    if (!timeZone.isEmpty()) {
      json.put(TIME_ZONE, timeZone);
    }
    return json;
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "Contact[" + id + "]";
  }
}
