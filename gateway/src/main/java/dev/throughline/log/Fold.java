package dev.throughline.log;

import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log in order and applies it. The effects of a batch of entries and the new position are
 * one transaction; the position's chain has one link a batch, so that of two folds that build on
 * the same position one fails and reads again. A fold whose epoch leads no more ends.
 */
public final class Fold implements AutoCloseable {
  /** Entries a transaction; whatever the log's own batches were. */
  private static final int MAX_BATCH = 500;

  private static final Logger LOG = LoggerFactory.getLogger(Fold.class);
  private static final String STEP_CONSTRAINT = "step_pkey";

  /** How long the head is waited for before the tables are asked whether another node moved it. */
  private static final Duration IDLE = Duration.ofSeconds(1);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration LAST_BACKOFF = Duration.ofSeconds(2);

  /**
   * A transaction costs nearly the same for one entry as for forty. So a fold that has just taken
   * some time lets more come in for so many times as long, while nobody waits for what is there.
   */
  private static final int GATHER_TIMES = 3;

  private static final Duration GATHER_AT_MOST = Duration.ofMillis(40);

  /** How soon a fold that rests sees that the burst is over, or that it has put off enough. */
  private static final Duration REST = Duration.ofMillis(10);

  /**
   * A fold finds everything by key. Left to itself the server would plan its statements while the
   * tables are empty, and read whole tables until it next counts their rows.
   */
  private static final String BY_INDEX =
      "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off";

  /** Old links of the position's chain are dropped every so many batches. */
  private static final int FORGET_EVERY = 200;

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  private final Log log;
  private final Database database;
  private final String reader;
  private final Folder folder;
  private final long epoch;
  private final ReadAhead ahead;
  private final int batch;
  private final BurstPace pace;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final AtomicInteger awaited = new AtomicInteger();
  private long position;
  private volatile boolean closed;
  private @Nullable Connection connection;

  /** Of the batch that begins while the one before is applied: the two take turns. */
  private @Nullable Connection other;

  private int sinceForgotten;

  /** Of {@link System#nanoTime}: until then a batch may gather. */
  private long gatherUntil = System.nanoTime();

  /** A fold of {@code reader} under the epoch of the node that leads. */
  public Fold(Log log, String reader, long epoch, Folder folder) {
    this(log, reader, epoch, folder, MAX_BATCH);
  }

