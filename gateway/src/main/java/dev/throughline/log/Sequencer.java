package dev.throughline.log;

import dev.throughline.ledger.Subject;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts drafts in order, one batch a commit. The commit is the window: what arrives while one runs
 * is the next batch. Limits: {@link #MAX_QUEUED} drafts and {@link #MAX_QUEUED_BYTES} wait, half of
 * it at most for one subject; a batch has at most {@link #MAX_BATCH} drafts and {@link
 * #MAX_BATCH_BYTES}, but for a single larger draft, which is a batch of its own.
 *
 * <p>A change made through the API hands over its open transaction: the sequencer adds the batch to
 * it and commits. Locks of people are held by then, so that the sequencer never waits for one.
 */
final class Sequencer implements AutoCloseable {
  static final int MAX_QUEUED = 4_096;
  static final long MAX_QUEUED_BYTES = 32L << 20;
  static final int MAX_BATCH = 512;
  static final long MAX_BATCH_BYTES = 1L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);
  private static final String BATCH_CONSTRAINT = "batch_pkey";
  private static final String ONCE_CONSTRAINT = "once_pkey";

  /** How often a batch is built again on a newer head before its callers are told 503. */
  private static final int MAX_REBUILDS = 20;

  /** How long an ambiguous commit is looked for before its callers are told 503. */
  private static final Duration AMBIGUITY_PATIENCE = Duration.ofSeconds(2);

  /** Settled in any case, sooner or later: the sequencer has deadlines of its own. */
  static final Duration FOREVER = Duration.ofDays(1);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  private final Database database;
  private final Vault vault;
  private final Ulids ulids;
  private final InstantSource clock;
  private final UUID node;
  private final Tail tail;
  private final Head.Shard genesis;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private final Map<Subject, Integer> queuedBySubject = new HashMap<>();
  private long queuedBytes;
  private boolean closed;

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
  }

  void start() {
    thread.start();
  }

  /** Durable when it returns {@link Appended.At}. {@code change} commits with the entry. */
  Appended append(Draft draft, @Nullable Connection change, Duration patience) {
    Waiting waiting = new Waiting(draft, change, System.nanoTime());
    enqueue(waiting);
    return waiting.await(patience);
  }

  /** For how long the oldest draft has been waiting for its batch to start. */
  Duration oldestWait() {
    lock.lock();
    try {
      Waiting first = queue.peekFirst();
      return first == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - first.since);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void enqueue(Waiting waiting) {
    Draft draft = waiting.draft;
    lock.lock();
    try {
      if (closed) {
        throw LogUnavailableException.refused("the server is stopping");
      }
      int ofSubject = queuedBySubject.getOrDefault(draft.subject(), 0);
      if (queue.size() >= MAX_QUEUED
          || queuedBytes + draft.weight() > MAX_QUEUED_BYTES
          || ofSubject >= MAX_QUEUED / 2) {
        throw LogUnavailableException.refused("the log's queue is full");
      }
      queue.addLast(waiting);
      queuedBytes += draft.weight();
      queuedBySubject.put(draft.subject(), ofSubject + 1);
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      List<Waiting> batch = take();
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

  /** The next batch; empty when closed and drained. */
  private List<Waiting> take() {
    List<Waiting> batch = new ArrayList<>();
    lock.lock();
    try {
      while (queue.isEmpty()) {
        if (closed) {
          return batch;
        }
        arrived.awaitUninterruptibly();
      }
      long bytes = 0;
      while (!queue.isEmpty() && batch.size() < MAX_BATCH) {
        Waiting next = queue.getFirst();
        boolean alone = next.change != null;
        if (!batch.isEmpty() && (alone || bytes + next.draft.weight() > MAX_BATCH_BYTES)) {
          break;
        }
        queue.removeFirst();
        queuedBytes -= next.draft.weight();
        queuedBySubject.computeIfPresent(
            next.draft.subject(), (subject, n) -> n == 1 ? null : n - 1);
        batch.add(next);
        bytes += next.draft.weight();
        if (alone) {
          break;
        }
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Waiting> waiting) {
    List<Waiting> open = new ArrayList<>(waiting);
    for (int rebuild = 0; rebuild < MAX_REBUILDS && !open.isEmpty(); rebuild++) {
      Head current;
      try {
        current = head();
      } catch (SQLException e) {
        fail(open, e);
        return;
      }
      refuseStale(open, current);
      if (open.isEmpty()) {
        return;
      }
      Batch batch =
          Batch.build(
              ulids.next(), current, clock.instant(), open.stream().map(w -> w.draft).toList());
      Connection change = open.getFirst().change;
      try {
        commit(batch, change);
        committed(batch, open);
        return;
      } catch (SQLException e) {
        // A change's transaction is spoilt by any error: only its maker can start it again.
        if (change == null && isViolation(e, ONCE_CONSTRAINT)) {
          answerEarlier(open);
        } else if (change != null || !isViolation(e, BATCH_CONSTRAINT)) {
          boolean written = isAmbiguous(e) && isWritten(batch);
          if (written) {
            committed(batch, open);
          } else {
            fail(open, e);
          }
          return;
        }
      }
      head = null;
    }
    if (!open.isEmpty()) {
      fail(open, new SQLException("others were always faster"));
    }
  }

  private void commit(Batch batch, @Nullable Connection change) throws SQLException {
    if (change == null) {
      Connection own = connection();
      if (append == null) {
        append = LogStore.prepareAppend(own);
      }
      LogStore.append(own, append, node, batch);
      return;
    }
    try (PreparedStatement statement = LogStore.prepareAppend(change)) {
      LogStore.append(change, statement, node, batch);
    }
    change.commit();
  }

  private void committed(Batch batch, List<Waiting> open) {
    head = batch.after();
    batch.drafts().forEach(draft -> vault.admit(draft.keys()));
    tail.add(batch);
    long index = batch.before().next();
    for (Waiting waiting : open) {
      waiting.done(new Appended.At(index++, batch.at()));
    }
  }

  private static void refuseStale(List<Waiting> open, Head current) {
    open.removeIf(waiting -> {
      boolean stale =
          waiting.draft.underEpoch().isPresent()
              && waiting.draft.underEpoch().getAsLong() != current.epoch();
      if (stale) {
        waiting.done(new Appended.Stale(current.epoch()));
      }
      return stale;
    });
  }

  /** Answers the drafts whose idempotency key is used already, by whomever. */
  private void answerEarlier(List<Waiting> open) {
    List<Bytes> keys =
        open.stream().flatMap(w -> w.draft.once().stream()).map(Draft.Once::key).toList();
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    Map<Bytes, LogStore.Used> used;
    try {
      used = LogStore.once(connection(), today, keys);
    } catch (SQLException e) {
      fail(open, e);
      open.clear();
      return;
    }
    Map<Bytes, Waiting> seen = new HashMap<>();
    open.removeIf(waiting -> {
      Optional<Draft.Once> once = waiting.draft.once();
      if (once.isEmpty()) {
        return false;
      }
      LogStore.Used earlier = used.get(once.get().key());
      if (earlier != null) {
        waiting.done(earlier(earlier, once.get()));
        return true;
      }
      // Two of one key in one batch: the second waits for another batch, hence for an answer.
      if (seen.putIfAbsent(once.get().key(), waiting) != null) {
        again(waiting);
        return true;
      }
      return false;
    });
  }

  private void again(Waiting waiting) {
    try {
      enqueue(waiting);
    } catch (LogUnavailableException full) {
      waiting.fail(full);
    }
  }

  static Appended.Earlier earlier(LogStore.Used used, Draft.Once once) {
    return new Appended.Earlier(
        used.index(), used.id(), used.at(), used.request().equals(once.request()));
  }

  /** After a broken commit: whether it happened. Unknown counts as not, and is said as 503. */
  private boolean isWritten(Batch batch) {
    long end = System.nanoTime() + AMBIGUITY_PATIENCE.toNanos();
    do {
      disconnect();
      try {
        return LogStore.batchId(connection(), batch.before().next())
            .filter(batch.id()::equals)
            .isPresent();
      } catch (SQLException e) {
        LOG.warn("looking for a batch whose commit was cut off: {}", e.getSQLState());
        pause();
      }
    } while (System.nanoTime() < end);
    return false;
  }

  private static void pause() {
    try {
      Thread.sleep(Duration.ofMillis(50));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(List<Waiting> open, SQLException cause) {
    LOG.warn("the log could not be written: SQL state {}", cause.getSQLState());
    LogUnavailableException failure =
        new LogUnavailableException("the database did not take the entry", cause);
    open.forEach(waiting -> waiting.fail(failure));
    disconnect();
  }

  private Head head() throws SQLException {
    Head known = head;
    if (known != null) {
      return known;
    }
    Head read = LogStore.head(connection()).orElseGet(() -> Head.empty(genesis));
    head = read;
    tail.reset(read.next());
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

  private static boolean isViolation(SQLException e, String constraint) {
    return DatabaseException.of(e) instanceof DatabaseException.UniqueViolation violation
        && violation.constraint().equals(constraint);
  }

  /** The commit may have happened all the same. */
  private static boolean isAmbiguous(SQLException e) {
    return DatabaseException.atCommit(e) instanceof DatabaseException.CommitUnknown;
  }

  /** A draft and the caller who waits for it. */
  private static final class Waiting {
    final Draft draft;
    final @Nullable Connection change;
    final long since;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition settled = lock.newCondition();
    private @Nullable Appended result;
    private @Nullable LogUnavailableException failure;

    Waiting(Draft draft, @Nullable Connection change, long since) {
      this.draft = draft;
      this.change = change;
      this.since = since;
    }

    void done(Appended appended) {
      lock.lock();
      try {
        if (failure == null) {
          result = appended;
        }
        settled.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void fail(LogUnavailableException cause) {
      lock.lock();
      try {
        if (result == null) {
          failure = cause;
        }
        settled.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /**
     * A change waits as long as it takes: its connection is in the sequencer's hands, which has
     * deadlines of its own.
     */
    Appended await(Duration patience) {
      long left = patience.toNanos();
      lock.lock();
      try {
        while (result == null && failure == null) {
          if (change != null) {
            settled.awaitUninterruptibly();
          } else if (left <= 0) {
            throw new LogUnavailableException("the log did not answer in time");
          } else {
            left = settled.awaitNanos(left);
          }
        }
        if (failure != null) {
          throw new LogUnavailableException("the entry was not written", failure);
        }
        if (result == null) {
          throw new AssertionError("settled with neither result nor failure");
        }
        return result;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LogUnavailableException("interrupted while waiting for the log", e);
      } finally {
        lock.unlock();
      }
    }
  }
}
