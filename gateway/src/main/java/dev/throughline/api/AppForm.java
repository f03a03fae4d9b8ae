package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.policy.SendPolicyForm;
import dev.throughline.task.Backlog;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The settings of an app: from a request to what is kept, and from that to what is shown (contract,
 * 2.1). Credentials are read by {@link CredentialForm}.
 */
final class AppForm {
  private static final int MAX_NAME = 256;
  private static final int MAX_SECRET = 256;

  private static final String DISPLAY_NAME = "display_name";
  private static final String REPORT_VIEW = "conversation_metadata_report_view";
  private static final String RETENTION = "retention_policy";
  private static final String DISPATCH_RETENTION = "dispatch_retention_policy";
  private static final String MODE = "processing_mode";
  private static final String SMART = "smart_conversation";
  private static final String CALLBACKS = "callback_settings";
  private static final String RETRY = "message_retry_settings";
  private static final String FALLBACK = "delivery_report_based_fallback";
  private static final String PERSIST_STATUS = "persist_message_status";
  private static final String SEARCH = "message_search";
  private static final String OURS = "throughline";
  private static final String RATES = "rate_limits";

  private final App.ProcessingMode defaultMode;
  private final Backlog backlog;
  private final Limits limits;

  /**
   * @param defaultMode of apps that do not say; the contract's own is DISPATCH
   */
  AppForm(App.ProcessingMode defaultMode, Backlog backlog, Limits limits) {
    this.defaultMode = defaultMode;
    this.backlog = backlog;
    this.limits = limits;
  }

  /** What a new app is before anything is said of it. */
  ObjectNode defaults() {
    ObjectNode json = Json.object();
    json.put(DISPLAY_NAME, "");
    json.put(REPORT_VIEW, "NONE");
    json.putObject(RETENTION).put("retention_type", "MESSAGE_EXPIRE_POLICY").put("ttl_days", 180);
    json.putObject(DISPATCH_RETENTION)
        .put("retention_type", "MESSAGE_EXPIRE_POLICY")
        .put("ttl_days", 0);
    json.put(MODE, defaultMode.name());
    json.putObject(SMART).put("enabled", false);
    json.putObject(CALLBACKS).put("secret_for_overridden_callback_urls", "");
    json.putObject(RETRY).put("retry_duration", 3_600);
    json.set(FALLBACK, NullNode.getInstance());
    json.putObject(PERSIST_STATUS).put("enabled", true);
    json.putObject(SEARCH).put("enabled", false);
    json.putObject(OURS)
        .put("unknown_reply", "leave")
        .put("known_block", "fail")
        .put("forward_unknown", "keep")
        .put("sticker_picture", "own");
    return json;
  }

  /** The settings after the request; what it does not cover stays. */
  ObjectNode apply(ObjectNode before, Fields body, UpdateMask mask) {
    ObjectNode after = before.deepCopy();
    ObjectNode defaults = defaults();
    set(after, defaults, body, mask, DISPLAY_NAME, read(body, DISPLAY_NAME));
    set(after, defaults, body, mask, REPORT_VIEW, read(body, REPORT_VIEW));
    set(after, defaults, body, mask, RETENTION, read(body, RETENTION));
    set(after, defaults, body, mask, DISPATCH_RETENTION, read(body, DISPATCH_RETENTION));
    set(after, defaults, body, mask, MODE, read(body, MODE));
    set(after, defaults, body, mask, SMART, read(body, SMART));
    set(after, defaults, body, mask, CALLBACKS, read(body, CALLBACKS));
    set(after, defaults, body, mask, RETRY, read(body, RETRY));
    set(after, defaults, body, mask, FALLBACK, read(body, FALLBACK));
    set(after, defaults, body, mask, PERSIST_STATUS, read(body, PERSIST_STATUS));
    set(after, defaults, body, mask, SEARCH, read(body, SEARCH));
    // Ours is no field of the contract's masks: said is changed, not said stays.
    body.object(OURS).ifPresent(ours -> merge(after.withObject("/" + OURS), ours));
    if (after.path(DISPLAY_NAME).asString("").isEmpty()) {
      throw body.wrong(DISPLAY_NAME, "is required.");
    }
    return after;
  }

