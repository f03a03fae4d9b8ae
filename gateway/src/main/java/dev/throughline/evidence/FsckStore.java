package dev.throughline.evidence;

import dev.throughline.ledger.Ulid;
import dev.throughline.log.Payload;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** SQL of the audit: everything in order, in pieces that memory holds, changing nothing. */
final class FsckStore implements AutoCloseable {
  private static final int PAYLOADS_IN_MEMORY = 16;

  private static final String HEAD = "select next from batch order by first desc limit 1";

  private static final String BATCHES =
      """
      select first, next, shard_first, root, peaks, epoch, erasures
      from batch where first > ? order by first limit ?
      """;

  private static final String ENTRIES =
      """
      select index, id, kind, at, bytes from entry
      where index >= ? and index < ? order by index
      """;

  private static final String PAYLOADS =
      """
      select p.index, p.sealed, case when p.ahead is not null then coalesce(a.sealed, '') end
      from payload p left join sealed_ahead a on a.entry = p.ahead
      where p.index >= ? and p.index < ? order by p.index
      """;

  private static final String NEXT_BATCH = "select min(first) from batch where first > ?";
  private static final String LAST_ENTRY = "select max(index) from entry";

  private static final String NEWEST_CHECKPOINTS =
      """
      select size, note from checkpoint where origin = ? and size <= ?
      order by size desc limit ?
      """;

  private static final String CHECKPOINTS =
      """
      select size, note from checkpoint where origin = ? and size > ? order by size limit ?
      """;

  /** In one statement, hence of one moment: batches and their entries are committed together. */
  private static final String BEYOND_HEAD =
      """
      select min(index) from entry
      where index >= coalesce((select next from batch order by first desc limit 1), 0)
      """;

  private static final String STEPS = "select reader, first, next from step order by reader, first";

  /** In one statement as well: effects and the position they are under. */
  private static final String EFFECTS =
      """
      select s.reader, s.next,
        (select max(index) from message_entry),
        (select max(index) from parked p where p.reader = s.reader),
        (select next from batch order by first desc limit 1)
      from step s
      where s.first = (select max(first) from step t where t.reader = s.reader)
      """;

  private final Database database;

  /** Payloads are read on it while their keys are asked for on others. */
  private @Nullable Connection payloads;

  FsckStore(Database database) {
    this.database = database;
  }

  long head() {
    return database.read(c -> {
      try (PreparedStatement statement = c.prepareStatement(HEAD);
          ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : 0L;
      }
    });
  }

  List<EvidenceStore.Shard> shards() {
    return database.read(EvidenceStore::shards);
  }

