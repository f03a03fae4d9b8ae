package dev.throughline.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and opens the entries of the next batch, and begins its transaction, while the fold applies
 * the one before: only where a whole batch waits already, since a fold that keeps up has nothing to
 * gain.
 */
final class ReadAhead implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);

  private final Log log;
  private final Folder folder;
  private final int batch;
  private final ExecutorService thread;
  private long from;
  private @Nullable Future<Ready> next;
  private boolean begun;

  ReadAhead(Log log, String reader, Folder folder, int batch) {
    this.log = log;
    this.folder = folder;
    this.batch = batch;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("fold-ahead-" + reader).daemon(true).factory());
  }

  /**
   * Entries and what the folder made of them.
   *
   * @param entries in order, without gaps; empty when there are none
   * @param begun the transaction that they have begun in, if they have
   */
  record Ready(List<LogEntry> entries, Folder.Opened opened, Optional<Connection> begun) {}

  /** At most {@code limit} entries from {@code position} on. */
  Ready take(long position, int limit) throws InterruptedException {
    Future<Ready> pending = next;
    next = null;
    Ready ready =
        pending != null && from == position && limit == batch
            ? result(pending)
            : read(position, limit);
    begun = false;
    from = position + ready.entries.size();
    if (limit == batch && log.head() - from >= batch) {
      long start = from;
      next = thread.submit(() -> read(start, batch));
    }
    return ready;
  }

  /**
   * What is read ahead begins, too, once it is read: call it while the batch before is applied and
   * has looked at all that it touches.
   *
   * @param transaction of nobody else until what was read ahead is taken or forgotten
   */
  void begin(Connection transaction) {
    Future<Ready> reading = next;
    if (reading != null) {
      begun = true;
      next = thread.submit(() -> begin(result(reading), transaction));
    }
  }

  /** Whether a batch is read ahead that might begin. */
  boolean mayBegin() {
    return next != null;
  }

  /** Whether what is read ahead may hold others up until it is applied. */
  boolean hasBegun() {
    return begun;
  }

  /** What was read ahead is read again; whoever ended its transaction waits for no statement. */
  void forget() throws InterruptedException {
    Future<Ready> pending = next;
    next = null;
    begun = false;
    if (pending != null) {
      try {
        pending.get();
      } catch (ExecutionException dropped) {
        LOG.debug("what was read ahead is dropped: {}", String.valueOf(dropped.getCause()));
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private Ready read(long position, int limit) {
    List<LogEntry> entries = log.read(position, limit);
    return new Ready(entries, folder.open(entries), Optional.empty());
  }

  private Ready begin(Ready ready, Connection transaction) throws SQLException {
    if (ready.entries.isEmpty() || !log.isPreparedFor(ready.entries.getLast().at())) {
      return ready;
    }
    ready.opened.begin(transaction);
    return new Ready(ready.entries, ready.opened, Optional.of(transaction));
  }

  private static Ready result(Future<Ready> pending) throws InterruptedException {
    try {
      return pending.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("the entries ahead could not be read", e.getCause());
    }
  }
}
