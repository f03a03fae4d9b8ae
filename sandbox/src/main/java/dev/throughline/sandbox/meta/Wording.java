package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** What a person reads in a message of any kind but a template, as one text. */
final class Wording {
  private Wording() {}

  static String of(JsonNode message) {
    String type = Json.text(message, "type").orElse("text");
    JsonNode content = message.path(type);
    return switch (type) {
      case "text" -> Json.text(content, "body").orElse("");
      case "location" ->
          lines(
              "[location]",
              Json.text(content, "name").orElse(""),
              Json.text(content, "address").orElse(""));
      case "contacts" ->
          content
              .valueStream()
              .map(one -> "[contact] " + one.path("name").path("formatted_name").stringValue(""))
              .collect(Collectors.joining("\n"));
      case "reaction" -> Json.text(content, "emoji").orElse("");
      case "interactive" -> interactive(content);
      case "button" -> Json.text(content, "text").orElse("");
      default -> lines("[" + type + "]", Json.text(content, "caption").orElse(""));
    };
  }

  private static String interactive(JsonNode content) {
    List<String> lines = new ArrayList<>();
    lines.add(Json.text(content.path("header"), "text").orElse(""));
    lines.add(Json.text(content.path("body"), "text").orElse(""));
    lines.add(Json.text(content.path("footer"), "text").orElse(""));
    JsonNode action = content.path("action");
    action
        .path("buttons")
        .valueStream()
        .forEach(button -> lines.add(choice(button.path("reply").path("title").stringValue(""))));
    Json.text(action, "button").map(Wording::choice).ifPresent(lines::add);
    action
        .path("sections")
        .valueStream()
        .flatMap(section -> section.path("rows").valueStream())
        .forEach(row -> lines.add("- " + row.path("title").stringValue("")));
    Json.text(action.path("parameters"), "display_text")
        .map(text -> choice(text) + " " + action.path("parameters").path("url").stringValue(""))
        .ifPresent(lines::add);
    for (String reply : List.of("button_reply", "list_reply")) {
      Json.text(content.path(reply), "title").ifPresent(lines::add);
    }
    return lines(lines.toArray(String[]::new));
  }

  private static String choice(String title) {
    return "[" + title + "]";
  }

  private static String lines(String... lines) {
    return List.of(lines).stream()
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n"));
  }
}
