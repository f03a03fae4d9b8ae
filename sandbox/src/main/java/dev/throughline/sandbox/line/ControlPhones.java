package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link PhoneControl} over HTTP: what stands after a user or a group. */
final class ControlPhones {
  static final List<String> PATHS =
      List.of(
          "GET users/{userId}/richmenu",
          "GET|PUT users/{userId}/phone",
          "POST users|groups/{id}/tap",
          "POST users/{userId}/open|click|watch|beacon|link|membership",
          "POST groups/{groupId}/edit");

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
      case "GET phone" ->
          Optional.of(phones.subscriber(userId).map(ControlPhones::json).orElseGet(Json::object));
      case "PUT phone" -> Optional.of(json(phone(userId, body)));
      case "POST open" -> {
        phones.open(userId);
        yield Optional.of(Json.object());
      }
      case "POST click" -> {
        phones.click(userId, text(body, "messageId"), text(body, "url"));
        yield Optional.of(Json.object());
      }
      case "POST watch" ->
          done(phones.watch(userId, text(body, "messageId"), body.path("percent").intValue(100)));
      case "POST edit" ->
          done(phones.edit(chat, userId, text(body, "messageId"), text(body, "text")));
      case "POST beacon" ->
          done(
              phones.beacon(userId, text(body, "hwid"), text(body, "type"), Json.text(body, "dm")));
      case "POST link" -> done(phones.accountLink(text(body, "linkToken"), text(body, "nonce")));
      case "POST membership" ->
          switch (text(body, "type")) {
            case "joined" ->
                done(phones.joinMembership(userId, body.path("membershipId").longValue(0)));
            case "renewed" -> done(phones.renewMembership(userId));
            case "left" -> done(phones.leaveMembership(userId));
            default -> throw new ControlRefusal(400, "type is joined, renewed or left.");
          };
      default -> Optional.empty();
    };
  }

  private Subscriber phone(String userId, JsonNode body) throws ControlRefusal {
    Subscriber subscriber;
    try {
      subscriber =
          new Subscriber(
              userId,
              text(body, "number"),
              Subscriber.Consent.valueOf(
                  Json.text(body, "notifications")
                      .orElse("accepted")
                      .toUpperCase(Locale.ROOT)
                      .replace('-', '_')));
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(
          400,
          "A phone has number (+ and 7 to 15 digits) and notifications: accepted, unset, refused,"
              + " unconfirmed or old-policy.");
    }
    phones.subscribe(subscriber);
    return subscriber;
  }

  private static ObjectNode json(Subscriber subscriber) {
    return Json.object()
        .put("number", subscriber.number())
        .put("digest", subscriber.digest())
        .put(
            "notifications",
            subscriber.consent().name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  private static String text(JsonNode body, String name) {
    return Json.text(body, name).orElse("");
  }

  private static Optional<ObjectNode> done(LineControl.Done done) {
    return Optional.of(ControlApi.done(done));
  }
}