  /** The app as the contract shows it, credentials in clear (contract, 0, trap 9). */
  ObjectNode shown(App app) {
    ObjectNode json = Json.object();
    json.put("id", app.id().toString());
    json.setAll(defaults());
    json.setAll(Json.object(app.json()));
    ArrayNode credentials = json.putArray("channel_credentials");
    for (Account account : app.accounts()) {
      credentials.add(Json.object(account.credential()));
    }
    App.Rates rates = app.settings().rates();
    // What a channel delivers is never turned away: it would be lost.
    json.putObject(RATES)
        .put("inbound", 0)
        .put("outbound", rates.outbound())
        .put("webhooks", rates.webhooks(limits.callbacksPerSecond()));
    json.putObject("queue_stats")
        .put("outbound_size", backlog.size(app.id()))
        .put("outbound_limit", limits.queued());
    return json;
  }

  private static void set(
      ObjectNode after,
      ObjectNode defaults,
      Fields body,
      UpdateMask mask,
      String name,
      JsonNode value) {
    if (mask.covers(name, body)) {
      after.set(name, body.has(name) ? value : defaults.get(name));
    }
  }

  /** The field's value, checked; null where it is absent. */
  private static JsonNode read(Fields body, String name) {
    return body.has(name) ? value(body, name) : NullNode.getInstance();
  }

  private static JsonNode value(Fields body, String name) {
    ObjectNode json = Json.object();
    switch (name) {
      case DISPLAY_NAME -> body.string(name, MAX_NAME).ifPresent(v -> json.put(name, v));
      case REPORT_VIEW ->
          body.oneOf(name, Set.of("NONE", "FULL")).ifPresent(v -> json.put(name, v));
      case MODE ->
          body.oneOf(name, Set.of("DISPATCH", "CONVERSATION")).ifPresent(v -> json.put(name, v));
      case RETENTION ->
          retention(
              body.requiredObject(name),
              json.putObject(name),
              Set.of(
                  "MESSAGE_EXPIRE_POLICY",
                  "CONVERSATION_EXPIRE_POLICY",
                  "PERSIST_RETENTION_POLICY"),
              1,
              3_650,
              180);
      case DISPATCH_RETENTION ->
          retention(
              body.requiredObject(name),
              json.putObject(name),
              Set.of("MESSAGE_EXPIRE_POLICY"),
              0,
              7,
              0);
      case SMART, PERSIST_STATUS, SEARCH ->
          json.putObject(name)
              .put("enabled", body.requiredObject(name).bool("enabled").orElse(false));
      case CALLBACKS ->
          json.putObject(name)
              .put(
                  "secret_for_overridden_callback_urls",
                  body.requiredObject(name)
                      .string("secret_for_overridden_callback_urls", MAX_SECRET)
                      .orElse(""));
      case RETRY ->
          json.putObject(name)
              .put(
                  "retry_duration",
                  body.requiredObject(name).integer("retry_duration", 30, 3_600).orElse(3_600));
      case FALLBACK -> {
        Fields given = body.requiredObject(name);
        ObjectNode fallback = json.putObject(name);
        fallback.put("enabled", given.bool("enabled").orElse(false));
        given
            .integer("delivery_report_waiting_time", 10, 259_200)
            .ifPresent(seconds -> fallback.put("delivery_report_waiting_time", seconds));
      }
      default -> throw new AssertionError("no field of an app: " + name);
    }
    return json.path(name);
  }

  private static void retention(
      Fields given, ObjectNode json, Set<String> types, int min, int max, int days) {
    json.put(
        "retention_type", given.oneOf("retention_type", types).orElse("MESSAGE_EXPIRE_POLICY"));
    json.put("ttl_days", given.integer("ttl_days", min, max).orElse(days));
  }

  private static void merge(ObjectNode ours, Fields given) {
    SendPolicyForm.merge(ours, given);
    given
        .oneOf("unknown_reply", Set.of("leave", "push"))
        .ifPresent(value -> ours.put("unknown_reply", value));
    given
        .oneOf("known_block", Set.of("fail", "try"))
        .ifPresent(value -> ours.put("known_block", value));
    given
        .oneOf("forward_unknown", Set.of("keep", "strip"))
        .ifPresent(value -> ours.put("forward_unknown", value));
    given
        .oneOf("sticker_picture", Set.of("own", "line"))
        .ifPresent(value -> ours.put("sticker_picture", value));
    given
        .object(RATES)
        .ifPresent(rates -> {
          ObjectNode kept = ours.withObject("/" + RATES);
          for (String way : List.of("outbound", "webhooks")) {
            rates.integer(way, 0, App.Rates.MAX).ifPresent(limit -> kept.put(way, limit));
          }
        });
  }
}
