package dev.throughline.sandbox.line;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link ConsoleControl} over HTTP. */
final class ControlConsole {
  static final List<String> PATHS =
      List.of("GET|PUT richmenus", "GET richmenus/{richMenuId}/image");

  private final ConsoleControl console;

  ControlConsole(ConsoleControl console) {
    this.console = console;
  }

  /** Empty if this is no path of the console. */
  Optional<ObjectNode> answer(String method, List<String> path, JsonNode body) {
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
      default -> Optional.empty();
    };
  }
}
