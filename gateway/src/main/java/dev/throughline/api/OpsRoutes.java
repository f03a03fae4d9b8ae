package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.http.Handler;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The operations port: projects and keys for who holds the administrator's token, health for
 * everybody who reaches it. Alarms name kinds and random ids, and nobody.
 */
public final class OpsRoutes {
  private static final String BEARER = "Bearer ";
  private static final int MAX_TEXT = 256;
  private static final int MAX_ALARMS = 1_000;

  private static final String ALARMS =
      "select kind, subject, count, first_at, last_at from alarm order by last_at desc limit ?";

  private final Database database;
  private final Projects projects;
  private final AccessKeys keys;
  private final Readiness readiness;
  private final RandomGenerator random;
  private final byte[] token;

  /**
   * @param adminToken who sends it as a bearer token may make and revoke keys
   */
  public OpsRoutes(
      Database database,
      Projects projects,
      AccessKeys keys,
      Readiness readiness,
      RandomGenerator random,
      String adminToken) {
    if (adminToken.isBlank()) {
      throw new IllegalArgumentException("the administrator's token must not be empty");
    }
    this.database = database;
    this.projects = projects;
    this.keys = keys;
    this.readiness = readiness;
    this.random = random;
    this.token = adminToken.strip().getBytes(StandardCharsets.UTF_8);
  }

  public List<Route> routes() {
    return List.of(
        Route.post("/admin/projects", administrator(this::createProject)),
        Route.post("/admin/projects/{project}/keys", administrator(this::createKey)),
        Route.delete("/admin/projects/{project}/keys/{key}", administrator(this::revokeKey)),
        Route.get("/health", Guard.open(this::health)),
        Route.get("/health/ready", Guard.open(this::ready)),
        Route.get("/alarms", Guard.open(this::alarms)));
  }

  private Handler administrator(Handler handler) {
    return Guard.open(request -> {
      String header = request.header("Authorization").orElse("");
      boolean bearer = header.regionMatches(true, 0, BEARER, 0, BEARER.length());
      byte[] given =
          (bearer ? header.substring(BEARER.length()).strip() : "")
              .getBytes(StandardCharsets.UTF_8);
      return MessageDigest.isEqual(given, token)
          ? handler.handle(request)
          : Guard.unauthenticated("Bearer realm=\"throughline administration\"");
    });
  }

  private Response createProject(Request request) {
    ObjectNode given = request.body().length() == 0 ? Json.object() : Json.request(request.body());
    Fields body = Fields.of(given);
    String name = body.string("display_name", MAX_TEXT).orElse("");
    String id =
        body.string("id", MAX_TEXT)
            .filter(value -> !value.isEmpty())
            .orElseGet(() -> new UUID(random.nextLong(), random.nextLong()).toString());
    if (!ProjectId.isValid(id)) {
      throw body.wrong("id", "must be 1 to 64 of A-Z a-z 0-9 _ -.");
    }
    if (!projects.create(new ProjectId(id), name)) {
      throw Refusal.invalid("PROJECT_EXISTS", "id", "There is a project of this id.");
    }
    ObjectNode json = Json.object();
    json.put("project_id", id);
    json.put("display_name", name);
    return Answers.ok(json);
  }

  private Response createKey(Request request) {
    ProjectId project = project(request);
    AccessKeys.Created key = keys.create(project);
    ObjectNode json = Json.object();
    json.put("project_id", project.value());
    json.put("key_id", key.id());
    json.put("key_secret", key.secret());
    json.put("created", key.at().toString());
    return Answers.ok(json).with("Cache-Control", "no-store");
  }

  private Response revokeKey(Request request) {
    if (!keys.revoke(project(request), request.param("key"))) {
      throw Refusal.unknown("KEY_UNKNOWN", "The project has no such key that is not revoked.");
    }
    return Answers.empty();
  }

  private ProjectId project(Request request) {
    String id = request.param("project");
    if (!ProjectId.isValid(id) || !projects.exists(new ProjectId(id))) {
      throw Refusal.unknown("PROJECT_UNKNOWN", "There is no such project.");
    }
    return new ProjectId(id);
  }

  private Response health(Request request) {
    ObjectNode json = Json.object();
    json.put("status", "ok");
    return Answers.ok(json);
  }

  private Response ready(Request request) {
    List<String> missing = readiness.missing();
    ObjectNode json = Json.object();
    json.put("status", missing.isEmpty() ? "ready" : "starting");
    ArrayNode sentences = json.putArray("missing");
    missing.forEach(sentences::add);
    return Response.json(missing.isEmpty() ? 200 : 503, Json.bytes(json));
  }

  private Response alarms(Request request) {
    ObjectNode json = Json.object();
    ArrayNode alarms = json.putArray("alarms");
    database.read(c -> {
      try (PreparedStatement statement = c.prepareStatement(ALARMS)) {
        statement.setInt(1, MAX_ALARMS);
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            alarms
                .addObject()
                .put("kind", row.getString(1))
                .put("subject", row.getString(2))
                .put("count", row.getLong(3))
                .put("first_at", row.getObject(4, OffsetDateTime.class).toInstant().toString())
                .put("last_at", row.getObject(5, OffsetDateTime.class).toInstant().toString());
          }
        }
      }
      return alarms;
    });
    return Answers.ok(json);
  }
}
