package dev.throughline.app.crash;

import dev.throughline.ledger.Bytes;
import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Entry;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.TreeHash;
import dev.throughline.ledger.Ulid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the database of a running gateway, and nothing of its code: where kills left it, and
 * whether the invariants L1 to L3 of the log hold.
 */
final class LedgerAudit {
  private static final int PORT_LINE = 4;
  private static final int LOGIN_SECONDS = 5;
  private static final int QUERY_SECONDS = 60;
  private static final int ENTRIES = 5_000;

  /** What the newest leader found when it took the lead: entries that were not folded. */
  private static final String FOUND_UNFOLDED =
      """
      select (select max(index) from entry where kind = 'lead') - min(first)
      from step
      where reader = 'converse' and epoch = (select epoch from batch order by first desc limit 1)
      """;

  private static final String UNFOLDED =
      """
      select coalesce((select max(next) from batch), 0)
        - coalesce((select max(next) from step where reader = 'converse'), 0)
      """;

  private static final String OWED =
      """
      select coalesce((select max(next) from batch), 0)
          - coalesce((select max(next) from step where reader = 'converse'), 0),
        (select count(*) from task where state = 'ready')
      """;

  private static final String WAITING =
      """
      select kind || ' in ' || round(extract(epoch from due - now())) || ' s', count(*)
      from task where state = 'ready' group by 1 order by 1
      """;

  private static final String SHELVED =
      "select kind || ' ' || state, count(*) from task where state <> 'ready' group by 1 order by 1";
  private static final String ALARMS = "select kind, sum(count) from alarm group by 1 order by 1";
  private static final String PARKED = "select error, count(*) from parked group by 1 order by 1";
  private static final String KINDS = "select kind, count(*) from entry group by 1 order by 1";

  private final Path data;

  LedgerAudit(Path data) {
    this.data = data;
  }

  /**
   * How many entries were durable and not folded when the last life ended; empty while the new
   * leader has not folded anything yet.
   */
  OptionalLong foundUnfolded() throws IOException {
    return query(
        FOUND_UNFOLDED,
        rows -> {
          rows.next();
          long found = rows.getLong(1);
          return rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(found);
        });
  }

  /** What is still to be done: entries to fold, and tasks to run. */
  Owed owed() throws IOException {
    return query(
        OWED,
        rows -> {
          rows.next();
          return new Owed(rows.getLong(1), rows.getLong(2));
        });
  }

  /** The tasks that are still to run, by kind and by how long from now, in seconds. */
  Map<String, Long> waiting() throws IOException {
    return counts(WAITING);
  }

  record Owed(long entries, long tasks) {
    boolean nothing() {
      return entries == 0 && tasks == 0;
    }
  }

  Map<String, Long> entriesByKind() throws IOException {
    return counts(KINDS);
  }

  /** Tasks that are kept without being tried, and alarms: to be read, not to be judged. */
  Map<String, Long> remarks() throws IOException {
    Map<String, Long> remarks = new LinkedHashMap<>(counts(SHELVED));
    counts(ALARMS).forEach((kind, count) -> remarks.put("alarm " + kind, count));
    return remarks;
  }

  /**
   * Before how many of the leads but the first an attempt was open: made in the life before, and
   * without an outcome when it ended.
   */
  int livesWithOpenAttempt() throws IOException {
    return query(
        "select kind, bytes from entry where kind in ('attempt', 'outcome', 'lead') order by index",
        rows -> {
          int lives = 0;
          Set<Ulid> open = new HashSet<>();
          while (rows.next()) {
            Entry entry = Entry.decode(rows.getBytes(2));
            if (entry.kind().equals(Kind.ATTEMPT)) {
              open.add(entry.id());
            } else if (entry.kind().equals(Kind.OUTCOME)) {
              open.remove(entry.cause());
            } else {
              lives += open.isEmpty() ? 0 : 1;
              open.clear();
            }
          }
          return lives;
        });
  }

  /** Every way in which L1, L2 or L3 does not hold, and every event that was set aside. */
  List<String> violations() throws IOException {
    List<String> violations = new ArrayList<>();
    batches(violations);
    steps(violations);
    counts(PARKED)
        .forEach((error, count) -> violations.add(count + " events are set aside: " + error));
    return violations;
  }

