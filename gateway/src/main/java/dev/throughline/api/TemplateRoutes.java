package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.TemplateForm;
import dev.throughline.contract.Translations;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.log.Draft;
import dev.throughline.log.Log;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.store.SqlWork;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Templates of the second version (contract, 2.6). */
final class TemplateRoutes {
  private static final String BASE = "/v2/projects/{project}/templates";

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Ulids ulids;
  private final InstantSource clock;
  private final Configuration configuration;
  private final TemplateStore templates;

  TemplateRoutes(
      Database database,
      Vault vault,
      Log log,
      Ulids ulids,
      InstantSource clock,
      Configuration configuration,
      TemplateStore templates) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.ulids = ulids;
    this.clock = clock;
    this.configuration = configuration;
    this.templates = templates;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE, guard.project(this::list)),
        Route.post(BASE, guard.project(this::create)),
        Route.get(BASE + "/{template}", guard.project(this::get)),
        Route.put(BASE + "/{template}", guard.project(this::update)),
        Route.delete(BASE + "/{template}", guard.project(this::delete)),
        Route.get(BASE + "/{template}/translations", guard.project(this::translations)));
  }

  private Response list(ProjectId project, Request request) {
    ObjectNode json = Json.object();
    ArrayNode all = json.putArray("templates");
    templates.all(project).forEach(all::add);
    return Answers.ok(json);
  }

  private Response get(ProjectId project, Request request) {
    return Answers.ok(find(project, request));
  }

  private Response translations(ProjectId project, Request request) {
    ObjectNode json = Json.object();
    ArrayNode found = json.putArray("translations");
    Translations.matching(
            find(project, request),
            request.query("language_code").orElse(""),
            request.query("translation_version").orElse(""))
        .forEach(found::add);
    return Answers.ok(json);
  }

  private Response create(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    String id = TemplateForm.id(body).orElseGet(() -> ulids.next().toString());
    Instant now = now();
    ObjectNode template = TemplateForm.read(id, 1, body, Optional.empty(), now);
    return configuration.alone(() -> {
      if (templates.find(project, id).isPresent()) {
        throw taken();
      }
      try {
        return written(
            project,
            "template_created",
            template,
            key ->
                c -> {
                  if (TemplateStore.count(c, project) >= TemplateStore.MAX_TEMPLATES) {
                    throw Refusal.invalid(
                        "TOO_MANY_TEMPLATES",
                        "",
                        "A project has at most "
                            + TemplateStore.MAX_TEMPLATES
                            + " templates: delete some.");
                  }
                  TemplateStore.insert(c, vault, key, project, template, now);
                  return true;
                });
      } catch (DatabaseException.UniqueViolation meanwhile) {
        throw taken();
      }
    });
  }

  private Response update(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    int version = TemplateForm.version(body);
    return configuration.alone(() -> {
      ObjectNode before = find(project, request);
      if (before.path("version").asInt() != version) {
        throw stale(before.path("version").asInt());
      }
      String id = before.path("id").asString();
      if (TemplateForm.id(body).filter(given -> !given.equals(id)).isPresent()) {
        throw body.wrong("id", "is another one than in the path.");
      }
      ObjectNode after = TemplateForm.read(id, version + 1, body, Optional.of(before), now());
      return written(
          project,
          "template_updated",
          after,
          key ->
              c -> {
                if (!TemplateStore.update(c, vault, key, project, after, version)) {
                  throw stale(version + 1);
                }
                return true;
              });
    });
  }

  private Response delete(ProjectId project, Request request) throws InterruptedException {
    return configuration.alone(() -> {
      ObjectNode template = find(project, request);
      String id = template.path("id").asString();
      Draft draft =
          configuration.draft(project, "template_deleted", Json.object().put("template", id));
      database.transaction(c -> {
        TemplateStore.delete(c, project, id);
        return log.append(draft, c);
      });
      return Answers.empty();
    });
  }

  /** What is done with the key that seals it. */
  private interface Work {
    SqlWork<Boolean> under(DataKey key);
  }

  private Response written(ProjectId project, String change, ObjectNode template, Work work) {
    Owner owner = new Owner.Project(project);
    DataKey key = vault.keyFor(owner);
    ObjectNode facts = Json.object();
    facts.set("template", template);
    Draft draft = configuration.draft(project, change, facts);
    SqlWork<Boolean> sql = work.under(key);
    database.transaction(c -> {
      Vault.insert(c, List.of(key));
      sql.run(c);
      return log.append(draft, c);
    });
    vault.admit(Map.of(owner, key));
    return Answers.ok(template);
  }

  private ObjectNode find(ProjectId project, Request request) {
    String id = request.param("template");
    return Optional.of(id)
        .filter(TemplateForm::isId)
        .flatMap(known -> templates.find(project, known))
        .orElseThrow(
            () -> Refusal.unknown("TEMPLATE_UNKNOWN", "The project has no such template."));
  }

  private static Refusal taken() {
    return Refusal.invalid(
        "TEMPLATE_EXISTS", "id", "The project has a template of this id: change that one by PUT.");
  }

  private static Refusal stale(int current) {
    return Refusal.invalid(
        "TEMPLATE_CHANGED",
        "version",
        "The template was changed meanwhile: read it, and send the version that it has now.",
        Map.of("version", String.valueOf(current)));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
