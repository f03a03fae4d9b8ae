package dev.throughline.log;

import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts drafts in order, one batch a commit. The commit is the window: what arrives while one runs
 * is the next batch. {@link DraftQueue} has the limits of what waits and of a batch.
 *
 * <p>A change made through the API hands over its open transaction: the sequencer adds the batch to
 * it and commits. Locks of people are held by then, so that the sequencer never waits for one.
 */
final class Sequencer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);

  /**
   * A stale head shows at whichever of a batch's rows PostgreSQL comes to first: the batch, or one
   * of its indexes in a partition.
   */
  private static final Pattern PLACE_CONSTRAINT =
      Pattern.compile("(batch|entry_\\d+|payload_\\d+)_pkey");

  private static final String ONCE_CONSTRAINT = "once_pkey";

  /** How often a batch is built again on a newer head before its callers are told 503. */
  private static final int MAX_REBUILDS = 20;

  /** How long the cut-off commit of a change is looked for before its caller is told 503. */
  private static final Duration CHANGE_PATIENCE = Duration.ofSeconds(2);

  private static final Duration AWAY_PAUSE = Duration.ofMillis(50);

  /**
   * Around midnight one idempotency key may come on two days, since clocks differ and drafts wait:
   * then the keys are looked up before each batch, and not only when their day refuses them.
   */
  private static final Duration MIDNIGHT = Duration.ofMinutes(5);

  /** Settled in any case, sooner or later: the sequencer has deadlines of its own. */
  static final Duration FOREVER = Duration.ofDays(1);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  /** How often it is looked who waits in vain: no caller has a timer of its own. */
  private static final Duration DEADLINES_EVERY = Duration.ofMillis(100);

  private final Database database;
  private final Vault vault;
  private final Ulids ulids;
  private final InstantSource clock;
  private final UUID node;
  private final Tail tail;
  private final Head.Shard genesis;
  private final Thread thread;
  private final Thread deadlines;

  private final DraftQueue queue = new DraftQueue();

  // Only the sequencer's thread touches these.
  private @Nullable Connection connection;
  private @Nullable PreparedStatement append;
  private @Nullable Head head;

  Sequencer(
      Database database,
      Vault vault,
      Ulids ulids,
      InstantSource clock,
      UUID node,
      Tail tail,
      Head.Shard genesis) {
    this.database = database;
    this.vault = vault;
    this.ulids = ulids;
    this.clock = clock;
    this.node = node;
    this.tail = tail;
    this.genesis = genesis;
    this.thread = Thread.ofPlatform().name("sequencer").daemon(true).unstarted(this::run);
    this.deadlines = Thread.ofVirtual().name("sequencer-deadlines").unstarted(this::watchDeadlines);
  }

  void start() {
    thread.start();
    deadlines.start();
  }

  /**
   * Durable when it returns {@link Appended.At}. {@code change} commits with the entry; after any
   * other answer it is uncommitted, and its maker's to roll back.
   */
  Appended append(Draft draft, @Nullable Connection change, Duration patience) {
    WaitingDraft waiting = new WaitingDraft(draft, change, patience);
    queue.add(waiting);
    try {
      return waiting.settled().get();
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      queue.giveUp(waiting);
      try {
        return waiting.settled().join();
      } catch (CompletionException failed) {
        throw failure(failed);
      } finally {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** As its caller sees it. */
  private static RuntimeException failure(Exception settled) {
    return settled.getCause() instanceof LogUnavailableException cause
        ? cause.isRefused()
            ? LogUnavailableException.refused("the entry was not written", cause)
            : new LogUnavailableException("the entry may not be written", cause)
        : new IllegalStateException("nothing else settles it", settled);
  }

  /** As {@link #append}, for a caller who does not wait. */
  CompletableFuture<Appended> submit(Draft draft, Duration patience) {
    WaitingDraft waiting = new WaitingDraft(draft, null, patience);
    try {
      queue.add(waiting);
    } catch (LogUnavailableException full) {
      waiting.fail(full);
    }
    return waiting.settled();
  }

  /** How many drafts wait for a batch. */
  int queued() {
    return queue.size();
  }

  @Override
  public void close() {
    queue.close();
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watchDeadlines() {
    try {
      while (thread.isAlive()) {
        Thread.sleep(DEADLINES_EVERY);
        queue.giveUpExpired();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (true) {
      List<WaitingDraft> batch = queue.take();
      if (batch.isEmpty()) {
        disconnect();
        return;
      }
      try {
        write(batch);
      } catch (RuntimeException | Error bug) {
        LOG.error("the sequencer could not write a batch", bug);
        LogUnavailableException failure =
            new LogUnavailableException("the log could not be written", bug);
        batch.forEach(waiting -> waiting.fail(failure));
        disconnect();
      }
    }
  }

  private void write(List<WaitingDraft> waiting) {
    List<WaitingDraft> open = new ArrayList<>(waiting);
    Connection change = open.getFirst().change();
    for (int rebuild = 0; rebuild < MAX_REBUILDS; rebuild++) {
      Batch batch;
      try {
        if (!openShard()) {
          continue;
        }
        Head current = head();
        refuseStale(open, current);
        if (isAroundMidnight()) {
          answerEarlier(open);
        }
        if (open.isEmpty()) {
          return;
        }
        List<Draft> drafts = open.stream().map(WaitingDraft::draft).toList();
        batch = Batch.build(ulids.next(), current, clock.instant(), drafts);
      } catch (SQLException e) {
        fail(open, DatabaseException.of(e));
        return;
      } catch (DatabaseException | LogUnavailableException e) {
        fail(open, e);
        return;
      }
      switch (settled(batch, change)) {
        case Written.Done _ -> {
          committed(batch, open);
          return;
        }
        case Written.Overtaken _ -> head = null;
        case Written.KeyUsed _ -> {
          head = null;
          try {
            answerEarlier(open);
          } catch (SQLException e) {
            fail(open, DatabaseException.of(e));
            return;
          } catch (DatabaseException e) {
            fail(open, e);
            return;
          }
        }
        case Written.Failed(RuntimeException why) -> {
          fail(open, why);
          return;
        }
      }
    }
    LOG.warn("others were always faster: {} drafts were not written", open.size());
    LogUnavailableException failure = LogUnavailableException.refused("others were always faster");
    open.forEach(draft -> draft.fail(failure));
  }

  /**
   * Once the half-year is over, opens the next shard with an entry that names the end of the one
   * before: what its last checkpoint says.
   *
   * @return whether the shard that is open is that of today; if not, somebody else was faster
   * @throws DatabaseException if it could not be opened
   */
  private boolean openShard() throws SQLException {
    Head current = head();
    Instant now = clock.instant();
    Optional<String> origin = current.shard().successor(now);
    if (origin.isEmpty() || current.tree().size() == 0) {
      return true;
    }
    Checkpoint end =
        new Checkpoint(
            current.shard().origin(),
            current.next() - current.shard().first(),
            current.tree().root());
    Draft opening =
        new Drafts(vault, ulids)
            .draft(Kind.SHARD, new Subject.Installation())
            .part(new Owner.Installation(), Bytes.utf8(end.text()))
            .build();
    Batch batch = Batch.build(ulids.next(), current.opening(origin.get()), now, List.of(opening));
    return switch (settled(batch, null)) {
      case Written.Done _ -> {
        LOG.info("{} ends with {} entries; {} goes on", end.origin(), end.size(), origin.get());
        committed(batch, List.of());
        yield true;
      }
      case Written.Overtaken _, Written.KeyUsed _ -> {
        head = null;
        yield false;
      }
      case Written.Failed(RuntimeException why) -> throw why;
    };
  }

  /** What became of a batch; whatever it says is certain, but for a commit that was cut off. */
  private sealed interface Written {
    record Done() implements Written {}

    /** Another batch has its place. */
    record Overtaken() implements Written {}

    /** One of its idempotency keys was used before. */
    record KeyUsed() implements Written {}

    record Failed(RuntimeException why) implements Written {}
  }

  private Written settled(Batch batch, @Nullable Connection change) {
    Written written = change == null ? writeOwn(batch) : writeWith(batch, change);
    if (written instanceof Written.Failed(DatabaseException.CommitUnknown cut)) {
      LOG.warn("the commit of a batch was cut off ({}); looking for it", cut.sqlState());
      Written found = change == null ? writeAgain(batch, cut) : lookFor(batch, cut);
      // Whatever failed thereafter, the first try may stand.
      return found instanceof Written.Failed ? new Written.Failed(cut) : found;
    }
    return written;
  }

  private Written writeOwn(Batch batch) {
    try {
      Connection own = connection();
      if (append == null) {
        append = LogStore.prepareAppend(own);
      }
      if (batch.opensShard()) {
        writeOpening(own, append, batch);
      } else {
        LogStore.append(own, append, node, batch);
      }
      return new Written.Done();
    } catch (SQLException e) {
      return failed(DatabaseException.atCommit(e));
    } catch (DatabaseException e) {
      return failed(e);
    }
  }

  /** The shard and its first batch stand together or not at all. */
  private void writeOpening(Connection own, PreparedStatement statement, Batch batch)
      throws SQLException {
    own.setAutoCommit(false);
    try {
      LogStore.append(own, statement, node, batch);
      LogStore.insertShard(own, batch.after().shard());
      own.commit();
      own.setAutoCommit(true);
    } catch (SQLException e) {
      disconnect();
      throw e;
    }
  }

  /** The change's own statements stay; only the batch is undone when it must be built again. */
  private Written writeWith(Batch batch, Connection change) {
    try {
      Savepoint before = change.setSavepoint();
      try (PreparedStatement statement = LogStore.prepareAppend(change)) {
        LogStore.append(change, statement, node, batch);
      } catch (SQLException e) {
        DatabaseException why = DatabaseException.of(e);
        if (why instanceof DatabaseException.UniqueViolation) {
          change.rollback(before);
        }
        return failed(why);
      }
    } catch (SQLException e) {
      return failed(DatabaseException.of(e));
    }
    try {
      change.commit();
      return new Written.Done();
    } catch (SQLException e) {
      return failed(DatabaseException.atCommit(e));
    }
  }

  private static Written failed(DatabaseException why) {
    if (why instanceof DatabaseException.UniqueViolation violation) {
      if (violation.constraint().equals(ONCE_CONSTRAINT)) {
        return new Written.KeyUsed();
      }
      if (PLACE_CONSTRAINT.matcher(violation.constraint()).matches()) {
        return new Written.Overtaken();
      }
    }
    return new Written.Failed(why);
  }

  /**
   * After a commit that was cut off. The first try may have happened, may be under way, or may
   * never have arrived. Whoever has the batch's place on the chain decides: so the same batch is
   * written again until it, or another, stands there. Nothing else could be written meanwhile.
   */
  private Written writeAgain(Batch batch, DatabaseException cut) {
    while (true) {
      disconnect();
      try {
        Optional<Written> decided = decided(batch);
        if (decided.isPresent()) {
          return decided.get();
        }
        switch (writeOwn(batch)) {
          case Written.Done done -> {
            return done;
          }
          case Written.Overtaken _ -> {
            // Read again: it may be the first try that has the place.
          }
          case Written.KeyUsed used -> {
            if (decided(batch).isEmpty()) {
              return used;
            }
          }
          case Written.Failed(RuntimeException why) -> {
            if (why instanceof DatabaseException.StatementRefused) {
              return new Written.Failed(why);
            }
            pause();
          }
        }
      } catch (LogUnavailableException wentBack) {
        return new Written.Failed(wentBack);
      } catch (SQLException | DatabaseException away) {
        pause();
      }
      if (queue.isClosed()) {
        return new Written.Failed(cut);
      }
    }
  }

  /** What became of a batch's place on the chain; empty while nobody has it. */
  private Optional<Written> decided(Batch batch) throws SQLException {
    long place = batch.before().next();
    long next = readHead().next();
    if (next == place) {
      return Optional.empty();
    }
    return LogStore.batchId(connection(), place).equals(Optional.of(batch.id()))
        ? Optional.of(new Written.Done())
        : Optional.of(new Written.Overtaken());
  }

  /**
   * A change cannot be written again, since its statements are lost with its connection. But its
   * batch stood before the commit was sent: trying to take the same place waits for the outcome.
   */
  private Written lookFor(Batch batch, DatabaseException cut) {
    long end = System.nanoTime() + CHANGE_PATIENCE.toNanos();
    long place = batch.before().next();
    do {
      disconnect();
      try {
        Connection look = connection();
        look.setAutoCommit(false);
        try {
          LogStore.tryPlace(look, place);
          look.rollback();
          return new Written.Failed(cut);
        } catch (SQLException e) {
          look.rollback();
          if (failed(DatabaseException.of(e)) instanceof Written.Overtaken) {
            return LogStore.batchId(look, place).equals(Optional.of(batch.id()))
                ? new Written.Done()
                : new Written.Failed(cut);
          }
        }
      } catch (SQLException | DatabaseException away) {
        LOG.debug("waiting for the database to say whether a change stands");
      } finally {
        disconnect();
      }
      pause();
    } while (System.nanoTime() < end);
    return new Written.Failed(cut);
  }

  private boolean isAroundMidnight() {
    Instant now = clock.instant();
    return !day(now.minus(MIDNIGHT)).equals(day(now.plus(MIDNIGHT)));
  }

  private static LocalDate day(Instant at) {
    return LocalDate.ofInstant(at, ZoneOffset.UTC);
  }

  private void committed(Batch batch, List<WaitingDraft> open) {
    head = batch.after();
    batch.drafts().forEach(draft -> vault.admit(draft.keys()));
    tail.add(batch);
    long index = batch.before().next();
    for (WaitingDraft waiting : open) {
      waiting.done(new Appended.At(index++, batch.at()));
    }
  }

  private static void refuseStale(List<WaitingDraft> open, Head current) {
    open.removeIf(waiting -> {
      boolean stale =
          waiting.draft().underEpoch().isPresent()
              && waiting.draft().underEpoch().getAsLong() != current.epoch();
      if (stale) {
        waiting.done(new Appended.Stale(current.epoch()));
      }
      return stale;
    });
  }

  /** Answers the drafts whose idempotency key is used already, by whomever. */
  private void answerEarlier(List<WaitingDraft> open) throws SQLException {
    List<Bytes> keys =
        open.stream().flatMap(w -> w.draft().once().stream()).map(Draft.Once::key).toList();
    if (keys.isEmpty()) {
      return;
    }
    Map<Bytes, LogStore.Used> used = LogStore.once(connection(), day(clock.instant()), keys);
    Set<Bytes> seen = new HashSet<>();
    open.removeIf(waiting -> {
      Optional<Draft.Once> once = waiting.draft().once();
      if (once.isEmpty()) {
        return false;
      }
      LogStore.Used earlier = used.get(once.get().key());
      if (earlier != null) {
        waiting.done(earlier(earlier, once.get()));
        return true;
      }
      // Two of one key in one batch: the second waits for another batch, hence for an answer.
      if (!seen.add(once.get().key())) {
        again(waiting);
        return true;
      }
      return false;
    });
  }

  private void again(WaitingDraft waiting) {
    try {
      queue.add(waiting);
    } catch (LogUnavailableException full) {
      waiting.fail(full);
    }
  }

  static Appended.Earlier earlier(LogStore.Used used, Draft.Once once) {
    return new Appended.Earlier(
        used.index(), used.id(), used.at(), used.request().equals(once.request()));
  }

  private void pause() {
    try {
      Thread.sleep(AWAY_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(List<WaitingDraft> open, RuntimeException cause) {
    LOG.warn("the log could not be written: {}", cause.getMessage());
    String sentence = "the database did not take the entry";
    LogUnavailableException failure =
        cause instanceof DatabaseException && !(cause instanceof DatabaseException.CommitUnknown)
            ? LogUnavailableException.refused(sentence, cause)
            : new LogUnavailableException(sentence, cause);
    open.forEach(waiting -> waiting.fail(failure));
    disconnect();
  }

  private Head head() throws SQLException {
    Head known = head;
    if (known != null) {
      return known;
    }
    Head read = readHead();
    head = read;
    tail.reset(read.next());
    return read;
  }

  /** Refuses to build on a database that was replaced by an older one under our hands. */
  private Head readHead() throws SQLException {
    Head read = LogStore.head(connection()).orElseGet(() -> Head.empty(genesis));
    if (read.next() < tail.head()) {
      // A restored backup, or a standby that was behind: to go on would rewrite history.
      throw new LogUnavailableException(
          "the database went back from %d to %d entries".formatted(tail.head(), read.next()));
    }
    return read;
  }

  private Connection connection() throws SQLException {
    Connection open = connection;
    if (open == null || open.isClosed()) {
      disconnect();
      try {
        open = database.connect("sequencer");
      } catch (DatabaseException.DatabaseUnavailable away) {
        throw new SQLException("the database gives no connection", away.sqlState(), away);
      }
      open.setAutoCommit(true);
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    append = null;
    head = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException alreadyBroken) {
        LOG.debug("closing a broken connection: {}", alreadyBroken.getSQLState());
      }
    }
  }
}
