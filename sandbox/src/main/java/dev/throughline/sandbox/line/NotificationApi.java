package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.rules.Finding;
import dev.throughline.sandbox.line.rules.MessageRules;
import dev.throughline.sandbox.line.rules.NotificationRules;
import dev.throughline.sandbox.line.rules.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** LINE notification messages, flexible and by template. */
final class NotificationApi {
  private static final int TAG_SHORTEST = 16;
  private static final int TAG_LONGEST = 100;

  private final Notifications notifications;

  NotificationApi(Notifications notifications) {
    this.notifications = notifications;
  }

  Answer answer(Call call) {
    boolean templated = call.endpoint() == Endpoint.PNP_TEMPLATED;
    JsonNode body = call.json();
    List<Finding> findings = new ArrayList<>();
    NotificationRules.recipient(body).ifPresent(findings::add);
    Verdict verdict =
        templated
            ? NotificationRules.templated(body)
            : MessageRules.check(body, MessageRules.Kind.NOTIFICATION, MessageRules.ANY_CHAT);
    Optional<Answer> refusal = SendApi.refusal(findings, verdict);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (templated) {
      refusal = wrongKeys(body);
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    String digest = body.path("to").stringValue();
    String tag = call.headers().getOrDefault("x-line-delivery-tag", digest);
    if (tag.length() < TAG_SHORTEST || tag.length() > TAG_LONGEST) {
      return Answer.error(400, "The delivery tag must have 16 to 100 characters");
    }
    boolean taken =
        notifications.accept(
            digest,
            templated ? "pnp-templated" : "pnp",
            call.requestId(),
            tag,
            templated ? List.of(shown(body)) : messages(body));
    if (!taken) {
      return Answer.error(422, "Failed to send messages");
    }
    return templated ? Answer.accepted202() : Answer.ok();
  }

  private static List<ObjectNode> messages(JsonNode body) {
    List<ObjectNode> messages = new ArrayList<>();
    for (JsonNode message : body.path("messages")) {
      messages.add((ObjectNode) message);
    }
    return messages;
  }

  /** What the phone shows of a template. */
  private static ObjectNode shown(JsonNode body) {
    ObjectNode message = Json.object().put("type", "notificationTemplate");
    message.set("templateKey", body.path("templateKey"));
    message.set("body", body.path("body"));
    return message;
  }

  private Optional<Answer> wrongKeys(JsonNode body) {
    var templates = notifications.templates();
    String key = body.path("templateKey").stringValue("");
    if (templates.isEmpty()) {
      return Optional.empty();
    }
    Set<String> keys = templates.get(key);
    if (keys == null) {
      return Optional.of(Answer.error(400, "Invalid templateKey: " + key));
    }
    List<String> used = new ArrayList<>();
    Json.text(body.path("body").path("emphasizedItem"), "itemKey").ifPresent(used::add);
    body.path("body").path("items").forEach(item -> used.add(item.path("itemKey").stringValue("")));
    body.path("body")
        .path("buttons")
        .forEach(button -> used.add(button.path("buttonKey").stringValue("")));
    used.removeIf(keys::contains);
    return used.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Answer.error(400, "The request body has " + used.size() + " invalid key(s)."));
  }
}
