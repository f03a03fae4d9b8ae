package dev.throughline.task;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ulids;
import dev.throughline.store.UuidArray;
import dev.throughline.task.Task.Change;
import dev.throughline.task.Task.Priority;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** SQL of table {@code task}. */
public final class TaskStore {
  private static final String COLUMNS =
      "id, lane, seq, kind, priority, due, attempt, attempt_at, tries, doubtful, app,"
          + " contact, target, sealed";

  private static final String INSERT =
      """
      insert into task (id, lane, seq, kind, priority, due, state, tries, doubtful, app, contact,
        target, at, sealed)
      select id, lane, seq, kind, priority, due, 'ready', 0, doubtful, app, contact, target, ?,
        sealed
      from unnest(?::uuid[], ?::text[], ?::bigint[], ?::text[], ?::smallint[], ?::timestamptz[],
        ?::uuid[], ?::uuid[], ?::uuid[], ?::bytea[], ?::boolean[])
        as t (id, lane, seq, kind, priority, due, app, contact, target, sealed, doubtful)
      """;

  private static final String ATTEMPTED =
      """
      update task set attempt = c.attempt, attempt_at = coalesce(task.attempt_at, c.at)
      from unnest(?::uuid[], ?::uuid[], ?::timestamptz[]) as c (id, attempt, at)
      where task.id = c.id
      """;

  private static final String AGAIN =
      """
      update task set state = 'ready', attempt = null, due = c.due, tries = c.tries,
        error = c.error, doubtful = task.doubtful or c.doubtful
      from unnest(?::uuid[], ?::timestamptz[], ?::int[], ?::text[], ?::boolean[])
        as c (id, due, tries, error, doubtful)
      where task.id = c.id
      """;

  private static final String SHELVED =
      """
      update task set state = c.state, tries = c.tries, error = c.error, attempt = null,
        doubtful = task.doubtful or c.state = 'unknown'
      from unnest(?::uuid[], ?::text[], ?::int[], ?::text[]) as c (id, state, tries, error)
      where task.id = c.id
      """;

  private static final String DONE = "delete from task where id = any (?)";

  private static final String READY =
      "select " + COLUMNS + " from task where state = 'ready' order by seq";

  private static final String OF_LANE =
      "select "
          + COLUMNS
          + " from task where lane = ? and seq > ? and state = 'ready' order by seq limit ?";

  private static final String OF_TARGET =
      "select " + COLUMNS + " from task where target = ? and state = 'ready' order by seq limit ?";

  private static final String BY_ID =
      "select " + COLUMNS + " from task where id = any (?) and state = 'ready' order by seq";

  private static final String ALL_BY_ID = "select " + COLUMNS + " from task where id = any (?)";

  private TaskStore() {}

