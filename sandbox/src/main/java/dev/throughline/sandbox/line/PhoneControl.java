package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.LineControl.Done;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What people do with their phones beyond words, as methods. Safe for many threads. */
public final class PhoneControl {

  /**
   * The rich menu under a chat.
   *
   * @param by {@code user}, {@code default}, {@code manager} (which the API cannot see), or empty
   * @param menu as LINE's API shows it
   */
  public record Menu(String by, Optional<ObjectNode> menu) {}

  private final World world;

  PhoneControl(World world) {
    this.world = world;
  }

  /**
   * Somebody sends a picture, a film, a recording or a file.
   *
   * @param chat the user's own id, or a group's
   */
  public Done attach(String chat, String userId, Attachment attachment) throws ControlRefusal {
    WebhookEvent event = world.say(chat, userId, attachment.message(), Optional.of(attachment));
    return new Done(event.json().path("message").path("id").stringValue(""), event.id());
  }

  /** The rich menu that somebody sees. */
  public Menu menu(String userId) {
    RichMenus.Seen seen = world.richMenus.seenBy(userId);
    return new Menu(seen.by(), seen.menu().map(RichMenus.Menu::json));
  }

  /**
   * Somebody taps an area of the rich menu that shows.
   *
   * @param picked what a date or time picker is set to
   */
  public Done tapMenu(String userId, int area, Optional<String> picked) throws ControlRefusal {
    JsonNode areas =
        world
            .richMenus
            .seenBy(userId)
            .menu()
            .map(menu -> menu.object().path("areas"))
            .orElseThrow(
                () -> new ControlRefusal(409, "This phone shows no rich menu of the API."));
    if (!(areas.path(area).path("action") instanceof ObjectNode action)) {
      throw new ControlRefusal(404, "The menu has areas 0 to " + (areas.size() - 1) + ".");
    }
    return tap(userId, userId, action, picked);
  }

  /**
   * Somebody taps a button.
   *
   * @param action the action object behind it
   * @param picked what a date or time picker is set to
   * @return empty ids if LINE is told nothing of it, as of a link
   */
  public Done tap(String chat, String userId, ObjectNode action, Optional<String> picked)
      throws ControlRefusal {
    String data = Json.text(action, "data").orElse("");
    return switch (Json.text(action, "type").orElse("")) {
      case "message" -> {
        WebhookEvent event =
            world.say(
                chat,
                userId,
                Json.object()
                    .put("type", "text")
                    .put("text", Json.text(action, "text").orElse("")));
        yield new Done(event.json().path("message").path("id").stringValue(""), event.id());
      }
      case "postback" ->
          postback(
              chat,
              userId,
              data,
              Optional.empty(),
              Json.text(action, "displayText").or(() -> Json.text(action, "text")));
      case "datetimepicker" ->
          postback(
              chat, userId, data, Optional.of(Pickers.params(action, picked)), Optional.empty());
      case "richmenuswitch" -> {
        String alias = Json.text(action, "richMenuAliasId").orElse("");
        ObjectNode params = Json.object().put("newRichMenuAliasId", alias);
        params.put("status", world.richMenus.switchTo(userId, alias));
        yield postback(chat, userId, data, Optional.of(params), Optional.empty());
      }
      case "uri", "clipboard" -> new Done("", "");
      case "camera", "cameraRoll", "location" ->
          throw new ControlRefusal(409, "Send what was taken or chosen as a message.");
      default -> throw new ControlRefusal(400, "A button has an action object with its type.");
    };
  }

  private Done postback(
      String chat,
      String userId,
      String data,
      Optional<ObjectNode> params,
      Optional<String> displayText)
      throws ControlRefusal {
    return new Done("", world.postback(chat, userId, data, params, displayText).id());
  }
}
