package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.Events.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What people do that is neither a message nor a tap: editing, watching, walking past a beacon. */
final class Deeds {
  private static final Duration BETWEEN_STAYS = Duration.ofSeconds(10);
  private static final int STAYS_LIMIT = 10_000;
  private static final int ALL = 100;

  private final World world;
  private final Map<String, Instant> stays = new HashMap<>();

  Deeds(World world) {
    this.world = world;
  }

  /** Somebody changes a text in a group; LINE has this in groups only. */
  WebhookEvent edit(String groupId, String userId, String messageId, String text)
      throws ControlRefusal {
    if (!groupId.startsWith("C")) {
      throw new ControlRefusal(409, "Messages can be edited in groups only.");
    }
    world.lock.lock();
    try {
      Source source = world.speaker(groupId, userId);
      var found = world.own(groupId, userId, messageId);
      JsonNode old = Json.trusted(found.value().json());
      if (!old.path("type").stringValue("").equals("text")) {
        throw new ControlRefusal(409, "Only texts can be edited.");
      }
      int edits = old.path("_edits").intValue(0) + 1;
      ObjectNode message = Json.object().put("type", "text").put("id", messageId);
      message.put("quoteToken", world.seals.quoteToken(groupId, messageId + "e" + edits));
      message.put("text", text);
      ObjectNode shown = message.deepCopy().put("_edits", edits);
      world.chats.replace(groupId, found.number(), found.value().withJson(Json.string(shown)));
      return world.answerable(
          "messageEdited", source, world.clock.instant(), json -> json.set("message", message));
    } finally {
      world.lock.unlock();
      world.changed("unsent", groupId);
    }
  }

  /**
   * Somebody watches a film of the bot's.
   *
   * @return the event, if it was watched to its end and has a tracking id
   */
  Optional<WebhookEvent> watch(String userId, String messageId, int percent) throws ControlRefusal {
    world.lock.lock();
    try {
      ChatItem item =
          world
              .chats
              .find(userId, messageId)
              .map(entry -> entry.value())
              .filter(ChatItem::fromBot)
              .orElseThrow(() -> new ControlRefusal(404, "The bot sent no such message here."));
      JsonNode message = Json.trusted(item.json());
      if (!message.path("type").stringValue("").equals("video")) {
        throw new ControlRefusal(409, "The message is not a video.");
      }
      Optional<String> tracking = Json.text(message, "trackingId");
      world.insight.watched(userId, item, percent);
      if (tracking.isEmpty() || percent < ALL) {
        return Optional.empty();
      }
      return Optional.of(
          world.answerable(
              "videoPlayComplete",
              world.speaker(userId, userId),
              world.clock.instant(),
              json -> json.putObject("videoPlayComplete").put("trackingId", tracking.get())));
    } finally {
      world.lock.unlock();
    }
  }

  /**
   * Somebody comes near a beacon, stays there, or taps its banner.
   *
   * @param kind {@code enter}, {@code stay} or {@code banner}
   */
  WebhookEvent beacon(String userId, String hwid, String kind, Optional<String> dm)
      throws ControlRefusal {
    if (!hwid.matches("[0-9a-f]{10}")
        || !kind.matches("enter|stay|banner")
        || !dm.orElse("").matches("([0-9a-f]{2}){0,13}")) {
      throw new ControlRefusal(
          400, "A beacon has hwid (10 hex digits), type enter, stay or banner, and dm in hex.");
    }
    world.lock.lock();
    try {
      Instant now = world.clock.instant();
      if (kind.equals("stay")) {
        Instant last = stays.get(userId + hwid);
        if (last != null && now.isBefore(last.plus(BETWEEN_STAYS))) {
          throw new ControlRefusal(409, "LINE tells of a stay every ten seconds at most.");
        }
        if (stays.size() >= STAYS_LIMIT) {
          stays.clear();
        }
        stays.put(userId + hwid, now);
      }
      return world.answerable(
          "beacon",
          world.speaker(userId, userId),
          now,
          json -> {
            ObjectNode beacon = json.putObject("beacon").put("hwid", hwid).put("type", kind);
            dm.ifPresent(message -> beacon.put("dm", message));
          });
    } finally {
      world.lock.unlock();
    }
  }
}