  private void batches(List<String> violations) throws IOException {
    List<Batch> batches =
        query(
            "select first, next, shard_first, root, peaks from batch order by first",
            rows -> {
              List<Batch> found = new ArrayList<>();
              while (rows.next()) {
                found.add(
                    new Batch(
                        rows.getLong(1),
                        rows.getLong(2),
                        rows.getLong(3),
                        Hash.of(rows.getBytes(4)),
                        Bytes.copyOf(rows.getBytes(5))));
              }
              return found;
            });
    long next = 0;
    CompactRange tree = CompactRange.EMPTY;
    Leaves leaves = new Leaves();
    for (Batch batch : batches) {
      if (batch.first() != next) {
        violations.add("L3: a batch starts at " + batch.first() + " where " + next + " is next");
        return;
      }
      List<Hash> hashes = leaves.take(batch.first(), batch.next());
      if (hashes.size() != batch.next() - batch.first()) {
        violations.add("L1: entries of [" + batch.first() + ", " + batch.next() + ") are missing");
        return;
      }
      tree = tree.appendAll(hashes);
      if (!tree.root().equals(batch.root())
          || !CompactRange.of(batch.next() - batch.shardFirst(), batch.peaks().toByteArray())
              .equals(tree)) {
        violations.add("L1: the root of the batch that ends at " + batch.next() + " is another");
        return;
      }
      next = batch.next();
    }
    long entries = number("select count(*) from entry");
    if (entries != next) {
      violations.add("L1: there are " + entries + " entries under a head of " + next);
    }
  }

  private void steps(List<String> violations) throws IOException {
    violations.addAll(
        query(
            "select reader, first, next from step order by reader, first",
            rows -> {
              List<String> broken = new ArrayList<>();
              Map<String, Long> positions = new LinkedHashMap<>();
              while (rows.next()) {
                Long before = positions.put(rows.getString(1), rows.getLong(3));
                if (before != null && before != rows.getLong(2)) {
                  broken.add(
                      "L3: a step starts at " + rows.getLong(2) + " where " + before + " is next");
                }
              }
              return broken;
            }));
    if (number(UNFOLDED) < 0) {
      violations.add("L2: the position is beyond the head");
    }
  }

  private Map<String, Long> counts(String sql) throws IOException {
    return query(
        sql,
        rows -> {
          Map<String, Long> counts = new LinkedHashMap<>();
          while (rows.next()) {
            counts.put(rows.getString(1), rows.getLong(2));
          }
          return counts;
        });
  }

  private long number(String sql) throws IOException {
    return query(
        sql,
        rows -> {
          rows.next();
          return rows.getLong(1);
        });
  }

  private <T> T query(String sql, Reader<T> reader) throws IOException {
    DriverManager.setLoginTimeout(LOGIN_SECONDS);
    try (Connection connection = DriverManager.getConnection(url());
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setQueryTimeout(QUERY_SECONDS);
      try (ResultSet rows = statement.executeQuery()) {
        return reader.read(rows);
      }
    } catch (SQLException e) {
      throw new IOException("the gateway's database: " + e.getMessage(), e);
    }
  }

  private String url() throws IOException {
    Path home = data.resolve("postgres");
    List<String> running = Files.readAllLines(home.resolve("cluster/postmaster.pid"));
    if (running.size() < PORT_LINE) {
      throw new IOException("PostgreSQL is still starting");
    }
    String password = Files.readString(home.resolve("password"), StandardCharsets.UTF_8).strip();
    return "jdbc:postgresql://127.0.0.1:%s/throughline?user=throughline&password=%s"
        .formatted(running.get(PORT_LINE - 1).strip(), password);
  }

  @FunctionalInterface
  private interface Reader<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private record Batch(long first, long next, long shardFirst, Hash root, Bytes peaks) {}

  /** Leaf hashes in order, read some thousands at a time. */
  private final class Leaves {
    private long from;
    private final List<Hash> read = new ArrayList<>();

    List<Hash> take(long first, long next) throws IOException {
      if (next > from + read.size()) {
        read.clear();
        from = first;
        long to = Math.max(next, first + ENTRIES);
        read.addAll(
            query(
                "select bytes from entry where index >= "
                    + first
                    + " and index < "
                    + to
                    + " order by index",
                rows -> {
                  List<Hash> hashes = new ArrayList<>();
                  while (rows.next()) {
                    hashes.add(TreeHash.leaf(rows.getBytes(1)));
                  }
                  return hashes;
                }));
      }
      int begin = Math.toIntExact(first - from);
      int end = Math.toIntExact(Math.min(next - from, read.size()));
      return List.copyOf(read.subList(Math.min(begin, end), end));
    }
  }
}
