package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.LineSettings.Rate;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The control API's JSON. Names that are ours, in objects that are LINE's, begin with {@code _}.
 */
final class ControlJson {
  private ControlJson() {}

  static ObjectNode item(long number, ChatItem item) {
    ObjectNode json = Json.object();
    Json.trusted(item.json()).properties().forEach(p -> json.set(p.getKey(), p.getValue()));
    json.put("_n", number);
    json.put("_id", item.messageId());
    json.put("_at", Narrowcasts.iso(item.at()));
    json.put("_via", item.via());
    json.put("_from", item.from());
    item.origin().ifPresent(origin -> json.put(item.fromBot() ? "_requestId" : "_eventId", origin));
    return json;
  }

  static ObjectNode user(LineUser user, Instant now) {
    ObjectNode json = Json.object();
    json.put("userId", user.userId()).put("displayName", user.displayName());
    user.language().ifPresent(text -> json.put("language", text));
    user.pictureUrl().ifPresent(text -> json.put("pictureUrl", text));
    user.statusMessage().ifPresent(text -> json.put("statusMessage", text));
    json.put("friendship", user.friendship().name().toLowerCase(Locale.ROOT));
    json.put("reachable", user.reachable(now));
    user.lastMessageAt().ifPresent(at -> json.put("lastMessageAt", Narrowcasts.iso(at)));
    return json;
  }

  static LineUser user(JsonNode json, String freshId) throws ControlRefusal {
    JsonNode about = json.path("attributes");
    try {
      return new LineUser(
          Json.text(json, "userId").orElse(freshId),
          Json.text(json, "displayName").orElse("Guest"),
          Json.text(json, "language").or(() -> Optional.of("ja")),
          Json.text(json, "pictureUrl"),
          Json.text(json, "statusMessage"),
          Friendship.valueOf(
              Json.text(json, "friendship").orElse("friend").toUpperCase(Locale.ROOT)),
          Optional.empty(),
          Optional.empty(),
          new LineUser.Attributes(
              Json.text(about, "gender"),
              Json.text(about, "age"),
              Json.text(about, "appType"),
              Json.text(about, "area")));
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(
          400,
          "A user has userId (U and 32 hex digits), displayName (1 to 100 characters) and"
              + " friendship (none, friend, blocked or deleted), all optional.");
    }
  }

  static ObjectNode group(LineGroup group) {
    ObjectNode json = Json.object();
    json.put("groupId", group.id()).put("groupName", group.name()).put("joined", group.joined());
    ArrayNode members = json.putArray("members");
    group.members().forEach(members::add);
    return json;
  }

  static ObjectNode request(long number, ApiRequest request) {
    ObjectNode json = Json.object();
    json.put("_n", number);
    json.put("at", Narrowcasts.iso(request.at()));
    json.put("endpoint", request.endpoint());
    json.put("method", request.method());
    json.put("path", request.path());
    json.put("requestId", request.requestId());
    request.retryKey().ifPresent(key -> json.put("retryKey", key));
    json.put("authorization", request.authorization());
    json.put("body", request.body());
    json.put("status", request.status());
    json.put("answer", request.answer());
    json.put("accepted", request.accepted());
    request.fault().ifPresent(fault -> json.put("fault", fault));
    return json;
  }

  static ObjectNode attempt(long number, WebhookAttempt attempt) {
    ObjectNode json = Json.object();
    json.put("_n", number);
    json.put("at", Narrowcasts.iso(attempt.at()));
    json.put("url", attempt.url());
    ArrayNode ids = json.putArray("eventIds");
    attempt.eventIds().forEach(ids::add);
    json.put("body", attempt.body());
    json.put("signature", attempt.signature());
    json.put("attempt", attempt.attempt());
    json.put("redelivery", attempt.redelivery());
    json.put("status", attempt.status());
    json.put("reason", attempt.reason());
    json.put("detail", attempt.detail());
    json.put("ms", attempt.millis());
    json.put("answer", attempt.answer());
    return json;
  }

  static ObjectNode accepted(long number, AcceptedSend send) {
    ObjectNode json = Json.object();
    json.put("_n", number);
    json.put("at", Narrowcasts.iso(send.at()));
    json.put("via", send.via());
    json.put("requestId", send.requestId());
    send.retryKey().ifPresent(key -> json.put("retryKey", key.toString()));
    if (send.to().size() == 1) {
      json.put("to", send.to().getFirst());
    } else {
      ArrayNode to = json.putArray("to");
      send.to().forEach(to::add);
    }
    json.put("text", send.text());
    ArrayNode ids = json.putArray("messageIds");
    send.messages().forEach(message -> ids.add(message.id()));
    json.put("delivered", send.delivered());
    json.put("count", send.times().get());
    return json;
  }

  static ObjectNode change(long number, Change change) {
    ObjectNode json = Json.object().put("_n", number).put("kind", change.kind());
    if (!change.subject().isEmpty()) {
      json.put("chat", change.subject());
    }
    return json;
  }

  static ObjectNode fault(Faults.Active<FaultRule> active) {
    FaultRule rule = active.rule();
    ObjectNode json = Json.object();
    json.put("endpoint", rule.endpoint()).put("fault", rule.fault().label());
    json.put("probability", rule.probability());
    json.put("skip", rule.skip());
    rule.count().ifPresent(count -> json.put("count", count));
    json.put("delayMs", rule.delay().toMillis());
    rule.about().ifPresent(text -> json.put("about", text));
    json.put("struck", active.struck());
    return json;
  }

