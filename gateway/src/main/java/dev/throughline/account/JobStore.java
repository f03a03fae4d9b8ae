package dev.throughline.account;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** SQL of tables {@code line_job} and {@code line_job_note}. */
final class JobStore {
  /** What a job shows of itself at most. */
  static final int MAX_NOTES = 1_000;

  private static final String COLUMNS =
      "id, project, app, account, kind, state, created, updated, sealed";

  private static final String INSERT =
      """
      insert into line_job (id, project, app, account, kind, state, created, updated, sealed)
      values (?, ?, ?, ?, ?, 'running', ?, ?, ?)
      """;

  private static final String BY_ID = "select " + COLUMNS + " from line_job where id = ?";

  private static final String PAGE =
      "select " + COLUMNS + " from line_job where app = ? and id < ? order by id desc limit ?";

  /** Whoever asked it to stop meanwhile is not forgotten. */
  private static final String UPDATE =
      """
      update line_job set
        state = case when state = 'stopping' and ? = 'running' then 'stopping' else ? end,
        updated = ?, sealed = ?
      where id = ?
      """;

  private static final String STOP =
      "update line_job set state = 'stopping', updated = ? where id = ? and state = 'running'";

  private static final String RESUME =
      """
      update line_job set state = 'running', updated = ?
      where id = ? and state in ('failed', 'stopped')
      """;

  private static final String NOTE =
      """
      insert into line_job_note (job, number, sealed)
      select ?, coalesce(max(number), 0) + 1, ? from line_job_note where job = ?
      """;

  private static final String NOTES =
      "select number, sealed from line_job_note where job = ? order by number limit ?";

  private final Database database;
  private final Vault vault;

  JobStore(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /** A new job, in the caller's transaction. */
  void insert(Connection c, Job job, DataKey key) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(INSERT)) {
      statement.setObject(1, job.id().toUuid());
      statement.setString(2, job.project().value());
      statement.setObject(3, job.app().value().toUuid());
      statement.setObject(4, job.account().value().toUuid());
      statement.setString(5, word(job.kind()));
      statement.setObject(6, job.created().atOffset(ZoneOffset.UTC));
      statement.setObject(7, job.updated().atOffset(ZoneOffset.UTC));
      statement.setBytes(8, seal(key, job.id(), job.document()));
      statement.executeUpdate();
    }
  }

  Optional<Job> find(Ulid id) {
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(BY_ID)) {
            statement.setObject(1, id.toUuid());
            return rows(statement);
          }
        });
    return rows.stream().findFirst().flatMap(this::open);
  }

  /** The newest first. */
  List<Job> page(AppId app, Optional<Ulid> after, int size) {
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(PAGE)) {
            statement.setObject(1, app.value().toUuid());
            statement.setObject(2, after.map(Ulid::toUuid).orElse(new UUID(-1, -1)));
            statement.setInt(3, size);
            return rows(statement);
          }
        });
    List<Job> jobs = new ArrayList<>();
    rows.forEach(row -> open(row).ifPresent(jobs::add));
    return jobs;
  }

  List<ObjectNode> notes(Ulid job) {
    List<ObjectNode> notes = new ArrayList<>();
    List<Note> rows =
        database.read(c -> {
          List<Note> found = new ArrayList<>();
          try (PreparedStatement statement = c.prepareStatement(NOTES)) {
            statement.setObject(1, job.toUuid());
            statement.setInt(2, MAX_NOTES);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                found.add(new Note(row.getInt(1), Bytes.wrap(row.getBytes(2))));
              }
            }
          }
          return found;
        });
    for (Note note : rows) {
      vault.open(note.sealed(), noteAssociated(job)).map(Json::object).ifPresent(notes::add);
    }
    return notes;
  }

  /** What a step came to, in the fold's transaction. */
  int update(
      Connection c,
      DataKey key,
      Ulid job,
      Job.State state,
      ObjectNode document,
      List<ObjectNode> notes,
      Instant at)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(UPDATE)) {
      statement.setString(1, word(state));
      statement.setString(2, word(state));
      statement.setObject(3, at.atOffset(ZoneOffset.UTC));
      statement.setBytes(4, seal(key, job, document));
      statement.setObject(5, job.toUuid());
      if (statement.executeUpdate() == 0) {
        return 0;
      }
    }
    try (PreparedStatement statement = c.prepareStatement(NOTE)) {
      for (ObjectNode note : notes) {
        statement.setObject(1, job.toUuid());
        statement.setBytes(
            2, vault.seal(key, Json.bytes(note).array(), noteAssociated(job)).array());
        statement.setObject(3, job.toUuid());
        statement.executeUpdate();
      }
    }
    return 1;
  }

  /** False if it was over. */
  boolean stop(Connection c, Ulid job, Instant at) throws SQLException {
    return set(c, STOP, job, at);
  }

  /** False if it was not over, or is done. */
  boolean resume(Connection c, Ulid job, Instant at) throws SQLException {
    return set(c, RESUME, job, at);
  }

  private static boolean set(Connection c, String sql, Ulid job, Instant at) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setObject(1, at.atOffset(ZoneOffset.UTC));
      statement.setObject(2, job.toUuid());
      return statement.executeUpdate() == 1;
    }
  }

  private byte[] seal(DataKey key, Ulid job, ObjectNode document) {
    return vault.seal(key, Json.bytes(document).array(), associated(job)).array();
  }

  private Optional<Job> open(Row row) {
    return vault
        .open(row.sealed(), associated(row.id()))
        .map(document ->
            new Job(
                row.id(),
                row.project(),
                row.app(),
                row.account(),
                Job.Kind.valueOf(row.kind().toUpperCase(Locale.ROOT)),
                Job.State.valueOf(row.state().toUpperCase(Locale.ROOT)),
                row.created(),
                row.updated(),
                Json.object(document)));
  }

  private static List<Row> rows(PreparedStatement statement) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new Row(
                Ulids.of(row.getObject(1, UUID.class)),
                new ProjectId(row.getString(2)),
                new AppId(Ulids.of(row.getObject(3, UUID.class))),
                new AccountId(Ulids.of(row.getObject(4, UUID.class))),
                row.getString(5),
                row.getString(6),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                row.getObject(8, OffsetDateTime.class).toInstant(),
                Bytes.wrap(row.getBytes(9))));
      }
    }
    return rows;
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static byte[] associated(Ulid job) {
    return ("line_job " + job).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] noteAssociated(Ulid job) {
    return ("line_job_note " + job).getBytes(StandardCharsets.US_ASCII);
  }

  private record Row(
      Ulid id,
      ProjectId project,
      AppId app,
      AccountId account,
      String kind,
      String state,
      Instant created,
      Instant updated,
      Bytes sealed) {}

  private record Note(int number, Bytes sealed) {}
}
