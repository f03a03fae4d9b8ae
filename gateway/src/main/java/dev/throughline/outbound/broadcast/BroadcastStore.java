package dev.throughline.outbound.broadcast;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
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
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/** SQL of tables {@code broadcast}, {@code broadcast_chunk} and {@code broadcast_count}. */
public final class BroadcastStore {
  private static final String COLUMNS =
      """
      id, project, app, state, created, updated, chunks, done, stage, stage_end, stopped, quiet,
      sealed
      """;

  private static final String INSERT =
      """
      insert into broadcast (id, project, app, state, created, updated, sealed)
      values (?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String BY_ID = "select " + COLUMNS + " from broadcast where id = ?";

  private static final String PAGE =
      "select " + COLUMNS + " from broadcast where project = ? and id < ? order by id desc limit ?";

  private static final String MOVE =
      """
      update broadcast set state = ?, updated = ?, stopped = ?, quiet = ?
      where id = ? and state = any (?)
      """;

  private static final String STAGE =
      """
      update broadcast
      set state = 'RUNNING', stage = ?, stage_end = ?, updated = ?, stopped = null, quiet = null
      where id = ? and state = ? and stage_end = ? and chunks = ?
      """;

  private static final String FILLED =
      """
      update broadcast set state = 'READY', chunks = ?, buckets = ?, updated = ?, filled = ?
      where id = ? and state in ('DRAFT', 'READY')
      """;

  /** One more chunk is through: whoever ends a stage, or all of it, says so. */
  private static final String THROUGH =
      """
      with through as (
        update broadcast_chunk set done = true, attempt = ?, outcome = ?, sent = ?
        where broadcast = ? and number = ? and not done
        returning broadcast),
      counted as (
        insert into broadcast_count as known (broadcast, phase, what, count)
        select through.broadcast, ?, what, count
        from through, unnest(?::text[], ?::bigint[]) as t (what, count)
        on conflict (broadcast, phase, what) do update set count = known.count + excluded.count)
      update broadcast set
        done = done + 1,
        updated = ?,
        quiet = case when stopped is null then null else ? end,
        state = case
          when done + 1 >= chunks and state in ('RUNNING', 'PAUSED') then 'COMPLETED'
          when done + 1 >= stage_end and state = 'RUNNING' and ? then 'STAGED'
          else state end,
        stage = case when done + 1 >= stage_end and done + 1 < chunks and not ?
          then stage + 1 else stage end,
        stage_end = case when done + 1 >= stage_end and done + 1 < chunks and not ?
          then ? else stage_end end
      where id = ? and exists (select from through)
      """;

  private static final String PROOF =
      "select attempt, outcome from broadcast_chunk where broadcast = ? and number = ?";

  private static final String CHUNK =
      "select sealed from broadcast_chunk where broadcast = ? and number = ?";

  /** Parts serve one entry: not if it is in the log already. */
  private static final String TO_SEND =
      """
      select k.sealed, p.entry, p.month, p.recipients, p.subtrees
      from broadcast_chunk k left join broadcast_parts p
        on p.broadcast = k.broadcast and p.number = k.number
        and not exists (select from entry e where e.id = p.entry)
      where k.broadcast = ? and k.number = ?
      """;

  private static final String ADD_CHUNK =
      "insert into broadcast_chunk (broadcast, number, people, sealed) values (?, ?, ?, ?)";

  private static final String REPLACE_CHUNK =
      "update broadcast_chunk set people = ?, sealed = ? where broadcast = ? and number = ?";

  private static final String CLEAR_CHUNKS = "delete from broadcast_chunk where broadcast = ?";

  private static final String CLEAR_COUNTS =
      "delete from broadcast_count where broadcast = ? and phase = ?";

  private static final String COUNT =
      """
      insert into broadcast_count as known (broadcast, phase, what, count) values (?, ?, ?, ?)
      on conflict (broadcast, phase, what) do update set count = known.count + excluded.count
      """;

  private static final String COUNTS =
      "select what, count from broadcast_count where broadcast = ? and phase = ? order by what";

  private static final String WAITING =
      """
      select count(*) from broadcast_message made join message m on m.id = made.message
      where made.broadcast = ? and m.status = 'QUEUED'
      """;

  private static final String PAUSED = "select id from broadcast where state = 'PAUSED'";

  private static final int KEPT_OPEN = 64;

  private final Database database;
  private final Vault vault;
  private final RecentlyUsed<Ulid, Opened> opened = new RecentlyUsed<>(KEPT_OPEN);

  public BroadcastStore(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /** What is counted. */
  public enum Phase {
    /** Before anything is sent: what is known of everybody. */
    PREFLIGHT,
    /** What became of them. */
    SENT,
    /** Who answered, kept when nobody knows any more who that was. */
    ANSWERED
  }

  void insert(Connection c, Broadcast broadcast, DataKey key) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(INSERT)) {
      s.setObject(1, broadcast.id().toUuid());
      s.setString(2, broadcast.standing().project().value());
      s.setObject(3, broadcast.standing().app().value().toUuid());
      s.setString(4, broadcast.state().name());
      s.setObject(5, at(broadcast.standing().created()));
      s.setObject(6, at(broadcast.standing().updated()));
      s.setBytes(
          7,
          vault.seal(key, broadcast.order().toBytes().array(), associated(broadcast.id())).array());
      s.executeUpdate();
    }
  }

  public Optional<Broadcast> find(Ulid id) {
    return database.read(c -> find(c, id));
  }

  Optional<Broadcast> find(Connection c, Ulid id) throws SQLException {
    List<Row> rows;
    try (PreparedStatement s = c.prepareStatement(BY_ID)) {
      s.setObject(1, id.toUuid());
      rows = rows(s);
    }
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    Broadcast.Standing standing = rows.getFirst().standing();
    Bytes sealed = rows.getFirst().sealed();
    Opened known = opened.get(id);
    if (known != null && known.sealed().equals(sealed)) {
      return Optional.of(new Broadcast(standing, known.order()));
    }
    Optional<Order> order = vault.open(c, sealed, associated(id)).map(Order::of);
    order.ifPresent(found -> opened.put(id, new Opened(sealed, found)));
    return order.map(found -> new Broadcast(standing, found));
  }

  /** The newest first. */
  List<Broadcast> page(ProjectId project, Optional<Ulid> after, int size) {
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement s = c.prepareStatement(PAGE)) {
            s.setString(1, project.value());
            s.setObject(2, after.map(Ulid::toUuid).orElse(new UUID(-1, -1)));
            s.setInt(3, size);
            return rows(s);
          }
        });
    List<Broadcast> found = new ArrayList<>();
    rows.forEach(row -> open(row).ifPresent(found::add));
    return found;
  }

  /** Those whose tasks are held: named to the tasks before they start. */
  public List<Ulid> paused() {
    return database.read(c -> {
      List<Ulid> found = new ArrayList<>();
      try (PreparedStatement s = c.prepareStatement(PAUSED);
          ResultSet row = s.executeQuery()) {
        while (row.next()) {
          found.add(Ulids.of(row.getObject(1, UUID.class)));
        }
      }
      return found;
    });
  }

  /** How many of the messages that were made one by one have not gone out. */
  long waiting(Ulid id) {
    return database.read(c -> {
      try (PreparedStatement s = c.prepareStatement(WAITING)) {
        s.setObject(1, id.toUuid());
        try (ResultSet row = s.executeQuery()) {
          row.next();
          return row.getLong(1);
        }
      }
    });
  }

  /** False if it is in none of the states that it can come from. */
  boolean move(
      Connection c,
      Ulid id,
      Broadcast.State state,
      Optional<Instant> stopped,
      Instant now,
      Broadcast.State... from)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(MOVE)) {
      s.setString(1, state.name());
      s.setObject(2, at(now));
      setOptional(s, 3, stopped);
      setOptional(s, 4, stopped);
      s.setObject(5, id.toUuid());
      s.setArray(6, c.createArrayOf("text", names(from)));
      return s.executeUpdate() == 1;
    }
  }

  /** Begins a stage; false if it does not stand any more as it did when that was decided. */
  boolean begin(Connection c, Broadcast.Standing decidedOn, int stage, int stageEnd, Instant now)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(STAGE)) {
      s.setInt(1, stage);
      s.setInt(2, stageEnd);
      s.setObject(3, at(now));
      s.setObject(4, decidedOn.id().toUuid());
      s.setString(5, decidedOn.state().name());
      s.setInt(6, decidedOn.stageEnd());
      s.setInt(7, decidedOn.chunks());
      return s.executeUpdate() == 1;
    }
  }

  /** Its audience is whole; false if it was started or ended meanwhile. */
  boolean filled(
      Connection c, Ulid id, int chunks, int buckets, Map<String, Long> counts, Instant now)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(FILLED)) {
      s.setInt(1, chunks);
      s.setInt(2, buckets);
      s.setObject(3, at(now));
      s.setObject(4, at(now));
      s.setObject(5, id.toUuid());
      if (s.executeUpdate() != 1) {
        return false;
      }
    }
    clear(c, CLEAR_COUNTS, id, Optional.of(Phase.PREFLIGHT));
    count(c, id, Phase.PREFLIGHT, counts);
    return true;
  }

  /**
   * In the fold's transaction; a chunk that was through before counts no second time.
   *
   * @param asks whether the stage that the chunk belongs to ends with a question
   * @param nextEnd where the stage after it ends
   */
  int through(
      Connection c,
      Ulid id,
      int chunk,
      boolean asks,
      int nextEnd,
      Map<String, Long> counts,
      Optional<Ulid> attempt,
      Ulid outcome,
      Instant at)
      throws SQLException {
    // In one order, so that two transactions cannot wait for each other.
    List<Map.Entry<String, Long>> sorted = List.copyOf(new TreeMap<>(counts).entrySet());
    try (PreparedStatement s = c.prepareStatement(THROUGH)) {
      if (attempt.isPresent()) {
        s.setObject(1, attempt.get().toUuid());
        s.setObject(2, outcome.toUuid());
      } else {
        s.setNull(1, Types.OTHER);
        s.setNull(2, Types.OTHER);
      }
      s.setObject(3, at(at));
      s.setObject(4, id.toUuid());
      s.setInt(5, chunk);
      s.setString(6, Phase.SENT.name());
      s.setArray(
          7,
          c.createArrayOf("text", sorted.stream().map(Map.Entry::getKey).toArray(String[]::new)));
      s.setArray(
          8,
          c.createArrayOf("int8", sorted.stream().map(Map.Entry::getValue).toArray(Long[]::new)));
      s.setObject(9, at(at));
      s.setObject(10, at(at));
      s.setBoolean(11, asks);
      s.setBoolean(12, asks);
      s.setBoolean(13, asks);
      s.setInt(14, nextEnd);
      s.setObject(15, id.toUuid());
      return s.executeUpdate();
    }
  }

  static void count(Connection c, Ulid id, Phase phase, Map<String, Long> counts)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(COUNT)) {
      for (Map.Entry<String, Long> each : new TreeMap<>(counts).entrySet()) {
        s.setObject(1, id.toUuid());
        s.setString(2, phase.name());
        s.setString(3, each.getKey());
        s.setLong(4, each.getValue());
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  Map<String, Long> counts(Ulid id, Phase phase) {
    return database.read(c -> {
      Map<String, Long> found = new TreeMap<>();
      try (PreparedStatement s = c.prepareStatement(COUNTS)) {
        s.setObject(1, id.toUuid());
        s.setString(2, phase.name());
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            found.put(row.getString(1), row.getLong(2));
          }
        }
      }
      return found;
    });
  }

  /** Forgets an audience, before another takes its place. */
  void clear(Connection c, Ulid id) throws SQLException {
    PreparedParts.forget(c, id);
    clear(c, CLEAR_CHUNKS, id, Optional.empty());
  }

  private static void clear(Connection c, String sql, Ulid id, Optional<Phase> phase)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(sql)) {
      s.setObject(1, id.toUuid());
      if (phase.isPresent()) {
        s.setString(2, phase.get().name());
      }
      s.executeUpdate();
    }
  }

  /** Chunks in order, the first of them {@code number}. */
  void add(Connection c, Ulid id, int number, List<Chunk> chunks, DataKey key) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(ADD_CHUNK)) {
      for (int i = 0; i < chunks.size(); i++) {
        s.setObject(1, id.toUuid());
        s.setInt(2, number + i);
        s.setInt(3, chunks.get(i).people().size());
        s.setBytes(
            4,
            vault.seal(key, chunks.get(i).toBytes().array(), associated(id, number + i)).array());
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  /** Takes people out of a chunk, and seals it as before. */
  void remove(Connection c, Ulid id, int number, Predicate<Addressee> who) throws SQLException {
    Bytes sealed;
    try (PreparedStatement s = c.prepareStatement(CHUNK)) {
      s.setObject(1, id.toUuid());
      s.setInt(2, number);
      try (ResultSet row = s.executeQuery()) {
        if (!row.next()) {
          return;
        }
        sealed = Bytes.wrap(row.getBytes(1));
      }
    }
    Optional<DataKey> known = vault.key(c, Vault.keyId(sealed));
    if (known.isEmpty()) {
      return;
    }
    DataKey key = known.get();
    Chunk before = Chunk.of(vault.open(key, sealed, associated(id, number)));
    Chunk left =
        new Chunk(
            before.people().stream().filter(who.negate()).toList(),
            before.epoch(),
            before.hashes());
    try (PreparedStatement s = c.prepareStatement(REPLACE_CHUNK)) {
      s.setInt(1, left.people().size());
      s.setBytes(2, vault.seal(key, left.toBytes().array(), associated(id, number)).array());
      s.setObject(3, id.toUuid());
      s.setInt(4, number);
      s.executeUpdate();
    }
  }

  /** Empty once the audience is gone. */
  Optional<List<Addressee>> chunk(Ulid id, int number) {
    return database.read(c -> {
      try (PreparedStatement s = c.prepareStatement(CHUNK)) {
        s.setObject(1, id.toUuid());
        s.setInt(2, number);
        try (ResultSet row = s.executeQuery()) {
          return row.next()
              ? vault
                  .open(c, Bytes.wrap(row.getBytes(1)), associated(id, number))
                  .map(bytes -> Chunk.of(bytes).people())
              : Optional.empty();
        }
      }
    });
  }

  /**
   * A chunk that is to be sent, and what of its request's entry was made beforehand.
   *
   * @param parts empty if there are none, or if they are in the log
   */
  record ToSend(Chunk chunk, Optional<PreparedParts.Kept> parts) {}

  /** Empty once the audience is gone. */
  Optional<ToSend> toSend(Connection c, Ulid id, int number) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(TO_SEND)) {
      s.setObject(1, id.toUuid());
      s.setInt(2, number);
      try (ResultSet row = s.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        Bytes sealed = Bytes.wrap(row.getBytes(1));
        Optional<PreparedParts.Kept> parts = PreparedParts.kept(row, 2);
        return vault
            .open(c, sealed, associated(id, number))
            .map(bytes -> new ToSend(Chunk.of(bytes), parts));
      }
    }
  }

  /** The entries of a request to all of a chunk. */
  record Proof(Ulid attempt, Ulid outcome) {}

  Optional<Proof> proof(Ulid id, int number) {
    return database.read(c -> {
      try (PreparedStatement s = c.prepareStatement(PROOF)) {
        s.setObject(1, id.toUuid());
        s.setInt(2, number);
        try (ResultSet row = s.executeQuery()) {
          return row.next() && row.getObject(1) != null
              ? Optional.of(
                  new Proof(
                      Ulids.of(row.getObject(1, UUID.class)),
                      Ulids.of(row.getObject(2, UUID.class))))
              : Optional.empty();
        }
      }
    });
  }

  private Optional<Broadcast> open(Row row) {
    return vault
        .open(row.sealed(), associated(row.standing().id()))
        .map(bytes -> new Broadcast(row.standing(), Order.of(bytes)));
  }

  private static List<Row> rows(PreparedStatement s) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet row = s.executeQuery()) {
      while (row.next()) {
        rows.add(
            new Row(
                new Broadcast.Standing(
                    Ulids.of(row.getObject(1, UUID.class)),
                    new ProjectId(row.getString(2)),
                    new AppId(Ulids.of(row.getObject(3, UUID.class))),
                    Broadcast.State.valueOf(row.getString(4)),
                    instant(row, 5).orElseThrow(),
                    instant(row, 6).orElseThrow(),
                    row.getInt(7),
                    row.getInt(8),
                    row.getInt(9),
                    row.getInt(10),
                    instant(row, 11),
                    instant(row, 12)),
                Bytes.wrap(row.getBytes(13))));
      }
    }
    return rows;
  }

  private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  private static void setOptional(PreparedStatement s, int place, Optional<Instant> time)
      throws SQLException {
    if (time.isPresent()) {
      s.setObject(place, at(time.get()));
    } else {
      s.setNull(place, Types.TIMESTAMP_WITH_TIMEZONE);
    }
  }

  private static String[] names(Broadcast.State... states) {
    String[] names = new String[states.length];
    for (int i = 0; i < states.length; i++) {
      names[i] = states[i].name();
    }
    return names;
  }

  private static OffsetDateTime at(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  private static byte[] associated(Ulid id) {
    return ("broadcast " + id).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] associated(Ulid id, int chunk) {
    return ("broadcast_chunk " + id + " " + chunk).getBytes(StandardCharsets.US_ASCII);
  }

  /** What a broadcast was opened from: asked for with each chunk, and changed seldom. */
  private record Opened(Bytes sealed, Order order) {}

  private record Row(Broadcast.Standing standing, Bytes sealed) {}
}
