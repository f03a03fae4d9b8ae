package dev.throughline.api;

import dev.throughline.callback.Webhook;
import dev.throughline.callback.Webhooks;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.contract.Trigger;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.log.Draft;
import dev.throughline.log.Log;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ids.WebhookId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Callback targets (contract, 2.2). */
final class WebhookRoutes {
  private static final String PROJECT = "/v1/projects/{project}";
  private static final int MAX_OF_APP = 5;
  private static final int MAX_SECRET = 256;
  private static final int MAX_SCOPE = 1_024;
  private static final int MAX_RESPONSE_TYPE = 64;
  private static final int MAX_TRIGGERS = 100;

  private static final String TARGET = "target";
  private static final String TARGET_TYPE = "target_type";
  private static final String SECRET = "secret";
  private static final String TRIGGERS = "triggers";
  private static final String CLIENT = "client_credentials";

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Ulids ulids;
  private final InstantSource clock;
  private final Directory directory;
  private final Webhooks webhooks;
  private final Configuration configuration;
  private final TargetCheck targets;

  WebhookRoutes(
      Database database,
      Vault vault,
      Log log,
      Ulids ulids,
      InstantSource clock,
      Directory directory,
      Webhooks webhooks,
      Configuration configuration,
      TargetCheck targets) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.ulids = ulids;
    this.clock = clock;
    this.directory = directory;
    this.webhooks = webhooks;
    this.configuration = configuration;
    this.targets = targets;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post(PROJECT + "/webhooks", guard.project(this::create)),
        Route.get(PROJECT + "/webhooks/{webhook}", guard.project(this::get)),
        Route.patch(PROJECT + "/webhooks/{webhook}", guard.project(this::update)),
        Route.delete(PROJECT + "/webhooks/{webhook}", guard.project(this::delete)),
        Route.get(PROJECT + "/apps/{app}/webhooks", guard.project(this::list)));
  }

  private Response list(ProjectId project, Request request) {
    AppId app = new AppId(Answers.id(request, "app", AppRoutes.unknown()));
    if (directory.app(project, app).isEmpty()) {
      throw AppRoutes.unknown();
    }
    ObjectNode json = Json.object();
    ArrayNode array = json.putArray("webhooks");
    webhooks.ofApp(app).forEach(webhook -> array.add(shown(webhook)));
    return Answers.ok(json);
  }

  private Response get(ProjectId project, Request request) {
    return Answers.ok(shown(find(project, request)));
  }

  private Response create(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    AppId app =
        Ulids.parse(body.requiredString("app_id", MAX_SECRET))
            .map(AppId::new)
            .orElseThrow(() -> body.wrong("app_id", "must be a ULID."));
    ObjectNode json = apply(defaults(), body, UpdateMask.all());
    WebhookId id = new WebhookId(ulids.next());
    return configuration.alone(() -> {
      if (directory.app(project, app).isEmpty()) {
        throw AppRoutes.unknown();
      }
      webhooks.reload();
      if (webhooks.ofApp(app).size() >= MAX_OF_APP) {
        throw Refusal.invalid(
            "TOO_MANY_WEBHOOKS", "app_id", "An app has at most " + MAX_OF_APP + " webhooks.");
      }
      return write(project, app, id, json, true);
    });
  }

  private Response update(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    UpdateMask mask = UpdateMask.of(request);
    return configuration.alone(() -> {
      webhooks.reload();
      Webhook before = find(project, request);
      body.string("app_id", MAX_SECRET)
          .filter(app -> !app.isEmpty() && !app.equals(before.app().toString()))
          .ifPresent(app -> {
            throw body.wrong("app_id", "cannot be changed: make another webhook.");
          });
      ObjectNode json = apply(Json.object(before.json()), body, mask);
      return write(project, before.app(), before.id(), json, false);
    });
  }

  private Response delete(ProjectId project, Request request) throws InterruptedException {
    return configuration.alone(() -> {
      webhooks.reload();
      Webhook webhook = find(project, request);
      Draft draft =
          configuration.draft(project, "webhook_deleted", facts(webhook.app(), webhook.id()));
      database.transaction(c -> {
        Webhooks.delete(c, webhook.id());
        return log.append(draft, c);
      });
      webhooks.reload();
      return Answers.empty();
    });
  }

  private Response write(
      ProjectId project, AppId app, WebhookId id, ObjectNode json, boolean fresh) {
    String target = Json.string(json, TARGET).orElse("");
    boolean used =
        webhooks.ofApp(app).stream()
            .anyMatch(other -> !other.id().equals(id) && other.target().equals(target));
    if (used) {
      throw Refusal.invalid(
          "TARGET_IN_USE", TARGET, "target is used by another webhook of this app.");
    }
    Owner installation = new Owner.Installation();
    DataKey key = vault.keyFor(installation);
    Draft draft =
        configuration.draft(project, fresh ? "webhook_created" : "webhook_updated", facts(app, id));
    Instant now = clock.instant();
    database.transaction(c -> {
      Vault.insert(c, List.of(key));
      Webhooks.write(c, vault, key, id, app, json, fresh, now);
      return log.append(draft, c);
    });
    vault.admit(Map.of(installation, key));
    webhooks.reload();
    return Answers.ok(
        webhooks
            .find(id)
            .map(WebhookRoutes::shown)
            .orElseThrow(() -> Refusal.unknown("WEBHOOK_UNKNOWN", "It was deleted meanwhile.")));
  }

  private ObjectNode defaults() {
    ObjectNode json = Json.object();
    json.put(TARGET, "");
    json.put(TARGET_TYPE, "DISMISS");
    json.put(SECRET, "");
    json.putArray(TRIGGERS);
    return json;
  }

  /** The webhook after the request; what it does not cover stays. */
  private ObjectNode apply(ObjectNode before, Fields body, UpdateMask mask) {
    ObjectNode after = before.deepCopy();
    if (mask.covers(TARGET, body)) {
      after.put(TARGET, url(body, TARGET));
    }
    if (mask.covers(TARGET_TYPE, body)) {
      after.put(TARGET_TYPE, body.oneOf(TARGET_TYPE, Set.of("HTTP", "DISMISS")).orElse("DISMISS"));
    }
    if (mask.covers(SECRET, body)) {
      after.put(SECRET, body.string(SECRET, MAX_SECRET).orElse(""));
    }
    if (mask.covers(TRIGGERS, body)) {
      ArrayNode triggers = after.putArray(TRIGGERS);
      triggers(body).forEach(triggers::add);
    }
    if (mask.covers(CLIENT, body)) {
      Optional<Fields> client = body.object(CLIENT);
      if (client.isPresent()) {
        after.set(CLIENT, client(client.get()));
      } else {
        after.remove(CLIENT);
      }
    }
    return after;
  }

  private String url(Fields body, String name) {
    String url = body.requiredString(name, SendRequests.MAX_TARGET);
    SendRequests.webUrl(body, name, url);
    targets
        .refusal(url)
        .ifPresent(sentence -> {
          throw Refusal.invalid("TARGET_REFUSED", body.path(name), sentence);
        });
    return url;
  }

  private static List<String> triggers(Fields body) {
    List<String> triggers = body.strings(TRIGGERS, MAX_TRIGGERS);
    Set<String> distinct = new HashSet<>();
    for (String trigger : triggers) {
      if (Trigger.of(trigger).isEmpty()) {
        throw body.wrong(TRIGGERS, "holds a word that is no trigger.");
      }
      if (!distinct.add(trigger)) {
        throw body.wrong(TRIGGERS, "names a trigger twice.");
      }
    }
    return triggers;
  }

  private ObjectNode client(Fields given) {
    ObjectNode json = Json.object();
    json.put("client_id", given.requiredString("client_id", MAX_SCOPE));
    json.put("client_secret", given.requiredString("client_secret", MAX_SCOPE));
    json.put("endpoint", url(given, "endpoint"));
    json.put("scope", given.string("scope", MAX_SCOPE).orElse(""));
    json.put("response_type", given.string("response_type", MAX_RESPONSE_TYPE).orElse(""));
    json.put(
        "token_request_type",
        given.oneOf("token_request_type", Set.of("BASIC", "FORM")).orElse("BASIC"));
    return json;
  }

  private static ObjectNode shown(Webhook webhook) {
    ObjectNode json = Json.object();
    json.put("id", webhook.id().toString());
    json.put("app_id", webhook.app().toString());
    json.setAll(Json.object(webhook.json()));
    ObjectNode ours = json.putObject("throughline");
    ours.put("state", webhook.state().column());
    webhook.stateAt().ifPresent(since -> ours.put("since", since.toString()));
    return json;
  }

  private static ObjectNode facts(AppId app, WebhookId id) {
    ObjectNode facts = Json.object();
    facts.put("app", app.toString());
    facts.put("webhook", id.toString());
    return facts;
  }

  private Webhook find(ProjectId project, Request request) {
    Refusal unknown = Refusal.unknown("WEBHOOK_UNKNOWN", "The project has no such webhook.");
    return webhooks
        .find(new WebhookId(Answers.id(request, "webhook", unknown)))
        .filter(webhook -> webhook.project().equals(project))
        .orElseThrow(() -> unknown);
  }
}
