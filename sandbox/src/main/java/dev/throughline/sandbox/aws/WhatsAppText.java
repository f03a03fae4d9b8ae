package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a person reads of a WhatsApp message, and what makes one impossible to send. */
final class WhatsAppText {
  private static final int TEXT_LIMIT = 4_096;

  private WhatsAppText() {}

  /** The code of Meta's error about the message itself; empty if there is none. */
  static Optional<Integer> fault(JsonNode message) {
    String type = type(message);
    JsonNode content = message.path(type);
    return switch (type) {
      case "text" -> {
        String body = Json.text(content, "body").orElse("");
        yield body.isEmpty()
            ? Optional.of(131008)
            : body.length() > TEXT_LIMIT ? Optional.of(131009) : Optional.empty();
      }
      case "image", "video", "audio", "document", "sticker" ->
          content.has("id") == content.has("link") ? Optional.of(131008) : Optional.empty();
      case "location" ->
          content.has("latitude") && content.has("longitude")
              ? Optional.empty()
              : Optional.of(131008);
      case "contacts" ->
          content.isArray() && !content.isEmpty() && content.size() <= 5
              ? Optional.empty()
              : Optional.of(131008);
      case "reaction" -> content.has("message_id") ? Optional.empty() : Optional.of(131008);
      case "template" ->
          content.has("name") && content.path("language").has("code")
              ? Optional.empty()
              : Optional.of(131008);
      case "interactive" ->
          content.has("type") && content.has("action") ? Optional.empty() : Optional.of(131008);
      default -> Optional.of(131051);
    };
  }

  static String type(JsonNode message) {
    return Json.text(message, "type").orElse("text");
  }

  /** In one line or a few: the words, the caption, or what kind of thing it is. */
  static String of(JsonNode message) {
    String type = type(message);
    JsonNode content = message.path(type);
    return switch (type) {
      case "text" -> Json.text(content, "body").orElse("");
      case "reaction" -> Json.text(content, "emoji").orElse("");
      case "template" -> template(content);
      case "interactive" -> interactive(content);
      case "location" ->
          Json.text(content, "name").orElse("") + " " + Json.text(content, "address").orElse("");
      default -> Json.text(content, "caption").orElse("[" + type + "]");
    };
  }

  private static String template(JsonNode template) {
    List<String> words = new ArrayList<>();
    words.add("[" + Json.text(template, "name").orElse("") + "]");
    for (JsonNode component : template.path("components")) {
      for (JsonNode parameter : component.path("parameters")) {
        Json.text(parameter, "text")
            .or(() -> Json.text(parameter, "payload"))
            .or(() -> Json.text(parameter.path("currency"), "fallback_value"))
            .or(() -> Json.text(parameter.path("date_time"), "fallback_value"))
            .ifPresent(words::add);
      }
    }
    return String.join(" ", words);
  }

  private static String interactive(JsonNode content) {
    List<String> words = new ArrayList<>();
    Json.text(content.path("header"), "text").ifPresent(words::add);
    Json.text(content.path("body"), "text").ifPresent(words::add);
    Json.text(content.path("footer"), "text").ifPresent(words::add);
    JsonNode action = content.path("action");
    for (JsonNode button : action.path("buttons")) {
      Json.text(button.path("reply"), "title").ifPresent(title -> words.add("[" + title + "]"));
    }
    for (JsonNode section : action.path("sections")) {
      for (JsonNode row : section.path("rows")) {
        Json.text(row, "title").ifPresent(title -> words.add("[" + title + "]"));
      }
    }
    Json.text(action.path("parameters"), "display_text")
        .ifPresent(title -> words.add("[" + title + "]"));
    return String.join("\n", words);
  }

  /** The message as its receiver's phone keeps it. */
  static ObjectNode shown(ObjectNode message, String id, String from) {
    ObjectNode shown = message.deepCopy();
    shown.put("id", id).put("from", from);
    boolean _ = shown.remove(List.of("messaging_product", "biz_opaque_callback_data")) != null;
    return shown;
  }
}
