package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link PhoneControl} over HTTP: what stands after a user or a group. */
final class ControlPhones {
  static final List<String> PATHS =
      List.of("GET users/{userId}/richmenu", "POST users|groups/{id}/tap");

  private final PhoneControl phones;

  ControlPhones(PhoneControl phones) {
    this.phones = phones;
  }

  /** Empty if a phone cannot do this. */
  Optional<ObjectNode> answer(String call, String chat, String userId, JsonNode body)
      throws ControlRefusal {
    return switch (call) {
      case "GET richmenu" -> {
        PhoneControl.Menu seen = phones.menu(chat);
        ObjectNode json = Json.object().put("by", seen.by());
        seen.menu().ifPresent(menu -> json.set("richMenu", menu));
        yield Optional.of(json);
      }
      case "POST tap" -> {
        Optional<String> picked = Json.text(body, "picked");
        if (body.path("menuArea").isIntegralNumber()) {
          yield done(phones.tapMenu(userId, body.path("menuArea").intValue(), picked));
        }
        ObjectNode action =
            body.path("action") instanceof ObjectNode object ? object : Json.object();
        yield done(phones.tap(chat, userId, action, picked));
      }
      default -> Optional.empty();
    };
  }

  private static Optional<ObjectNode> done(LineControl.Done done) {
    return Optional.of(ControlApi.done(done));
  }
}
