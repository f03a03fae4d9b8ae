package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Json;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Completes what a person sends to the message object that a webhook carries. */
final class UserMessages {
  private static final int TYPE_LIMIT = 50;
  private static final int MENTIONEES_LIMIT = 20;
  private static final int KEYWORDS_LIMIT = 15;
  private static final int STICKER_TEXT_LIMIT = 100;
  private static final Set<String> QUOTABLE = Set.of("text", "image", "video", "sticker");
  private static final Set<String> PROVIDED = Set.of("image", "video", "audio");

  private UserMessages() {}

  static ObjectNode fill(ObjectNode message, String chat, String botUserId, Ids ids, Seals seals)
      throws ControlRefusal {
    String type =
        Json.text(message, "type")
            .filter(name -> !name.isEmpty() && name.length() <= TYPE_LIMIT)
            .orElseThrow(() ->
                new ControlRefusal(400, "A message has a type, such as {\"type\":\"text\"}."));
    requireFields(type, message);
    ObjectNode filled = Json.object();
    filled.put("type", type);
    String id = Json.text(message, "id").orElseGet(ids::decimal);
    filled.put("id", id);
    message.deepCopy().properties().forEach(e -> filled.set(e.getKey(), e.getValue()));
    if (QUOTABLE.contains(type) && !filled.has("quoteToken")) {
      filled.put("quoteToken", seals.quoteToken(chat, id));
    }
    if (!filled.has("markAsReadToken")) {
      filled.put("markAsReadToken", seals.markAsReadToken(chat, id));
    }
    if (PROVIDED.contains(type) && !filled.has("contentProvider")) {
      filled.putObject("contentProvider").put("type", "line");
    }
    if (type.equals("sticker") && !filled.has("stickerResourceType")) {
      filled.put("stickerResourceType", "STATIC");
    }
    for (JsonNode mentionee : filled.path("mention").path("mentionees")) {
      // isSelf tells the bot from people, and @All has none
      if (mentionee instanceof ObjectNode one
          && one.path("type").stringValue("").equals("user")
          && !one.has("isSelf")) {
        one.put("isSelf", one.path("userId").stringValue("").equals(botUserId));
      }
    }
    limits(filled);
    return filled;
  }

  private static void limits(ObjectNode message) throws ControlRefusal {
    String text = Json.text(message, "text").orElse("");
    if (message.path("mention").path("mentionees").size() > MENTIONEES_LIMIT
        || message.path("keywords").size() > KEYWORDS_LIMIT
        || (message.path("type").stringValue("").equals("sticker")
            && text.length() > STICKER_TEXT_LIMIT)) {
      throw new ControlRefusal(
          400, "LINE tells of at most 20 mentions, 15 keywords and 100 characters on a sticker.");
    }
  }

  private static void requireFields(String type, ObjectNode message) throws ControlRefusal {
    List<String> strings =
        switch (type) {
          case "text" -> List.of("text");
          case "sticker" -> List.of("packageId", "stickerId");
          case "file" -> List.of("fileName");
          default -> List.of();
        };
    for (String name : strings) {
      if (Json.text(message, name).isEmpty()) {
        throw new ControlRefusal(400, "A " + type + " message needs the string \"" + name + "\".");
      }
    }
    List<String> numbers =
        switch (type) {
          case "location" -> List.of("latitude", "longitude");
          case "file" -> List.of("fileSize");
          default -> List.of();
        };
    for (String name : numbers) {
      if (!message.path(name).isNumber()) {
        throw new ControlRefusal(400, "A " + type + " message needs the number \"" + name + "\".");
      }
    }
  }
}
