package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
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
  private final Deeds deeds;

  PhoneControl(World world) {
    this.world = world;
    this.deeds = new Deeds(world);
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
    String menuId = world.richMenus.seenBy(userId).menu().map(RichMenus.Menu::id).orElse("");
    Done done = tap(userId, userId, action, picked);
    world.insight.menu(menuId, area, userId);
    return done;
  }

  /** Somebody opens the 1:1 chat: what is in it, and the rich menu, are seen. */
  public void open(String userId) {
    world.insight.opened(userId);
  }

  /** Somebody follows a link of a message of the bot's. */
  public void click(String userId, String messageId, String url) throws ControlRefusal {
    ChatItem item =
        world
            .chats
            .find(userId, messageId)
            .map(entry -> entry.value())
            .filter(ChatItem::fromBot)
            .orElseThrow(() -> new ControlRefusal(404, "The bot sent no such message here."));
    world.insight.clicked(userId, item, url);
  }

  /**
   * Somebody watches a film of the bot's; to its end, LINE tells of it if it has a tracking id.
   *
   * @param percent how far
   */
  public Done watch(String userId, String messageId, int percent) throws ControlRefusal {
    return done(deeds.watch(userId, messageId, percent));
  }

  /** Somebody edits a text in a group. */
  public Done edit(String groupId, String userId, String messageId, String text)
      throws ControlRefusal {
    return new Done(messageId, deeds.edit(groupId, userId, messageId, text).id());
  }

  /**
   * Somebody comes near a beacon.
   *
   * @param kind {@code enter}, {@code stay} or {@code banner}
   * @param dm the beacon's own message, in hex
   */
  public Done beacon(String userId, String hwid, String kind, Optional<String> dm)
      throws ControlRefusal {
    return new Done("", deeds.beacon(userId, hwid, kind, dm).id());
  }

  /**
   * Somebody comes back to LINE from the app's own log-in.
   *
   * @return empty ids if the token was used or is too old
   */
  public Done accountLink(String linkToken, String nonce) {
    return done(world.accountLinks.finish(linkToken, nonce));
  }

  /** Somebody joins a membership, leaving another one first. */
  public Done joinMembership(String userId, long membershipId) throws ControlRefusal {
    return new Done("", world.memberships.join(userId, membershipId).id());
  }

  public Done renewMembership(String userId) throws ControlRefusal {
    return new Done("", world.memberships.renew(userId).id());
  }

  public Done leaveMembership(String userId) throws ControlRefusal {
    return new Done("", world.memberships.leave(userId).id());
  }

  /** The phone number of a person, and whether notification messages may come to it. */
  public Optional<Subscriber> subscriber(String userId) {
    return world.notifications.of(userId);
  }

  /** Gives a person a number, or another answer; what waited for the answer arrives now. */
  public void subscribe(Subscriber subscriber) throws ControlRefusal {
    world.notifications.subscribe(subscriber);
  }

  private static Done done(Optional<WebhookEvent> event) {
    return new Done("", event.map(WebhookEvent::id).orElse(""));
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
