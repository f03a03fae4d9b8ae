package dev.throughline.app.awssample;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.people.Person;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The sample's requests, field by field as its documentation has them. */
final class Ask {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Ask() {}

  static ObjectNode json(String text) {
    return (ObjectNode) JSON.readTree(text);
  }

  /**
   * @param first the channel that is tried first, as the sample spells it
   */
  static ObjectNode fallback(
      Person person, String first, String second, String seconds, String text) {
    ObjectNode request = json("{\"use_case\":\"fallback\"}");
    request.put("fallback_seconds", seconds);
    request.set("pc", part(person, first, text));
    request.set("fc", part(person, second, text));
    return request;
  }

  static ObjectNode broadcast(Person person, String first, String second, String text) {
    ObjectNode request = json("{\"use_case\":\"broadcast\"}");
    request.set("pc", part(person, first, text));
    request.set("fc", part(person, second, text));
    return request;
  }

  static ObjectNode part(Person person, String channel, String text) {
    ObjectNode part = json("{}");
    part.put("channel", channel);
    switch (channel) {
      case "line" -> {
        part.put("sender", SampleWorld.LINE).put("recipient", person.lineUserId());
        part.putObject("line").put("message", text);
      }
      case "whatsapp" -> {
        part.put("sender", SampleWorld.WHATSAPP).put("recipient", person.phone());
        part.putObject("whatsapp").put("message", text);
      }
      case "sms" -> {
        part.put("sender", SampleWorld.SMS).put("recipient", person.phone());
        part.putObject("sms")
            .put("message", text)
            .put("message_type", "TRANSACTIONAL")
            .put("configuration_set", SampleWorld.CONFIGURATION_SET);
      }
      case "email" -> {
        part.put("sender", SampleWorld.EMAIL).put("recipient", person.email());
        part.putObject("email")
            .put("subject", "For you")
            .put("text", text)
            .put("html", "<p>" + text + "</p>");
      }
      default -> throw new IllegalArgumentException(channel);
    }
    return part;
  }
}
