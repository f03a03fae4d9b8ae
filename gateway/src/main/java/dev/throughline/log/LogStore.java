package dev.throughline.log;

import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** SQL of the log: batches, entries, payloads, idempotency keys, positions. */
final class LogStore {
  /**
   * A whole batch in one statement, hence one round trip and one transaction. Indexes follow from
   * the batch's first; who builds on a stale head violates {@code batch_pkey}.
   */
  private static final String APPEND =
      """
      with
      b as (
        insert into batch
          (first, next, shard_first, root, peaks, epoch, erasures, id, node, at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)),
      e as (
        insert into entry (index, id, kind, at, bytes)
        select ? + n - 1, id, kind, ?, bytes
        from unnest(?::uuid[], ?::text[], ?::bytea[]) with ordinality as t (id, kind, bytes, n)),
      p as (
        insert into payload (index, sealed, ahead)
        select * from unnest(?::bigint[], ?::bytea[], ?::uuid[])),
      k as (
        insert into person_key (id, owner, month, epoch, wrapped)
        select * from unnest(?::uuid[], ?::bytea[], ?::int[], ?::int[], ?::bytea[])),
      o as (
        insert into once (day, key, index, request)
        select ?, * from unnest(?::bytea[], ?::bigint[], ?::bytea[]))
      select 1
      """;

  private static final String HEAD =
      """
      select b.next, s.origin, b.shard_first, b.peaks, b.epoch, b.erasures
      from batch b join shard s on s.first = b.shard_first
      order by b.first desc limit 1
      """;

  private static final String FIRST_SHARD =
      "select origin, first from shard order by first limit 1";
  private static final String INSERT_SHARD = "insert into shard (origin, first) values (?, ?)";
  private static final String BATCH_ID = "select id from batch where first = ?";
  private static final String EPOCH_AT =
      "select epoch from batch where first <= ? order by first desc limit 1";

  /**
   * Taken back at once: it only asks whether the place of a batch is free, and waits for whoever is
   * about to take it.
   */
  private static final String TRY_PLACE =
      """
      insert into batch (first, next, shard_first, root, peaks, epoch, erasures, id, node, at)
      values (?, ? + 1, 0, '', '', 0, 0, gen_random_uuid(), gen_random_uuid(), now())
      """;

  private static final String ONCE =
      """
      select o.key, o.index, o.request, e.id, e.at
      from once o join entry e on e.index = o.index
      where o.day = any (?) and o.key = any (?)
      """;

  /** Of an entry and its payload; where the parts made ahead are gone, empty bytes. */
  private static final String STORED =
      """
      e.index, e.id, e.kind, e.at, e.bytes, p.sealed,
      case when p.ahead is not null then coalesce(a.sealed, '') end as ahead
      """;

  private static final String WITH_PAYLOAD =
      """
      from entry e left join payload p on p.index = e.index
        left join sealed_ahead a on a.entry = p.ahead
      """;

  /** So many bytes of payloads at most, but for a first one that is larger. */
  private static final String READ =
      """
      select index, id, kind, at, bytes, sealed, ahead
      from (
        select %s,
          sum(coalesce(octet_length(p.sealed), 0) + coalesce(octet_length(a.sealed), 0))
            over (order by e.index) as size
        %s
        where e.index >= ? and e.index < ?) as t
      where size <= ? or index = ?
      order by index
      """
          .formatted(STORED, WITH_PAYLOAD);

  private static final String READ_SOME =
      """
      select %s %s
      where e.index = any (?)
      order by e.index
      """
          .formatted(STORED, WITH_PAYLOAD);

  private static final String INDEXES_OF =
      "select index from entry where id = any (?) order by index";
  private static final String INDEX_OF = "select index from entry where id = ?";
  private static final String LEAVES =
      "select bytes from entry where index >= ? and index < ? order by index";
  private static final String NEXT_OF_READER =
      "select next from step where reader = ? order by first desc limit 1";

