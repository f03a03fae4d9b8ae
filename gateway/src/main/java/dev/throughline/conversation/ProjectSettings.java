package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.Database;
import dev.throughline.vault.Owner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What a project sets for all its contacts (contract, 2: {@code /settings}). */
public final class ProjectSettings {
  private static final String ALL = "select project, unified_contact from project_setting";
  private static final String SET =
      """
      insert into project_setting (project, unified_contact) values (?, ?)
      on conflict (project) do update set unified_contact = excluded.unified_contact
      """;
  private static final String UNSET = "delete from project_setting where project = ?";

  private final Database database;
  private final Log log;
  private final Drafts drafts;
  private final Directory directory;

  public ProjectSettings(Database database, Log log, Drafts drafts, Directory directory) {
    this.database = database;
    this.log = log;
    this.drafts = drafts;
    this.directory = directory;
  }

  /** Which projects keep one contact for the sibling addresses of a person, and which do not. */
  static Map<ProjectId, Boolean> unified(Database database) {
    return database.read(c -> {
      Map<ProjectId, Boolean> unified = new HashMap<>();
      try (PreparedStatement statement = c.prepareStatement(ALL);
          ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          unified.put(new ProjectId(row.getString(1)), row.getBoolean(2));
        }
      }
      return unified;
    });
  }

  /** Sets it, or with an empty value goes back to what holds where nothing is set. */
  public void unifiedContact(ProjectId project, Optional<Boolean> value) {
    ObjectNode record = Json.object();
    record.put(Changes.CHANGE, Changes.SETTINGS);
    value.ifPresent(unified -> record.put("unified_contact_id_enabled", unified));
    Draft draft =
        drafts
            .draft(Changes.KIND, new Subject.Project(project.value()))
            .part(new Owner.Project(project), Json.bytes(record))
            .build();
    database.transaction(c -> {
      write(c, project, value);
      return log.append(draft, c);
    });
    directory.reload();
  }

  private static void write(Connection c, ProjectId project, Optional<Boolean> value)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(value.isPresent() ? SET : UNSET)) {
      statement.setString(1, project.value());
      if (value.isPresent()) {
        statement.setBoolean(2, value.get());
      }
      statement.executeUpdate();
    }
  }
}