  static List<FaultRule> faults(JsonNode body) throws ControlRefusal {
    JsonNode rules = body.has("faults") ? body.path("faults") : body;
    List<FaultRule> parsed = new ArrayList<>();
    if (rules.isObject()) {
      parsed.add(fault(rules));
    } else if (rules.isArray()) {
      for (JsonNode rule : rules) {
        parsed.add(fault(rule));
      }
    } else {
      throw new ControlRefusal(400, "Faults are {\"faults\":[{\"endpoint\":…,\"fault\":…}]}.");
    }
    return parsed;
  }

  private static FaultRule fault(JsonNode json) throws ControlRefusal {
    String endpoint = Json.text(json, "endpoint").orElse(Fault.ANY);
    boolean known =
        endpoint.equals(Fault.ANY)
            || endpoint.equals(Fault.WEBHOOK)
            || Endpoint.named(endpoint).isPresent();
    if (!known) {
      throw new ControlRefusal(
          400, "endpoint is push, reply, … as GET /_sandbox/requests names them, * or webhook.");
    }
    Fault fault =
        Fault.named(endpoint, Json.text(json, "fault").orElse(""))
            .orElseThrow(
                () -> new ControlRefusal(400, "fault is one of " + labels(endpoint) + " here."));
    try {
      return new FaultRule(
          endpoint,
          fault,
          number(json, "probability").map(BigDecimal::doubleValue).orElse(1.0),
          number(json, "skip").map(BigDecimal::intValueExact).orElse(0),
          number(json, "count").map(BigDecimal::intValueExact),
          number(json, "delayMs")
              .map(millis -> Duration.ofMillis(millis.longValueExact()))
              .orElseGet(() -> FaultRule.defaultDelay(fault)),
          Json.text(json, "about"));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ControlRefusal(
          400, "probability is 0 to 1; skip, count and delayMs are whole numbers within limits.");
    }
  }

  static List<String> labels(String endpoint) {
    List<String> labels = new ArrayList<>();
    for (Fault fault : Fault.values()) {
      if (Fault.named(endpoint, fault.label()).filter(found -> found == fault).isPresent()) {
        labels.add(fault.label());
      }
    }
    return labels;
  }

  static ObjectNode settings(LineSettings settings, Optional<String> webhookUrl) {
    ObjectNode json = Json.object();
    webhookUrl.ifPresent(url -> json.put("webhookUrl", url));
    json.put("webhookActive", settings.webhookActive());
    ArrayNode redelivery = json.putArray("redeliveryMs");
    settings.redelivery().forEach(wait -> redelivery.add(wait.toMillis()));
    json.put("eventsPerBody", settings.eventsPerBody());
    json.put("webhookConcurrency", settings.webhookConcurrency());
    json.put("webhookTimeoutMs", settings.webhookTimeout().toMillis());
    settings.monthlyQuota().ifPresent(quota -> json.put("monthlyQuota", quota));
    json.put("rateLimits", settings.rateLimits());
    ObjectNode overrides = json.putObject("rateLimitOverrides");
    settings
        .rateLimitOverrides()
        .forEach((name, rate) ->
            overrides
                .putObject(name)
                .put("count", rate.count())
                .put("perMs", rate.per().toMillis()));
    json.put("narrowcastMinimum", settings.narrowcastMinimum());
    json.put("verifiedAccount", settings.verifiedAccount());
    return json;
  }

  /**
   * Settings with what the body names changed; {@code "monthlyQuota":null} takes the limit away.
   */
  static LineSettings settings(LineSettings old, JsonNode json) throws ControlRefusal {
    try {
      List<Duration> redelivery = old.redelivery();
      if (json.has("redeliveryMs")) {
        redelivery = new ArrayList<>();
        for (JsonNode wait : json.path("redeliveryMs")) {
          redelivery.add(Duration.ofMillis(wait.longValue()));
        }
      }
      Map<String, Rate> overrides = old.rateLimitOverrides();
      if (json.has("rateLimitOverrides")) {
        overrides = new HashMap<>();
        for (var entry : json.path("rateLimitOverrides").properties()) {
          JsonNode rate = entry.getValue();
          overrides.put(
              Endpoint.named(entry.getKey())
                  .orElseThrow(() -> new ControlRefusal(400, "There is no such endpoint."))
                  .label(),
              new Rate(
                  rate.path("count").intValue(),
                  Duration.ofMillis(rate.path("perMs").longValue(1000))));
        }
      }
      return new LineSettings(
          bool(json, "webhookActive", old.webhookActive()),
          redelivery,
          whole(json, "eventsPerBody", old.eventsPerBody()),
          whole(json, "webhookConcurrency", old.webhookConcurrency()),
          number(json, "webhookTimeoutMs")
              .map(millis -> Duration.ofMillis(millis.longValueExact()))
              .orElse(old.webhookTimeout()),
          json.has("monthlyQuota")
              ? number(json, "monthlyQuota").map(BigDecimal::longValueExact)
              : old.monthlyQuota(),
          bool(json, "rateLimits", old.rateLimits()),
          overrides,
          whole(json, "narrowcastMinimum", old.narrowcastMinimum()),
          bool(json, "verifiedAccount", old.verifiedAccount()));
    } catch (IllegalArgumentException | ArithmeticException | JacksonException e) {
      throw new ControlRefusal(
          400, "A setting is out of range or of the wrong type; see docs/sandbox.md.");
    }
  }

  private static boolean bool(JsonNode json, String name, boolean absent) {
    JsonNode value = json.path(name);
    if (value.isMissingNode()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw new IllegalArgumentException(name + " is true or false");
    }
    return value.booleanValue();
  }

  private static int whole(JsonNode json, String name, int absent) {
    return number(json, name).map(BigDecimal::intValueExact).orElse(absent);
  }

  private static Optional<BigDecimal> number(JsonNode json, String name) {
    JsonNode value = json.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isNumber()) {
      throw new IllegalArgumentException(name + " is a number");
    }
    return Optional.of(value.decimalValue());
  }
}