  /**
   * Steps behind the newest are forgotten, so that the key alone does not keep out a reader who
   * slept: the newest must be the one that this step follows, and its writer must lead.
   */
  private static final String INSERT_STEP =
      """
      insert into step (reader, first, next, epoch)
      select ?, ?, ?, ?
      where coalesce((select next from step where reader = ? order by first desc limit 1), 0) = ?
        and (select epoch from batch order by first desc limit 1) = ?
      """;

  private static final String STEP_AT =
      "select next from step where reader = ? and first = ? and epoch = ?";
  private static final String EPOCH = "select epoch from batch order by first desc limit 1";
  private static final String FORGET_STEPS = "delete from step where reader = ? and first < ?";
  private static final String FORGET_ONCE = "delete from once where day < ?";

  private static final String PAYLOAD =
      """
      select p.sealed, case when p.ahead is not null then coalesce(a.sealed, '') end
      from payload p left join sealed_ahead a on a.entry = p.ahead
      where p.index = ? for update of p
      """;

  /** The parts made ahead, if there were any, are among those that it is given. */
  private static final String SET_PAYLOAD =
      """
      with kept as (select ahead from payload where index = ?),
      gone as (delete from sealed_ahead a using kept where a.entry = kept.ahead)
      update payload set sealed = ?, ahead = null where index = ?
      """;

  private static final String KEEP_AHEAD = "insert into sealed_ahead (entry, sealed) values (?, ?)";

  private static final String FORGET_AHEAD =
      """
      delete from sealed_ahead a
      where a.entry = any (?) and not exists (select from entry e where e.id = a.entry)
      """;

  private LogStore() {}

