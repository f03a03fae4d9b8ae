package dev.throughline.log;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Reads and opens the entries of the next batch while the fold applies the one before: only where a
 * whole batch waits already, since a fold that keeps up has nothing to gain.
 */
final class ReadAhead implements AutoCloseable {
  private final Log log;
  private final Folder folder;
  private final int batch;
  private final ExecutorService thread;
  private long from;
  private @Nullable Future<Ready> next;

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
   */
  record Ready(List<LogEntry> entries, Folder.Opened opened) {}

  /** At most {@code limit} entries from {@code position} on. */
  Ready take(long position, int limit) throws InterruptedException {
    Future<Ready> pending = next;
    next = null;
    Ready ready =
        pending != null && from == position && limit == batch
            ? result(pending)
            : read(position, limit);
    from = position + ready.entries.size();
    if (limit == batch && log.head() - from >= batch) {
      long start = from;
      next = thread.submit(() -> read(start, batch));
    }
    return ready;
  }

  /** What was read ahead is read again. */
  void forget() {
    next = null;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private Ready read(long position, int limit) {
    List<LogEntry> entries = log.read(position, limit);
    return new Ready(entries, folder.open(entries));
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