  /** Writes the changes in the caller's transaction; of several of one task, the last counts. */
  public static void write(Connection connection, List<Change> changes, Instant now)
      throws SQLException {
    List<Task> created = new ArrayList<>();
    List<Change.Attempted> attempted = new ArrayList<>();
    List<Change.Again> again = new ArrayList<>();
    List<Change.Shelved> shelved = new ArrayList<>();
    List<Ulid> done = new ArrayList<>();
    for (Change change : changes) {
      switch (change) {
        case Change.Created(Task task) -> created.add(task);
        case Change.Attempted a -> attempted.add(a);
        case Change.Again a -> again.add(a);
        case Change.Shelved s -> shelved.add(s);
        case Change.Done(Ulid id) -> done.add(id);
      }
    }
    leaveOut(created, attempted, again, shelved, done);
    insert(connection, created, now);
    if (!attempted.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(ATTEMPTED)) {
        statement.setArray(1, uuids(connection, attempted.stream().map(Change::id).toList()));
        statement.setArray(
            2, uuids(connection, attempted.stream().map(Change.Attempted::attempt).toList()));
        statement.setArray(
            3, times(connection, attempted.stream().map(Change.Attempted::at).toList()));
        statement.executeUpdate();
      }
    }
    if (!again.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(AGAIN)) {
        statement.setArray(1, uuids(connection, again.stream().map(Change::id).toList()));
        statement.setArray(2, times(connection, again.stream().map(Change.Again::due).toList()));
        statement.setArray(
            3,
            connection.createArrayOf(
                "int4", again.stream().map(Change.Again::tries).toArray(Integer[]::new)));
        statement.setArray(
            4,
            connection.createArrayOf(
                "text", again.stream().map(Change.Again::error).toArray(String[]::new)));
        statement.setArray(
            5,
            connection.createArrayOf(
                "bool", again.stream().map(Change.Again::inDoubt).toArray(Boolean[]::new)));
        statement.executeUpdate();
      }
    }
    if (!shelved.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(SHELVED)) {
        statement.setArray(1, uuids(connection, shelved.stream().map(Change::id).toList()));
        statement.setArray(
            2,
            connection.createArrayOf(
                "text", shelved.stream().map(s -> state(s.shelf())).toArray(String[]::new)));
        statement.setArray(
            3,
            connection.createArrayOf(
                "int4", shelved.stream().map(Change.Shelved::tries).toArray(Integer[]::new)));
        statement.setArray(
            4,
            connection.createArrayOf(
                "text", shelved.stream().map(Change.Shelved::error).toArray(String[]::new)));
        statement.executeUpdate();
      }
    }
    if (!done.isEmpty()) {
      try (PreparedStatement statement = connection.prepareStatement(DONE)) {
        statement.setArray(1, uuids(connection, done));
        statement.executeUpdate();
      }
    }
  }

  /** What became of tasks that end in the same transaction is nothing to write. */
  private static void leaveOut(
      List<Task> created,
      List<Change.Attempted> attempted,
      List<Change.Again> again,
      List<Change.Shelved> shelved,
      List<Ulid> done) {
    if (done.isEmpty()) {
      return;
    }
    Set<Ulid> ended = new HashSet<>(done);
    attempted.removeIf(change -> ended.contains(change.id()));
    again.removeIf(change -> ended.contains(change.id()));
    shelved.removeIf(change -> ended.contains(change.id()));
    Set<Ulid> never = new HashSet<>();
    created.removeIf(task -> ended.contains(task.id()) && never.add(task.id()));
    done.removeIf(never::contains);
  }

  /** Every task of these ids, in whatever state. */
  public static List<Task> find(Connection connection, List<Ulid> ids) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ALL_BY_ID)) {
      statement.setArray(1, uuids(connection, ids));
      return tasks(statement);
    }
  }

  static List<Task> ready(Connection connection, List<Ulid> ids) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_ID)) {
      statement.setArray(1, uuids(connection, ids));
      return tasks(statement);
    }
  }

  /** All that are to be tried, in order. */
  static List<Task> ready(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(READY)) {
      return tasks(statement);
    }
  }

  static List<Task> ofLane(Connection connection, String lane, long after, int max)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OF_LANE)) {
      statement.setString(1, lane);
      statement.setLong(2, after);
      statement.setInt(3, max);
      return tasks(statement);
    }
  }

  static List<Task> ofTarget(Connection connection, Ulid target, int max) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OF_TARGET)) {
      statement.setObject(1, target.toUuid());
      statement.setInt(2, max);
      return tasks(statement);
    }
  }

  static String state(Task.Shelf shelf) {
    return switch (shelf) {
      case DEAD -> "dead";
      case UNKNOWN -> "unknown";
    };
  }

  private static void insert(Connection connection, List<Task> tasks, Instant now)
      throws SQLException {
    if (tasks.isEmpty()) {
      return;
    }
    int n = tasks.size();
    UUID[] ids = new UUID[n];
    String[] lanes = new String[n];
    Long[] seqs = new Long[n];
    String[] kinds = new String[n];
    Short[] priorities = new Short[n];
    List<Instant> dues = new ArrayList<>(n);
    UUID[] apps = new UUID[n];
    UUID[] contacts = new UUID[n];
    UUID[] targets = new UUID[n];
    byte[][] sealed = new byte[n][];
    Boolean[] doubtful = new Boolean[n];
    for (int i = 0; i < n; i++) {
      Task task = tasks.get(i);
      ids[i] = task.id().toUuid();
      lanes[i] = task.lane();
      seqs[i] = task.seq();
      kinds[i] = task.kind();
      priorities[i] = (short) task.priority().rank();
      dues.add(task.due());
      apps[i] = task.app().map(a -> a.value().toUuid()).orElse(null);
      contacts[i] = task.contact().map(c -> c.value().toUuid()).orElse(null);
      targets[i] = task.target().map(Ulid::toUuid).orElse(null);
      sealed[i] = task.sealed().array();
      doubtful[i] = task.doubtful();
    }
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      statement.setArray(2, UuidArray.of(connection, Arrays.asList(ids)));
      statement.setArray(3, connection.createArrayOf("text", lanes));
      statement.setArray(4, connection.createArrayOf("int8", seqs));
      statement.setArray(5, connection.createArrayOf("text", kinds));
      statement.setArray(6, connection.createArrayOf("int2", priorities));
      statement.setArray(7, times(connection, dues));
      statement.setArray(8, UuidArray.of(connection, Arrays.asList(apps)));
      statement.setArray(9, UuidArray.of(connection, Arrays.asList(contacts)));
      statement.setArray(10, UuidArray.of(connection, Arrays.asList(targets)));
      statement.setArray(11, connection.createArrayOf("bytea", sealed));
      statement.setArray(12, connection.createArrayOf("bool", doubtful));
      statement.executeUpdate();
    }
  }

  private static List<Task> tasks(PreparedStatement statement) throws SQLException {
    List<Task> tasks = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        tasks.add(
            new Task(
                Ulids.of(row.getObject(1, UUID.class)),
                row.getString(2),
                row.getLong(3),
                row.getString(4),
                Priority.of(row.getInt(5)),
                row.getObject(6, OffsetDateTime.class).toInstant(),
                ulid(row, 7),
                Optional.ofNullable(row.getObject(8, OffsetDateTime.class))
                    .map(OffsetDateTime::toInstant),
                row.getInt(9),
                row.getBoolean(10),
                ulid(row, 11).map(AppId::new),
                ulid(row, 12).map(ContactId::new),
                ulid(row, 13),
                Bytes.wrap(row.getBytes(14))));
      }
    }
    return tasks;
  }

  private static Optional<Ulid> ulid(ResultSet row, int column) throws SQLException {
    @Nullable UUID uuid = row.getObject(column, UUID.class);
    return Optional.ofNullable(uuid).map(Ulids::of);
  }

  private static Array uuids(Connection connection, List<Ulid> ids) throws SQLException {
    return UuidArray.of(connection, ids.stream().map(Ulid::toUuid).toList());
  }

  private static Array times(Connection connection, List<Instant> times) throws SQLException {
    return connection.createArrayOf(
        "timestamptz",
        times.stream().map(t -> t.atOffset(ZoneOffset.UTC).toString()).toArray(String[]::new));
  }
}
