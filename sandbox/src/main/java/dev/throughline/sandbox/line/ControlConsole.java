package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link ConsoleControl} over HTTP. */
final class ControlConsole {
  static final List<String> PATHS =
      List.of(
          "GET|PUT richmenus",
          "GET richmenus/{richMenuId}/image",
          "GET contents/{messageId}",
          "PUT chat",
          "PUT templates",
          "PUT memberships",
          "POST modules/code|deleted|suspended|resumed|takeover");

  private final ConsoleControl console;

  ControlConsole(ConsoleControl console) {
    this.console = console;
  }

  /** Empty if this is no path of the console. */
  Optional<ObjectNode> answer(String method, List<String> path, JsonNode body)
      throws ControlRefusal {
    return switch (method + " " + String.join("/", path)) {
      case "GET richmenus" -> Optional.of(console.menus());
      case "PUT richmenus" -> {
        if (body.has("manager")) {
          console.managerMenu(body.path("manager").booleanValue(false));
        }
        if (body.path("failNextBatch").booleanValue(false)) {
          console.failNextBatch();
        }
        yield Optional.of(console.menus());
      }
      case "PUT chat" -> {
        boolean on = body.path("on").booleanValue(false);
        console.chat(on);
        yield Optional.of(Json.object().put("on", on));
      }
      case "PUT templates" -> {
        Map<String, Set<String>> templates = new HashMap<>();
        for (var template : body.properties()) {
          Set<String> keys = new HashSet<>();
          template.getValue().forEach(key -> keys.add(key.stringValue("")));
          templates.put(template.getKey(), keys);
        }
        console.templates(templates);
        yield Optional.of(Json.object().put("templates", templates.size()));
      }
      case "PUT memberships" -> {
        List<String> benefits = new ArrayList<>();
        body.path("benefits").forEach(benefit -> benefits.add(benefit.stringValue("")));
        console.membership(
            body.path("membershipId").longValue(1),
            Json.text(body, "title").orElse(""),
            Json.text(body, "description").orElse(""),
            benefits,
            body.path("price").doubleValue(-1));
        yield Optional.of(Json.object());
      }
      case "POST modules/code" -> Optional.of(Json.object().put("code", console.moduleCode()));
      case "POST modules/deleted" -> Optional.of(ControlApi.done(console.botDeleted()));
      case "POST modules/suspended" -> Optional.of(ControlApi.done(console.suspended(true)));
      case "POST modules/resumed" -> Optional.of(ControlApi.done(console.suspended(false)));
      case "POST modules/takeover" ->
          Optional.of(
              ControlApi.done(
                  console.otherModule(
                      Json.text(body, "chat").orElse(""),
                      body.path("seconds").isNumber()
                          ? Optional.of(Duration.ofSeconds(body.path("seconds").longValue()))
                          : Optional.empty(),
                      body.path("locked").booleanValue(false))));
      default -> Optional.empty();
    };
  }
}
