package dev.throughline.log;

import dev.throughline.ledger.Hash;
import dev.throughline.ledger.TreeHash;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log. {@link #append} is durable when it returns; entries are read in the order of their
 * index, which is the order of commits and of the ledger's leaves.
 */
public final class Log implements AutoCloseable {
  /** How long an append waits before its caller answers 503; LINE gives a webhook 2 s in all. */
  private static final Duration APPEND_PATIENCE = Duration.ofMillis(1_500);

  /** Between two tries of what must be appended. */
  private static final Duration AGAIN = Duration.ofMillis(100);

  private static final Logger LOG = LoggerFactory.getLogger(Log.class);

  private final Database database;
  private final Vault vault;
  private final InstantSource clock;
  private final Tail tail;
  private final Sequencer sequencer;
  private volatile boolean closed;

  private Log(Database database, Vault vault, InstantSource clock, Tail tail, Sequencer sequencer) {
    this.database = database;
    this.vault = vault;
    this.clock = clock;
    this.tail = tail;
    this.sequencer = sequencer;
  }

  /**
   * Opens the log, making its first shard and partitions in an empty database.
   *
   * @param host the fixed part of the ledger's origin, such as {@code gateway.example}
   * @param node this node's own id
   */
  public static Log open(
      Database database, Vault vault, Ulids ulids, InstantSource clock, String host, UUID node) {
    Head.Shard genesis = database.transaction(c -> genesis(c, host, clock.instant()));
    Tail tail = new Tail();
    Head head = database.read(c -> LogStore.head(c).orElseGet(() -> Head.empty(genesis)));
    tail.reset(head.next());
    Sequencer sequencer = new Sequencer(database, vault, ulids, clock, node, tail, genesis);
    sequencer.start();
    return new Log(database, vault, clock, tail, sequencer);
  }

  /** Throws {@link LogUnavailableException} when it is not known to be durable. */
  public Appended append(Draft draft) {
    Optional<Appended> earlier = draft.once().flatMap(this::earlier);
    return earlier.isPresent() ? earlier.get() : sequencer.append(draft, null, APPEND_PATIENCE);
  }

  /**
   * Appends and commits the caller's open transaction with it: both or neither. The caller holds
   * its locks already, and must not use the connection again before this returns.
   */
  public Appended append(Draft draft, Connection change) {
    Optional<Appended> earlier = draft.once().flatMap(this::earlier);
    return earlier.isPresent() ? earlier.get() : sequencer.append(draft, change, APPEND_PATIENCE);
  }

  /** The index of the next entry: all below it are durable. */
  public long head() {
    return tail.head();
  }

  /** At most {@code max} entries from {@code from} on, in order. */
  public List<LogEntry> read(long from, int max) {
    List<LogEntry> recent = tail.take(from, max);
    return recent.isEmpty() ? readStored(from, from + max) : recent;
  }

  /** The entries of these indexes, in order; unknown ones are left out. */
  public List<LogEntry> read(List<Long> indexes) {
    return open(database.read(c -> LogStore.read(c, indexes)));
  }

  /** Where the entry of this id stands. */
  public Optional<Long> indexOf(Ulid id) {
    return database.read(c -> LogStore.indexOf(c, id));
  }

  /** An entry's bytes and its parts with the nonces of their commitments, as evidence. */
  public Optional<Evidence> evidence(long index) {
    List<LogStore.Stored> found = database.read(c -> LogStore.read(c, List.of(index)));
    return found.isEmpty() ? Optional.empty() : Optional.of(Evidence.of(found.getFirst(), vault));
  }

  /** The leaf hashes of {@code [from, to)}, all of which must exist. */
  public List<Hash> leaves(long from, long to) {
    List<Hash> recent = tail.leaves(from, to);
    if (!recent.isEmpty() || from == to) {
      return recent;
    }
    List<Hash> leaves = new ArrayList<>();
    for (byte[] entry : database.read(c -> LogStore.entryBytes(c, from, to))) {
      leaves.add(TreeHash.leaf(entry));
    }
    return leaves;
  }

  /** The newest batch's tree: what the next checkpoint says. */
  public State state() {
    return database.read(c ->
        LogStore.head(c)
            .map(head ->
                new State(
                    head.shard().origin(),
                    head.shard().first(),
                    head.next(),
                    head.tree().root(),
                    head.epoch()))
            .orElseGet(() -> {
              throw new IllegalStateException("the log has no entry yet");
            }));
  }

  /** Waits until the head is beyond {@code position} or the time is up; answers the head. */
  public long await(long position, Duration patience) throws InterruptedException {
    return tail.await(position, patience);
  }

  /** Asks the tables whether another node moved the head. */
  void refresh() {
    database
        .read(LogStore::head)
        .filter(head -> head.next() > tail.head())
        .ifPresent(head -> tail.reset(head.next()));
  }

  /**
   * Appends, again and again until it is durable: for what must not be lost, an attempt or an
   * outcome, and must not stand twice. Gives up only when the log is closed.
   */
  public Appended appendSurely(Draft draft) throws InterruptedException {
    while (true) {
      try {
        return sequencer.append(draft, null, Sequencer.FOREVER);
      } catch (LogUnavailableException e) {
        if (closed) {
          throw e;
        }
        Optional<Appended> written = find(draft);
        if (written.isPresent()) {
          return written.get();
        }
      }
    }
  }

  private Optional<Appended> find(Draft draft) throws InterruptedException {
    while (!closed) {
      Thread.sleep(AGAIN);
      try {
        return database
            .read(c -> LogStore.indexOf(c, draft.id()))
            .flatMap(index -> read(List.of(index)).stream().findFirst())
            .map(entry -> new Appended.At(entry.index(), entry.at()));
      } catch (DatabaseException.DatabaseUnavailable stillAway) {
        LOG.debug("waiting for the database to say whether an entry stands");
      }
    }
    return Optional.empty();
  }

  /** For how long the oldest draft has been waiting for its batch. */
  public Duration backlog() {
    return sequencer.oldestWait();
  }

  /** Takes a part's bytes out of the payload at once; the commitment stays, and proves nothing. */
  public static void deletePart(Connection transaction, long index, int part) throws SQLException {
    Optional<Bytes> payload = LogStore.lockPayload(transaction, index);
    if (payload.isPresent()) {
      List<Bytes> blobs = SealedParts.decode(payload.get());
      blobs.set(part, Bytes.EMPTY);
      LogStore.replacePayload(transaction, index, SealedParts.encode(blobs));
    }
  }

  @Override
  public void close() {
    closed = true;
    sequencer.close();
    tail.wake();
  }

  Database database() {
    return database;
  }

  private List<LogEntry> readStored(long from, long to) {
    return open(database.read(c -> LogStore.read(c, from, to)));
  }

  private List<LogEntry> open(List<LogStore.Stored> stored) {
    List<UUID> keys = new ArrayList<>();
    for (LogStore.Stored entry : stored) {
      if (entry.sealed().length() > 0) {
        for (Bytes blob : SealedParts.decode(entry.sealed())) {
          if (blob.length() > 0) {
            keys.add(Vault.keyId(blob));
          }
        }
      }
    }
    vault.load(keys);
    return stored.stream().map(entry -> LogEntry.of(entry, vault)).toList();
  }

  private Optional<Appended> earlier(Draft.Once once) {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    Map<Bytes, LogStore.Used> used =
        database.read(c -> LogStore.once(c, today, List.of(once.key())));
    return Optional.ofNullable(used.get(once.key()))
        .map(earlier -> Sequencer.earlier(earlier, once));
  }

  private static Head.Shard genesis(Connection connection, String host, Instant now)
      throws SQLException {
    Optional<Head.Shard> first = LogStore.firstShard(connection);
    if (first.isPresent()) {
      Partitions.prepare(connection, now);
      return first.get();
    }
    Head.Shard genesis = new Head.Shard(origin(host, now), 0);
    LogStore.insertShard(connection, genesis);
    Partitions.create(connection, now);
    return genesis;
  }

  private static String origin(String host, Instant now) {
    LocalDate date = LocalDate.ofInstant(now, ZoneOffset.UTC);
    return host + "/" + date.getYear() + "h" + (date.getMonthValue() <= 6 ? 1 : 2);
  }

  /** The head, for whoever publishes it. */
  public record State(String origin, long first, long next, Hash root, long epoch) {
    /** The size of the shard's tree. */
    public long size() {
      return next - first;
    }
  }
}