  /**
   * @param batch so many entries a transaction at most
   */
  Fold(Log log, String reader, long epoch, Folder folder, int batch) {
    this.log = log;
    this.database = log.database();
    this.reader = reader;
    this.epoch = epoch;
    this.folder = folder;
    this.batch = batch;
    this.ahead = new ReadAhead(log, reader, folder, batch);
    this.pace = new BurstPace(batch);
    this.position = database.read(c -> LogStore.position(c, reader));
    this.thread = Thread.ofPlatform().name("fold-" + reader).daemon(true).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** False before it starts, and after it ended because another node leads. */
  public boolean isRunning() {
    return thread.isAlive();
  }

  /** Every entry below is applied or parked; none from it on is. */
  public long position() {
    lock.lock();
    try {
      return position;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the position is at or beyond {@code index}; false when the time was up first. */
  public boolean await(long index, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    awaited.incrementAndGet();
    lock.lock();
    try {
      if (position < index) {
        log.wake();
      }
      while (position < index && left > 0) {
        left = moved.awaitNanos(left);
      }
      return position >= index;
    } finally {
      lock.unlock();
      awaited.decrementAndGet();
    }
  }

  @Override
  public void close() {
    closed = true;
    ahead.close();
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    thread.interrupt();
    try {
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    disconnect();
    giveUpOther();
  }

  private void run() {
    Duration backoff = FIRST_BACKOFF;
    int limit = batch;
    while (!closed) {
      List<LogEntry> entries = List.of();
      try {
        long from = position();
        if (log.await(from, IDLE) <= from) {
          log.refresh();
          continue;
        }
        gather(from);
        long start = System.nanoTime();
        Folder.Opened opened;
        if (limit == 1) {
          entries = log.read(from, 1);
          opened = carefully(entries);
        } else {
          ReadAhead.Ready ready = ahead.take(from, limit);
          ready.begun().ifPresent(this::takeTurns);
          entries = ready.entries();
          opened = ready.opened();
        }
        if (entries.isEmpty()) {
          continue;
        }
        log.prepareFor(entries.getLast().at());
        apply(entries, opened);
        backoff = FIRST_BACKOFF;
        limit = Math.min(batch, limit * 2);
        long taken = System.nanoTime() - start;
        mayGather(entries.size(), taken);
        giveWay(entries, taken);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (OvertakenException e) {
        startOver();
        if (!leads()) {
          LOG.warn("{}: another node leads; this fold ends", reader);
          return;
        }
        sleep(backoff);
      } catch (SQLException | RuntimeException e) {
        if (closed) {
          return;
        }
        if (!isLostDependency(e)) {
          // Halve until the entry that fails stands alone; then set aside what fails of it.
          int tried = Math.max(1, entries.size());
          LOG.warn("{}: folding {} entries from {} failed", reader, tried, position(), e);
          limit = Math.max(1, Math.min(limit, tried) / 2);
        }
        startOver();
        sleep(backoff);
        backoff =
            backoff.multipliedBy(2).compareTo(LAST_BACKOFF) < 0
                ? backoff.multipliedBy(2)
                : LAST_BACKOFF;
      }
    }
  }

  private Folder.Opened carefully(List<LogEntry> entries) {
    return transaction -> folder.foldCarefully(entries.getFirst(), transaction);
  }

  private void apply(List<LogEntry> entries, Folder.Opened opened)
      throws SQLException, OvertakenException, InterruptedException {
    long from = entries.getFirst().index();
    long to = entries.getLast().index() + 1;
    Connection transaction = connection();
    opened.look(transaction);
    if (ahead.mayBegin() && log.burst().isEmpty()) {
      ahead.begin(other());
    }
    Folder.Folded folded = opened.fold(transaction);
    step(transaction, from, to);
    if (++sinceForgotten >= FORGET_EVERY) {
      LogStore.forgetSteps(transaction, reader, from);
      sinceForgotten = 0;
    }
    try {
      transaction.commit();
    } catch (SQLException e) {
      if (!(DatabaseException.atCommit(e) instanceof DatabaseException.CommitUnknown)) {
        throw e;
      }
      LOG.warn("{}: the commit of {} to {} was cut off; looking for it", reader, from, to);
      if (!isCommitted(from)) {
        throw e;
      }
    }
    try {
      folded.committed();
    } finally {
      moveTo(to);
    }
  }

  private void step(Connection transaction, long from, long to)
      throws SQLException, OvertakenException {
    try {
      if (!LogStore.step(transaction, reader, from, to, epoch)) {
        throw new OvertakenException();
      }
    } catch (SQLException e) {
      if (DatabaseException.of(e) instanceof DatabaseException.UniqueViolation violation
          && violation.constraint().equals(STEP_CONSTRAINT)) {
        throw new OvertakenException();
      }
      throw e;
    }
  }

  /**
   * Whether the step from {@code from} that was cut off at its commit was taken. Its row stood
   * before the commit was sent, so trying to take the same step waits for whatever became of it.
   * What it brought about must be handed over in memory exactly if it was.
   */
  private boolean isCommitted(long from) throws InterruptedException {
    while (!closed) {
      disconnect();
      try {
        Connection look = connection();
        if (LogStore.stepFrom(look, reader, from, epoch).isPresent()) {
          look.rollback();
          return true;
        }
        try {
          step(look, from, from + 1);
          look.rollback();
          return false;
        } catch (OvertakenException taken) {
          look.rollback();
          if (LogStore.stepFrom(look, reader, from, epoch).isEmpty()) {
            look.rollback();
            return false;
          }
        }
      } catch (SQLException | DatabaseException stillAway) {
        LOG.debug("{}: waiting for the database to say whether a step stands", reader);
        Thread.sleep(FIRST_BACKOFF);
      }
    }
    return false;
  }

  private boolean leads() {
    try {
      return database.read(LogStore::epoch) == epoch;
    } catch (DatabaseException away) {
      return true;
    }
  }

  private void moveTo(long to) {
    lock.lock();
    try {
      position = to;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A whole batch tells that more waits. */
  private void mayGather(int folded, long nanos) {
    long most = Math.min(GATHER_TIMES * nanos, GATHER_AT_MOST.toNanos());
    gatherUntil = System.nanoTime() + (folded < batch ? most : 0);
  }

  private void gather(long from) throws InterruptedException {
    long left = gatherUntil - System.nanoTime();
    if (left > 0) {
      log.gather(from, batch, Duration.ofNanos(left), () -> awaited.get() > 0 || closed);
    }
  }

  /** In a burst the fold rests after a batch, as long as the pace lets it. */
  private void giveWay(List<LogEntry> folded, long nanos) throws InterruptedException {
    Optional<Tail.Burst> burst = log.burst();
    pace.folded(folded.size(), nanos, burst.isPresent(), System.nanoTime());
    Instant last = folded.getLast().at();
    while (burst.isPresent()
        && !closed
        && !ahead.hasBegun()
        && pace.mayRest(
            log.head() - position(), Duration.between(last, burst.get().at()), System.nanoTime())) {
      Thread.sleep(REST);
      burst = log.burst();
    }
  }

  /** After a failure: another fold may have gone on from where this one stood. */
  private void rereadPosition() {
    try {
      moveTo(database.read(c -> LogStore.position(c, reader)));
    } catch (RuntimeException e) {
      LOG.warn("{}: the position cannot be read: {}", reader, e.getMessage());
    }
  }

  /** After a failure: whatever was begun is given up, and read again. */
  private void startOver() {
    disconnect();
    giveUpOther();
    try {
      ahead.forget();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    rereadPosition();
  }

  private Connection connection() throws SQLException {
    connection = open(connection);
    return connection;
  }

  private Connection other() throws SQLException {
    other = open(other);
    return other;
  }

  private void takeTurns(Connection begun) {
    other = connection;
    connection = begun;
  }

  private Connection open(@Nullable Connection before) throws SQLException {
    if (before != null && !before.isClosed()) {
      return before;
    }
    Connection open = database.connect("fold");
    try (Statement statement = open.createStatement()) {
      statement.execute(BY_INDEX);
    }
    open.setAutoCommit(false);
    return open;
  }

  private void disconnect() {
    end(connection, Connection::close);
    connection = null;
  }

  /** Also under a statement of the thread that reads ahead. */
  private void giveUpOther() {
    end(other, ahead.hasBegun() ? open -> open.abort(Runnable::run) : Connection::close);
    other = null;
  }

  @FunctionalInterface
  private interface Ending {
    void of(Connection connection) throws SQLException;
  }

  private static void end(@Nullable Connection open, Ending ending) {
    if (open != null) {
      try {
        ending.of(open);
      } catch (SQLException alreadyBroken) {
        LOG.debug("closing a broken connection: {}", alreadyBroken.getSQLState());
      }
    }
  }

  private void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing is wrong with the entries: the same batch is to be tried again. */
  private static boolean isLostDependency(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DatabaseException known) {
        return isLost(known);
      }
      if (cause instanceof SQLException e) {
        return isLost(DatabaseException.atCommit(e));
      }
    }
    return false;
  }

  /** A batch that takes too long is halved, too. */
  private static boolean isLost(DatabaseException failure) {
    return switch (failure) {
      case DatabaseException.DatabaseUnavailable _,
          DatabaseException.CommitUnknown _,
          DatabaseException.Conflict _ ->
          true;
      case DatabaseException.UniqueViolation _,
          DatabaseException.StatementRefused _,
          DatabaseException.TimedOut _ ->
          false;
    };
  }

  /** Another fold took this step, or another node leads. */
  private static final class OvertakenException extends Exception {
    private static final long serialVersionUID = 1;
  }
}
