package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Projects: what keys, apps and contacts belong to. */
public final class Projects {
  private static final String INSERT = "insert into project (id, created, sealed) values (?, ?, ?)";
  private static final String EXISTS = "select 1 from project where id = ?";
  private static final String ALL = "select id from project order by id";

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Drafts drafts;
  private final InstantSource clock;

  public Projects(Database database, Vault vault, Log log, Drafts drafts, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.drafts = drafts;
    this.clock = clock;
  }

  /** False if there is a project of this id. */
  public boolean create(ProjectId id, String displayName) {
    ObjectNode record = Json.object();
    record.put("change", "project_created");
    record.put("project", id.value());
    record.put("display_name", displayName);
    Owner owner = new Owner.Project(id);
    Draft draft =
        drafts
            .draft(Kind.CONFIGURATION, new Subject.Installation())
            .part(owner, Json.bytes(record))
            .build();
    DataKey key = vault.keyFor(owner);
    ObjectNode json = Json.object();
    json.put("display_name", displayName);
    Bytes sealed =
        vault.seal(
            key, Json.bytes(json).array(), ("project " + id).getBytes(StandardCharsets.US_ASCII));
    try {
      database.transaction(c -> {
        Vault.insert(c, List.of(key));
        try (PreparedStatement statement = c.prepareStatement(INSERT)) {
          statement.setString(1, id.value());
          statement.setObject(2, clock.instant().atOffset(ZoneOffset.UTC));
          statement.setBytes(3, sealed.array());
          statement.executeUpdate();
        }
        return log.append(draft, c);
      });
    } catch (DatabaseException.UniqueViolation exists) {
      return false;
    }
    vault.admit(Map.of(owner, key));
    return true;
  }

  public boolean exists(ProjectId id) {
    return database.read(c -> {
      try (PreparedStatement statement = c.prepareStatement(EXISTS)) {
        statement.setString(1, id.value());
        try (ResultSet row = statement.executeQuery()) {
          return row.next();
        }
      }
    });
  }

  /** Every project, in the order of their ids. */
  public List<ProjectId> all() {
    return database.read(c -> {
      List<ProjectId> projects = new ArrayList<>();
      try (PreparedStatement statement = c.prepareStatement(ALL);
          ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          projects.add(new ProjectId(row.getString(1)));
        }
      }
      return projects;
    });
  }
}
