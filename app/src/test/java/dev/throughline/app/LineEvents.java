package dev.throughline.app;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Webhook events as LINE writes them, for what the emulated people would not do by themselves. */
final class LineEvents {
  private final World world;

  LineEvents(World world) {
    this.world = world;
  }

  /** The bytes of a webhook with these events, as LINE would sign them. */
  static byte[] body(List<? extends JsonNode> events) {
    ObjectNode body = (ObjectNode) Api.json("{}");
    body.put("destination", World.BOT);
    body.putArray("events").addAll(events);
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }

  ObjectNode event(String type, String user) {
    return event(type, user, world.clock.instant());
  }

  ObjectNode event(String type, String user, Instant at) {
    ObjectNode event = (ObjectNode) Api.json("{}");
    event.put("type", type);
    event.put("webhookEventId", "01TEST%020d".formatted(world.number()));
    event.putObject("deliveryContext").put("isRedelivery", false);
    event.put("timestamp", at.toEpochMilli());
    event.putObject("source").put("type", "user").put("userId", user);
    event.put("mode", "active");
    return event;
  }

  ObjectNode text(String user, String text) {
    return text(user, text, world.clock.instant());
  }

  ObjectNode text(String user, String text, Instant at) {
    ObjectNode event = event("message", user, at);
    event
        .putObject("message")
        .put("type", "text")
        .put("id", "5%017d".formatted(world.number()))
        .put("text", text);
    return event;
  }

  ObjectNode follow(String user, Instant at) {
    ObjectNode event = event("follow", user, at);
    event.putObject("follow").put("isUnblocked", false);
    return event;
  }

  ObjectNode unsend(String user, String messageId) {
    ObjectNode event = event("unsend", user);
    event.putObject("unsend").put("messageId", messageId);
    return event;
  }
}
