package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** SQL of table {@code template}. A template is kept as the API shows it. */
public final class TemplateStore {
  private static final String ALL =
      "select project, id, sealed from template where project = ? order by created, id limit ?";
  private static final String COUNT = "select count(*) from template where project = ?";
  private static final String FIND =
      """
      select project, id, sealed from template
      where (project, id) in (select * from unnest(?::text[], ?::text[]))
      """;
  private static final String INSERT =
      "insert into template (project, id, created, version, sealed) values (?, ?, ?, ?, ?)";
  private static final String UPDATE =
      """
      update template set version = ?, sealed = ?
      where project = ? and id = ? and version = ?
      """;
  private static final String DELETE = "delete from template where project = ? and id = ?";

  /** The contract names no limit; this bounds what a list costs. */
  public static final int MAX_TEMPLATES = 1_000;

  private final Database database;
  private final Vault vault;

  public TemplateStore(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /** Which template of which project. */
  record Place(ProjectId project, String id) {}

  /** A template whose content is still sealed. */
  record Row(Place place, Bytes sealed) {}

  /** All of a project's, oldest first. */
  public List<ObjectNode> all(ProjectId project) {
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(ALL)) {
            statement.setString(1, project.value());
            statement.setInt(2, MAX_TEMPLATES);
            return rows(statement);
          }
        });
    load(vault, rows);
    return rows.stream().flatMap(row -> open(vault, row).stream()).toList();
  }

  public Optional<ObjectNode> find(ProjectId project, String id) {
    List<Row> rows = database.read(c -> find(c, List.of(new Place(project, id))));
    load(vault, rows);
    return rows.stream().findFirst().flatMap(row -> open(vault, row));
  }

  static List<Row> find(Connection connection, Collection<Place> places) throws SQLException {
    if (places.isEmpty()) {
      return List.of();
    }
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setArray(
          1,
          connection.createArrayOf(
              "text", places.stream().map(place -> place.project().value()).toArray()));
      statement.setArray(
          2, connection.createArrayOf("text", places.stream().map(Place::id).toArray()));
      return rows(statement);
    }
  }

  static void load(Vault vault, Collection<Row> rows) {
    vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
  }

  static Optional<ObjectNode> open(Vault vault, Row row) {
    return vault.open(row.sealed(), associated(row.place())).map(Json::object);
  }

  public static int count(Connection connection, ProjectId project) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      statement.setString(1, project.value());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  public static void insert(
      Connection connection,
      Vault vault,
      DataKey key,
      ProjectId project,
      ObjectNode template,
      Instant now)
      throws SQLException {
    Place place = new Place(project, template.path("id").asString());
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setString(1, project.value());
      statement.setString(2, place.id());
      statement.setObject(3, now.atOffset(ZoneOffset.UTC));
      statement.setInt(4, template.path("version").asInt());
      statement.setBytes(5, sealed(vault, key, place, template));
      statement.executeUpdate();
    }
  }

  /** False if the template has another version than {@code before} by now, or is gone. */
  public static boolean update(
      Connection connection,
      Vault vault,
      DataKey key,
      ProjectId project,
      ObjectNode template,
      int before)
      throws SQLException {
    Place place = new Place(project, template.path("id").asString());
    try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
      statement.setInt(1, template.path("version").asInt());
      statement.setBytes(2, sealed(vault, key, place, template));
      statement.setString(3, project.value());
      statement.setString(4, place.id());
      statement.setInt(5, before);
      return statement.executeUpdate() > 0;
    }
  }

  public static void delete(Connection connection, ProjectId project, String id)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
      statement.setString(1, project.value());
      statement.setString(2, id);
      statement.executeUpdate();
    }
  }

  private static List<Row> rows(PreparedStatement statement) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new Row(
                new Place(new ProjectId(row.getString(1)), row.getString(2)),
                Bytes.wrap(row.getBytes(3))));
      }
    }
    return rows;
  }

  private static byte[] sealed(Vault vault, DataKey key, Place place, ObjectNode template) {
    return vault.seal(key, Json.bytes(template).array(), associated(place)).array();
  }

  private static byte[] associated(Place place) {
    return ("template " + place.project() + " " + place.id()).getBytes(StandardCharsets.US_ASCII);
  }
}
