package dev.throughline.callback;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ids.WebhookId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Opened;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * All callback targets, in memory: asked for on every fact, changed seldom. Whoever changes one
 * reloads them. Also the SQL of table {@code webhook}.
 */
public final class Webhooks {
  private static final String ALL =
      """
      select w.id, w.app, a.project, w.state, w.state_at, w.sealed
      from webhook w join app a on a.id = w.app
      order by w.id
      """;

  private static final String INSERT =
      "insert into webhook (id, app, created, sealed) values (?, ?, ?, ?)";

  private static final String UPDATE =
      "update webhook set sealed = ?, state = 'active', state_at = ?, failing = 0 where id = ?";

  private static final String DELETE = "delete from webhook where id = ?";

  private final Database database;
  private final Vault vault;
  private final Opened<Row, Webhook> opened;
  private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of(), Map.of());

  public Webhooks(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
    this.opened = new Opened<>(row -> open(vault, row));
  }

  /** Reads all webhooks anew. */
  public synchronized void reload() {
    List<Row> rows = database.read(Webhooks::rows);
    vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    Map<WebhookId, Webhook> byId = new HashMap<>();
    Map<AppId, List<Webhook>> byApp = new HashMap<>();
    Map<ProjectId, List<Webhook>> byProject = new HashMap<>();
    for (Webhook webhook : opened.all(rows)) {
      byId.put(webhook.id(), webhook);
      byApp.computeIfAbsent(webhook.app(), a -> new ArrayList<>()).add(webhook);
      byProject.computeIfAbsent(webhook.project(), p -> new ArrayList<>()).add(webhook);
    }
    snapshot = new Snapshot(byId, byApp, byProject);
  }

  public Optional<Webhook> find(WebhookId id) {
    return Optional.ofNullable(snapshot.byId.get(id));
  }

  public List<Webhook> ofApp(AppId app) {
    return snapshot.byApp.getOrDefault(app, List.of());
  }

  public List<Webhook> ofProject(ProjectId project) {
    return snapshot.byProject.getOrDefault(project, List.of());
  }

  public Collection<Webhook> all() {
    return snapshot.byId.values();
  }

  /** Whatever was wrong with a target, a change of it is a new start: it is active again. */
  public static void write(
      Connection connection,
      Vault vault,
      DataKey key,
      WebhookId id,
      AppId app,
      ObjectNode json,
      boolean fresh,
      Instant now)
      throws SQLException {
    byte[] sealed = vault.seal(key, Json.bytes(json).array(), associated(id.value())).array();
    try (PreparedStatement statement = connection.prepareStatement(fresh ? INSERT : UPDATE)) {
      if (fresh) {
        statement.setObject(1, id.value().toUuid());
        statement.setObject(2, app.value().toUuid());
        statement.setObject(3, now.atOffset(ZoneOffset.UTC));
        statement.setBytes(4, sealed);
      } else {
        statement.setBytes(1, sealed);
        statement.setObject(2, now.atOffset(ZoneOffset.UTC));
        statement.setObject(3, id.value().toUuid());
      }
      statement.executeUpdate();
    }
  }

  public static boolean delete(Connection connection, WebhookId id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
      statement.setObject(1, id.value().toUuid());
      return statement.executeUpdate() > 0;
    }
  }

  private static Optional<Webhook> open(Vault vault, Row row) {
    return vault
        .open(row.sealed(), associated(row.id().value()))
        .map(json -> webhook(row, Json.object(json)));
  }

  private static Webhook webhook(Row row, ObjectNode json) {
    Set<String> triggers = new HashSet<>();
    for (JsonNode trigger : json.path("triggers")) {
      triggers.add(trigger.asString(""));
    }
    return new Webhook(
        row.id(),
        row.app(),
        row.project(),
        Json.string(json, "target").orElse(""),
        Json.string(json, "target_type").filter("HTTP"::equals).isPresent(),
        Json.string(json, "secret").filter(secret -> !secret.isEmpty()),
        ClientCredentials.of(json.path("client_credentials")),
        triggers,
        row.state(),
        row.stateAt(),
        Json.bytes(json));
  }

  private static List<Row> rows(Connection connection) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(ALL);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new Row(
                new WebhookId(Ulids.of(row.getObject(1, UUID.class))),
                new AppId(Ulids.of(row.getObject(2, UUID.class))),
                new ProjectId(row.getString(3)),
                Webhook.State.of(row.getString(4)),
                Optional.ofNullable(row.getObject(5, OffsetDateTime.class))
                    .map(OffsetDateTime::toInstant),
                Bytes.wrap(row.getBytes(6))));
      }
    }
    return rows;
  }

  private static byte[] associated(Ulid id) {
    return ("webhook " + id).getBytes(StandardCharsets.US_ASCII);
  }

  private record Row(
      WebhookId id,
      AppId app,
      ProjectId project,
      Webhook.State state,
      Optional<Instant> stateAt,
      Bytes sealed) {}

  private record Snapshot(
      Map<WebhookId, Webhook> byId,
      Map<AppId, List<Webhook>> byApp,
      Map<ProjectId, List<Webhook>> byProject) {}
}
