package dev.throughline.log;

import dev.throughline.ledger.Hash;
import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.TreeHash;
import dev.throughline.ledger.Ulid;
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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log. {@link #append} is durable when it returns; entries are read in the order of their
 * index, which is the order of commits and of the ledger's leaves.
 */
public final class Log implements AutoCloseable {
  /** Bytes of one read: entries that are opened and parsed take several times as much memory. */
  static final long MAX_READ = 8L << 20;

  /**
   * How long an append waits before its caller is told that it may not be written. Whoever asked
   * through the API waits longer than that, and would rather wait than not know.
   */
  private static final Duration APPEND_PATIENCE = Duration.ofSeconds(10);

  /** Between two tries of what must be appended. */
  private static final Duration AGAIN = Duration.ofMillis(100);

  /** How soon the clock's new day is noticed; the clock may jump. */
  private static final Duration UPKEEP_TICK = Duration.ofSeconds(1);

  private static final int PREPARE_TRIES = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Log.class);

  private final Database database;
  private final Vault vault;
  private final InstantSource clock;
  private final Tail tail;
  private final Sequencer sequencer;
  private final Thread upkeep;
  private volatile BooleanSupplier mayTakeIn = () -> true;
  private volatile LocalDate preparedDay;
  private volatile boolean closed;

  private Log(
      Database database,
      Vault vault,
      InstantSource clock,
      Tail tail,
      Sequencer sequencer,
      LocalDate preparedDay) {
    this.database = database;
    this.vault = vault;
    this.clock = clock;
    this.tail = tail;
    this.sequencer = sequencer;
    this.preparedDay = preparedDay;
    this.upkeep = Thread.ofVirtual().name("log-upkeep").unstarted(this::upkeep);
  }

  /**
   * Opens the log, making its first shard and partitions in an empty database.
   *
   * @param host the fixed part of the ledger's origin, such as {@code gateway.example}
   * @param node this node's own id
   */
  public static Log open(
      Database database, Vault vault, Ulids ulids, InstantSource clock, String host, UUID node) {
    Instant now = clock.instant();
    Head.Shard genesis = prepared(database, host, now);
    Tail tail = new Tail();
    Head head = database.read(c -> LogStore.head(c).orElseGet(() -> Head.empty(genesis)));
    tail.reset(head.next());
    Sequencer sequencer = new Sequencer(database, vault, ulids, clock, node, tail, genesis);
    Log log = new Log(database, vault, clock, tail, sequencer, day(now));
    sequencer.start();
    log.upkeep.start();
    return log;
  }

  /**
   * From now on {@link #append} takes in only while {@code mayTakeIn} holds: not while the log does
   * not continue what was signed. Outcomes and the lead are written all the same.
   */
  public void guard(BooleanSupplier mayTakeIn) {
    this.mayTakeIn = mayTakeIn;
  }

  /** Throws {@link LogUnavailableException} when it is not known to be durable. */
  public Appended append(Draft draft) {
    return append(draft, APPEND_PATIENCE);
  }

  /** As {@link #append(Draft)}, for a caller with a deadline of its own. */
  public Appended append(Draft draft, Duration patience) {
    requireOpen();
    Optional<Appended> earlier = draft.once().flatMap(once -> database.read(c -> earlier(c, once)));
    return earlier.isPresent() ? earlier.get() : sequencer.append(draft, null, patience);
  }

  /**
   * As {@link #append(Draft, Duration)}, for a caller who does not wait: of a draft without a key,
   * since that would have to be looked up. Completed on the log's own thread, so whatever follows
   * there must be short.
   *
   * @return fails with a {@link LogUnavailableException} within the patience
   */
  public CompletableFuture<Appended> submit(Draft draft, Duration patience) {
    if (draft.once().isPresent()) {
      throw new IllegalArgumentException("a draft with a key is appended, not submitted");
    }
    try {
      requireOpen();
    } catch (LogUnavailableException closed) {
      return CompletableFuture.failedFuture(closed);
    }
    return sequencer.submit(draft, patience);
  }

  /**
   * Appends and commits the caller's open transaction with it: both or neither. The caller holds
   * its locks already, and must not use the connection again before this returns. After any answer
   * but {@link Appended.At}, and after an exception, it rolls back.
   */
  public Appended append(Draft draft, Connection change) throws SQLException {
    requireOpen();
    Optional<Appended> earlier =
        draft.once().isPresent() ? earlier(change, draft.once().get()) : Optional.empty();
    return earlier.isPresent() ? earlier.get() : sequencer.append(draft, change, APPEND_PATIENCE);
  }

  /** The index of the next entry: all below it are durable. */
  public long head() {
    return tail.head();
  }

  /**
   * Entries from {@code from} on, in order: at most {@code max}, and at most {@value #MAX_READ}
   * bytes of them unless the first alone is larger. Empty only where there are none.
   */
  public List<LogEntry> read(long from, int max) {
    List<LogEntry> recent = tail.take(from, max, MAX_READ);
    return recent.isEmpty()
        ? open(database.read(c -> LogStore.read(c, from, from + max, MAX_READ)))
        : recent;
  }

  /** The entries of these indexes, in order; unknown ones are left out. */
  public List<LogEntry> read(List<Long> indexes) {
    return open(database.read(c -> LogStore.read(c, indexes)));
  }

  /** Where the entry of this id stands. */
  public Optional<Long> indexOf(Ulid id) {
    return database.read(c -> LogStore.indexOf(c, id));
  }

  /** Where the entries of these ids stand, in order; of ids that are none, nothing. */
  public static List<Long> indexesOf(Connection transaction, List<UUID> ids) throws SQLException {
    return LogStore.indexesOf(transaction, ids);
  }

  /**
   * An entry's bytes and its parts with the nonces of their commitments, as evidence.
   *
   * @throws IllegalStateException if what lies there is damaged
   */
  public Optional<Evidence> evidence(long index) {
    List<LogStore.Stored> found = database.read(c -> LogStore.read(c, List.of(index)));
    try {
      return found.stream()
          .findFirst()
          .map(stored -> Evidence.of(index, stored.entry(), stored.payload(), vault));
    } catch (RefusedException | IllegalStateException damaged) {
      throw new IllegalStateException(
          "entry %d is damaged: run 'throughline fsck'".formatted(index), damaged);
    }
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
    Head head = database.read(Log::head);
    return new State(
        head.shard().origin(), head.shard().first(), head.next(), head.tree().root(), head.epoch());
  }

  private static Head head(Connection connection) throws SQLException {
    Optional<Head> head = LogStore.head(connection);
    return head.isPresent()
        ? head.get()
        : Head.empty(LogStore.firstShard(connection).orElseThrow());
  }

  /** Waits until the head is beyond {@code position} or the time is up; answers the head. */
  public long await(long position, Duration patience) throws InterruptedException {
    return tail.await(position, patience);
  }

  /**
   * Lets more come in, for a reader that is at {@code position} and takes {@code enough} at once:
   * until the time is up, or something presses.
   */
  void gather(long position, int enough, Duration patience, BooleanSupplier hurry)
      throws InterruptedException {
    tail.gather(position, enough, patience, hurry);
  }

  /** Lets those who wait or gather look again whether they are in a hurry. */
  void wake() {
    tail.wake();
  }

  /** Asks the tables whether another node moved the head. */
  public void refresh() {
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

  /** How many drafts wait for their batch. */
  public int queued() {
    return sequencer.queued();
  }

  /** Whether many write at this moment; empty while nobody or few do. */
  Optional<Tail.Burst> burst() {
    return tail.burst(sequencer.queued());
  }

  /**
   * Takes the bytes of parts {@code [first, end)}, as far as there are so many, out of the payload
   * at once. Their commitments stay, so that the entry's other parts can still be proved.
   */
  public static void deleteParts(Connection transaction, long index, int first, int end)
      throws SQLException {
    Optional<Payload> payload = LogStore.lockPayload(transaction, index);
    if (payload.isPresent()) {
      SealedParts kept = payload.get().parts().without(first, end);
      LogStore.replacePayload(transaction, index, kept.encode());
    }
  }

  /** Keeps parts for the entry that is made of them later. */
  public static void keepAhead(Connection transaction, SealedAhead.Made made) throws SQLException {
    LogStore.keepAhead(transaction, made.ahead().entry(), made.sealed());
  }

  /**
   * Forgets the parts that were made ahead for these entries, but for those of entries that are in
   * the log. Nobody may be about to append one of them.
   */
  public static void forgetAhead(Connection transaction, List<UUID> entries) throws SQLException {
    LogStore.forgetAhead(transaction, entries);
  }

  @Override
  public void close() {
    closed = true;
    upkeep.interrupt();
    sequencer.close();
    tail.wake();
  }

  Database database() {
    return database;
  }

  private List<LogEntry> open(List<LogStore.Stored> stored) {
    List<UUID> keys = new ArrayList<>();
    try {
      for (LogStore.Stored entry : stored) {
        keys.addAll(Evidence.keys(entry.payload()));
      }
      vault.load(keys);
    } catch (IllegalStateException | Vault.TamperedException damaged) {
      LOG.warn("among the entries from {} on are damaged ones", stored.getFirst().index());
    }
    return stored.stream().map(entry -> LogEntry.of(entry, vault)).toList();
  }

  private Optional<Appended> earlier(Connection connection, Draft.Once once) throws SQLException {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    return Optional.ofNullable(
            LogStore.once(connection, today, List.of(once.key())).get(once.key()))
        .map(earlier -> Sequencer.earlier(earlier, once));
  }

  /**
   * Closes partitions whose month or day is over, and forgets what is kept for days only. Done by
   * itself when a day begins.
   */
  void prepare() {
    Instant now = clock.instant();
    database.transaction(c -> {
      Partitions.prepare(c, now);
      return true;
    });
    preparedDay = day(now);
  }

  /**
   * Before what came in at this time is folded: after a leap of the clock, or days without a chance
   * to prepare, its partitions are made now. An event's own day may be the next.
   */
  void prepareFor(Instant at) {
    if (!isPreparedFor(at)) {
      prepare();
    }
  }

  boolean isPreparedFor(Instant at) {
    return !day(at).isAfter(preparedDay.plusDays(Partitions.SEEN_AHEAD - 1));
  }

  private static LocalDate day(Instant at) {
    return LocalDate.ofInstant(at, ZoneOffset.UTC);
  }

  private void upkeep() {
    while (!closed) {
      try {
        Thread.sleep(UPKEEP_TICK);
        if (!day(clock.instant()).equals(preparedDay)) {
          prepare();
        }
      } catch (InterruptedException e) {
        return;
      } catch (DatabaseException e) {
        LOG.warn("the day's partitions are not made yet: {}", e.getMessage());
      }
    }
  }

  private static Head.Shard prepared(Database database, String host, Instant now) {
    for (int tries = 1; ; tries++) {
      try {
        return database.transaction(c -> prepared(c, host, now));
      } catch (DatabaseException.Conflict e) {
        // Another node prepares at the same time, or somebody reads at length.
        if (tries == PREPARE_TRIES) {
          throw e;
        }
      }
    }
  }

  private static Head.Shard prepared(Connection connection, String host, Instant now)
      throws SQLException {
    Partitions.prepare(connection, now);
    Optional<Head.Shard> first = LogStore.firstShard(connection);
    if (first.isPresent()) {
      return first.get();
    }
    Head.Shard genesis = Head.Shard.first(host, now);
    LogStore.insertShard(connection, genesis);
    return genesis;
  }

  private void requireOpen() {
    if (!mayTakeIn.getAsBoolean()) {
      throw LogUnavailableException.refused("the log does not continue what was signed");
    }
  }

  /** The head, for whoever publishes it. */
  public record State(String origin, long first, long next, Hash root, long epoch) {
    /** The size of the shard's tree. */
    public long size() {
      return next - first;
    }
  }
}
