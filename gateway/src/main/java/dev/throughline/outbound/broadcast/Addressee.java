package dev.throughline.outbound.broadcast;

import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One of an audience.
 *
 * @param variables what is put into their message, by name
 */
public record Addressee(Recipient recipient, Map<String, String> variables) {
  /** As a {@code messages:send} names a recipient. */
  ObjectNode toJson() {
    ObjectNode json = Json.object();
    switch (recipient) {
      case Recipient.ByContact(ContactId contact) -> json.put("contact_id", contact.toString());
      case Recipient.ByIdentities(List<Identity> identities) -> {
        ArrayNode list = json.putObject("identified_by").putArray("channel_identities");
        for (Identity identity : identities) {
          list.addObject()
              .put("channel", identity.channel().value())
              .put("identity", identity.value());
        }
      }
    }
    return json;
  }

  /** A chunk of them, as version 0.2.0 kept it; such a one lives for thirty days. */
  static List<Addressee> of(Bytes chunk) {
    List<Addressee> people = new ArrayList<>();
    Map<String, ChannelName> channels = new HashMap<>();
    for (JsonNode one : Json.parse(chunk).orElseThrow()) {
      people.add(new Addressee(recipient(one.get(0), channels), variables(one.path(1))));
    }
    return people;
  }

  private static Map<String, String> variables(JsonNode kept) {
    if (kept.isEmpty()) {
      return Map.of();
    }
    Map<String, String> variables = new LinkedHashMap<>();
    kept.properties().forEach(each -> variables.put(each.getKey(), each.getValue().stringValue()));
    return variables;
  }

  private static Recipient recipient(JsonNode kept, Map<String, ChannelName> channels) {
    if (kept.isString()) {
      return new Recipient.ByContact(new ContactId(Ulids.parse(kept.stringValue()).orElseThrow()));
    }
    List<Identity> identities = new ArrayList<>();
    for (int i = 0; i + 1 < kept.size(); i += 2) {
      identities.add(
          new Identity(
              channels.computeIfAbsent(kept.get(i).stringValue(), ChannelName::new),
              kept.get(i + 1).stringValue()));
    }
    return new Recipient.ByIdentities(identities);
  }

  /** The address as it is looked up by. */
  static Identity normal(ChannelName channel, String address) {
    return new Identity(channel, Identities.normal(channel, address));
  }

  /** Shows nobody. */
  @Override
  public String toString() {
    return "Addressee[" + variables.size() + " variables]";
  }
}