  static Optional<Head> head(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HEAD);
        ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      long next = row.getLong(1);
      Head.Shard shard = new Head.Shard(row.getString(2), row.getLong(3));
      CompactRange tree = CompactRange.of(next - shard.first(), row.getBytes(4));
      return Optional.of(new Head(next, shard, tree, row.getLong(5), row.getLong(6)));
    }
  }

  static Optional<Head.Shard> firstShard(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIRST_SHARD);
        ResultSet row = statement.executeQuery()) {
      return row.next()
          ? Optional.of(new Head.Shard(row.getString(1), row.getLong(2)))
          : Optional.empty();
    }
  }

  static void insertShard(Connection connection, Head.Shard shard) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT_SHARD)) {
      statement.setString(1, shard.origin());
      statement.setLong(2, shard.first());
      statement.executeUpdate();
    }
  }

  static PreparedStatement prepareAppend(Connection connection) throws SQLException {
    return connection.prepareStatement(APPEND);
  }

  static void append(Connection connection, PreparedStatement statement, UUID node, Batch batch)
      throws SQLException {
    List<Draft> drafts = batch.drafts();
    int n = drafts.size();
    List<UUID> ids = new ArrayList<>(n);
    String[] kinds = new String[n];
    List<Long> payloadIndexes = new ArrayList<>(n);
    List<byte[]> payloads = new ArrayList<>(n);
    List<@Nullable UUID> ahead = new ArrayList<>(n);
    List<DataKey.Row> keys = new ArrayList<>();
    List<Draft.Once> once = new ArrayList<>();
    List<Long> onceIndexes = new ArrayList<>();
    long first = batch.before().next();
    for (int i = 0; i < n; i++) {
      Draft draft = drafts.get(i);
      long index = first + i;
      ids.add(draft.id().toUuid());
      kinds[i] = draft.kind().token();
      if (draft.payload().length() > 0) {
        payloadIndexes.add(index);
        payloads.add(draft.payload().array());
        ahead.add(draft.ahead() ? draft.id().toUuid() : null);
      }
      draft.keys().values().forEach(key -> key.fresh().ifPresent(keys::add));
      draft
          .once()
          .ifPresent(key -> {
            once.add(key);
            onceIndexes.add(index);
          });
    }
    OffsetDateTime at = batch.at().atOffset(ZoneOffset.UTC);
    Head after = batch.after();
    int p = 0;
    statement.setLong(++p, first);
    statement.setLong(++p, after.next());
    statement.setLong(++p, after.shard().first());
    statement.setBytes(++p, after.root().array());
    statement.setBytes(++p, after.peaks().array());
    statement.setLong(++p, after.epoch());
    statement.setLong(++p, after.erasures());
    statement.setObject(++p, batch.id().toUuid());
    statement.setObject(++p, node);
    statement.setObject(++p, at, Types.TIMESTAMP_WITH_TIMEZONE);
    statement.setLong(++p, first);
    statement.setObject(++p, at, Types.TIMESTAMP_WITH_TIMEZONE);
    statement.setArray(++p, UuidArray.of(connection, ids));
    statement.setArray(++p, connection.createArrayOf("text", kinds));
    statement.setArray(++p, bytea(connection, batch.entries()));
    statement.setArray(++p, bigint(connection, payloadIndexes));
    statement.setArray(++p, bytea(connection, payloads));
    // Fewer than there are payloads: the others were not made ahead.
    statement.setArray(
        ++p,
        drafts.stream().anyMatch(Draft::ahead)
            ? connection.createArrayOf("uuid", ahead.toArray())
            : UuidArray.of(connection, List.of()));
    DataKey.bind(connection, statement, ++p, keys);
    p += 4;
    statement.setObject(++p, LocalDate.ofInstant(batch.at(), ZoneOffset.UTC));
    statement.setArray(++p, bytea(connection, once.stream().map(o -> o.key().array()).toList()));
    statement.setArray(++p, bigint(connection, onceIndexes));
    statement.setArray(
        ++p, bytea(connection, once.stream().map(o -> o.request().array()).toList()));
    statement.execute();
  }

  /** The id of the batch that starts at {@code first}, if there is one. */
  static Optional<Ulid> batchId(Connection connection, long first) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BATCH_ID)) {
      statement.setLong(1, first);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(Ulids.of(row.getObject(1, UUID.class))) : Optional.empty();
      }
    }
  }

  /**
   * Whether nobody has, nor is about to have, the batch that starts at {@code first}: waits for the
   * transactions that are under way. The caller rolls back.
   */
  static void tryPlace(Connection connection, long first) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TRY_PLACE)) {
      statement.setLong(1, first);
      statement.setLong(2, first);
      statement.executeUpdate();
    }
  }

  /** The epoch that the entry of this index was written under, or began. */
  static long epochAt(Connection connection, long index) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EPOCH_AT)) {
      statement.setLong(1, index);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException("there is no entry " + index);
        }
        return row.getLong(1);
      }
    }
  }

  /** The epoch that leads: 0 before the first. */
  static long epoch(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EPOCH);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /**
   * The entries that used these keys on the day or the day before, by key. The day after counts
   * too: another node's clock may have passed midnight already.
   */
  static Map<Bytes, Used> once(Connection connection, LocalDate today, List<Bytes> keys)
      throws SQLException {
    Map<Bytes, Used> used = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(ONCE)) {
      statement.setArray(
          1,
          connection.createArrayOf(
              "date", new LocalDate[] {today.minusDays(1), today, today.plusDays(1)}));
      statement.setArray(2, bytea(connection, keys.stream().map(Bytes::array).toList()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          used.put(
              Bytes.wrap(rows.getBytes(1)),
              new Used(
                  rows.getLong(2),
                  Bytes.wrap(rows.getBytes(3)),
                  Ulids.of(rows.getObject(4, UUID.class)),
                  rows.getObject(5, OffsetDateTime.class).toInstant()));
        }
      }
    }
    return used;
  }

  static List<Stored> read(Connection connection, long from, long to, long maxBytes)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setLong(1, from);
      statement.setLong(2, to);
      statement.setLong(3, maxBytes);
      statement.setLong(4, from);
      return stored(statement);
    }
  }

  static List<Stored> read(Connection connection, List<Long> indexes) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(READ_SOME)) {
      statement.setArray(1, bigint(connection, indexes));
      return stored(statement);
    }
  }

  static Optional<Long> indexOf(Connection connection, Ulid id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INDEX_OF)) {
      statement.setObject(1, id.toUuid());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
      }
    }
  }

  static List<Long> indexesOf(Connection connection, List<UUID> ids) throws SQLException {
    List<Long> indexes = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(INDEXES_OF)) {
      statement.setArray(1, UuidArray.of(connection, ids));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          indexes.add(row.getLong(1));
        }
      }
    }
    return indexes;
  }

  static List<byte[]> entryBytes(Connection connection, long from, long to) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LEAVES)) {
      statement.setLong(1, from);
      statement.setLong(2, to);
      List<byte[]> bytes = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          bytes.add(rows.getBytes(1));
        }
      }
      return bytes;
    }
  }

  /** Where the reader goes on: 0 before its first step. */
  static long position(Connection connection, String reader) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEXT_OF_READER)) {
      statement.setString(1, reader);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  /**
   * Takes the step, unless the reader stands elsewhere or another epoch leads: then false. Two who
   * take the same step at once end in a violation for one of them.
   */
  static boolean step(Connection connection, String reader, long from, long to, long epoch)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT_STEP)) {
      statement.setString(1, reader);
      statement.setLong(2, from);
      statement.setLong(3, to);
      statement.setLong(4, epoch);
      statement.setString(5, reader);
      statement.setLong(6, from);
      statement.setLong(7, epoch);
      return statement.executeUpdate() == 1;
    }
  }

  /** Where the step from {@code from} leads, if it was taken under this epoch. */
  static OptionalLong stepFrom(Connection connection, String reader, long from, long epoch)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(STEP_AT)) {
      statement.setString(1, reader);
      statement.setLong(2, from);
      statement.setLong(3, epoch);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }

  /** Steps behind the newest are only history: the chain needs its last link alone. */
  static void forgetSteps(Connection connection, String reader, long before) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_STEPS)) {
      statement.setString(1, reader);
      statement.setLong(2, before);
      statement.executeUpdate();
    }
  }

  /** Idempotency keys are good for a day and the rest of the one they came on. */
  static void forgetOnce(Connection connection, LocalDate before) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_ONCE)) {
      statement.setObject(1, before);
      statement.executeUpdate();
    }
  }

  static Optional<Payload> lockPayload(Connection connection, long index) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PAYLOAD)) {
      statement.setLong(1, index);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(payload(row, 1)) : Optional.empty();
      }
    }
  }

  static void replacePayload(Connection connection, long index, Bytes sealed) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SET_PAYLOAD)) {
      statement.setLong(1, index);
      statement.setBytes(2, sealed.array());
      statement.setLong(3, index);
      statement.executeUpdate();
    }
  }

  static void keepAhead(Connection connection, Ulid entry, Bytes sealed) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(KEEP_AHEAD)) {
      statement.setObject(1, entry.toUuid());
      statement.setBytes(2, sealed.array());
      statement.executeUpdate();
    }
  }

  static void forgetAhead(Connection connection, List<UUID> entries) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET_AHEAD)) {
      statement.setArray(1, UuidArray.of(connection, entries));
      statement.executeUpdate();
    }
  }

  private static List<Stored> stored(PreparedStatement statement) throws SQLException {
    List<Stored> entries = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        entries.add(
            new Stored(
                rows.getLong(1),
                Ulids.of(rows.getObject(2, UUID.class)),
                new Kind(rows.getString(3)),
                rows.getObject(4, OffsetDateTime.class).toInstant(),
                Bytes.wrap(rows.getBytes(5)),
                payload(rows, 6)));
      }
    }
    return entries;
  }

  private static Payload payload(ResultSet row, int first) throws SQLException {
    byte @Nullable [] sealed = row.getBytes(first);
    byte @Nullable [] ahead = row.getBytes(first + 1);
    return sealed == null
        ? Payload.NONE
        : new Payload(Bytes.wrap(sealed), Optional.ofNullable(ahead).map(Bytes::wrap));
  }

  private static Array bytea(Connection connection, List<byte[]> values) throws SQLException {
    return connection.createArrayOf("bytea", values.toArray(byte[][]::new));
  }

  private static Array bigint(Connection connection, List<Long> values) throws SQLException {
    return connection.createArrayOf("int8", values.toArray(Long[]::new));
  }

  record Used(long index, Bytes request, Ulid id, Instant at) {}

  /** An entry as it lies in the tables. */
  record Stored(long index, Ulid id, Kind kind, Instant at, Bytes entry, Payload payload) {}
}