  List<BatchRow> batches(long after, int most) {
    return database.read(c -> {
      List<BatchRow> batches = new ArrayList<>();
      try (PreparedStatement statement = c.prepareStatement(BATCHES)) {
        statement.setLong(1, after);
        statement.setInt(2, most);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            batches.add(
                new BatchRow(
                    rows.getLong(1),
                    rows.getLong(2),
                    rows.getLong(3),
                    Bytes.wrap(rows.getBytes(4)),
                    Bytes.wrap(rows.getBytes(5)),
                    rows.getLong(6),
                    rows.getLong(7)));
          }
        }
      }
      return batches;
    });
  }

  Map<Long, EntryRow> entries(long from, long to) {
    return database.read(c -> {
      Map<Long, EntryRow> entries = new HashMap<>();
      try (PreparedStatement statement = c.prepareStatement(ENTRIES)) {
        statement.setLong(1, from);
        statement.setLong(2, to);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            entries.put(
                rows.getLong(1),
                new EntryRow(
                    Ulids.of(rows.getObject(2, UUID.class)),
                    rows.getString(3),
                    rows.getObject(4, OffsetDateTime.class).toInstant(),
                    Bytes.wrap(rows.getBytes(5))));
          }
        }
      }
      return entries;
    });
  }

  /** Takes one payload after the other; a few are in memory at a time, for each may be large. */
  @FunctionalInterface
  interface PayloadReader {
    void read(long index, Payload payload);
  }

  void payloads(long from, long to, PayloadReader reader) {
    try {
      Connection connection = payloads;
      if (connection == null) {
        connection = database.connect("fsck");
        connection.setAutoCommit(false); // else everything is fetched at once
        connection.setReadOnly(true);
        payloads = connection;
      }
      try (PreparedStatement statement = connection.prepareStatement(PAYLOADS)) {
        statement.setFetchSize(PAYLOADS_IN_MEMORY);
        statement.setLong(1, from);
        statement.setLong(2, to);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            byte @Nullable [] ahead = rows.getBytes(3);
            reader.read(
                rows.getLong(1),
                new Payload(
                    Bytes.wrap(rows.getBytes(2)), Optional.ofNullable(ahead).map(Bytes::wrap)));
          }
        }
      }
      connection.rollback();
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }

  /** The first index of the batch after one; else the end of all entries. */
  long endOfBatch(long first) {
    return database.read(c -> {
      try (PreparedStatement statement = c.prepareStatement(NEXT_BATCH)) {
        statement.setLong(1, first);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          OptionalLong next = number(row, 1);
          if (next.isPresent()) {
            return next.getAsLong();
          }
        }
      }
      try (PreparedStatement statement = c.prepareStatement(LAST_ENTRY);
          ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1) + 1;
      }
    });
  }

  /** Ascending by size, from {@code after} on. */
  List<EvidenceStore.Published> checkpoints(String origin, long after, int most) {
    return checkpoints(CHECKPOINTS, origin, after, most);
  }

  /** Descending, from {@code size} on. */
  List<EvidenceStore.Published> newestUpTo(String origin, long size, int most) {
    return checkpoints(NEWEST_CHECKPOINTS, origin, size, most);
  }

  private List<EvidenceStore.Published> checkpoints(
      String sql, String origin, long bound, int most) {
    return database.read(c -> {
      List<EvidenceStore.Published> checkpoints = new ArrayList<>();
      try (PreparedStatement statement = c.prepareStatement(sql)) {
        statement.setString(1, origin);
        statement.setLong(2, bound);
        statement.setInt(3, most);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            checkpoints.add(new EvidenceStore.Published(rows.getLong(1), rows.getString(2)));
          }
        }
      }
      return checkpoints;
    });
  }

  /** The first entry that no batch covers. */
  OptionalLong beyondHead() {
    return database.read(c -> {
      try (PreparedStatement statement = c.prepareStatement(BEYOND_HEAD);
          ResultSet row = statement.executeQuery()) {
        row.next();
        return number(row, 1);
      }
    });
  }

  List<StepRow> steps() {
    return database.read(c -> {
      List<StepRow> steps = new ArrayList<>();
      try (PreparedStatement statement = c.prepareStatement(STEPS);
          ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          steps.add(new StepRow(rows.getString(1), rows.getLong(2), rows.getLong(3)));
        }
      }
      return steps;
    });
  }

  List<EffectsRow> effects() {
    return database.read(c -> {
      List<EffectsRow> effects = new ArrayList<>();
      try (PreparedStatement statement = c.prepareStatement(EFFECTS);
          ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          effects.add(
              new EffectsRow(
                  rows.getString(1),
                  rows.getLong(2),
                  number(rows, 3),
                  number(rows, 4),
                  rows.getLong(5)));
        }
      }
      return effects;
    });
  }

  Optional<EvidenceStore.Published> newest(String origin) {
    return database.read(c -> EvidenceStore.newest(c, origin));
  }

  @Override
  public void close() {
    Connection open = payloads;
    payloads = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        throw DatabaseException.of(e);
      }
    }
  }

  private static OptionalLong number(ResultSet row, int column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  record BatchRow(
      long first, long next, long shardFirst, Bytes root, Bytes peaks, long epoch, long erasures) {
    BatchRow until(long end) {
      return new BatchRow(first, end, shardFirst, root, peaks, epoch, erasures);
    }
  }

  record EntryRow(Ulid id, String kind, Instant at, Bytes bytes) {}

  record StepRow(String reader, long first, long next) {}

  /** What stands under a reader's position. */
  record EffectsRow(
      String reader, long position, OptionalLong applied, OptionalLong parked, long head) {}
}
