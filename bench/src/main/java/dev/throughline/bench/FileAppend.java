package dev.throughline.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The limit that a log on this disk can reach: a file that only grows, one write and one fdatasync
 * for all callers that wait, no timer. Its bounds are the gateway's own sequencer's.
 */
final class FileAppend implements AppendTarget {
  private static final int QUEUE = 4_096;
  private static final int BATCH = 512;
  private static final int BATCH_BYTES = 1 << 20;
  private static final Duration DURABLE_WITHIN = Duration.ofSeconds(30);
  private static final Duration IDLE_POLL = Duration.ofMillis(50);

  private final FileChannel file;
  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(QUEUE);
  private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_BYTES);
  private final Thread writer;
  private volatile boolean closing;

  FileAppend(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    writer = Thread.ofPlatform().name("file-append").start(this::write);
  }

  @Override
  public String name() {
    return "file + fdatasync, group commit";
  }

  @Override
  public void append(byte[] entry) throws IOException, InterruptedException {
    if (entry.length > BATCH_BYTES) {
      throw new IllegalArgumentException(
          "an entry has at most " + BATCH_BYTES + " bytes, not " + entry.length);
    }
    Waiting waiting = new Waiting(entry);
    if (!queue.offer(waiting, DURABLE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        || !waiting.done.await(DURABLE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("not durable within " + DURABLE_WITHIN.toSeconds() + " s");
    }
    if (waiting.failed) {
      throw new IOException("the file could not be written");
    }
  }

  @Override
  public void close() throws IOException {
    closing = true;
    try {
      writer.join(DURABLE_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    file.close();
  }

  private void write() {
    List<Waiting> taken = new ArrayList<>(BATCH);
    while (!closing || !queue.isEmpty()) {
      try {
        Waiting first = queue.poll(IDLE_POLL.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          taken.add(first);
          drain(taken, first.entry.length);
          commit(taken);
          taken.clear();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void drain(List<Waiting> taken, int bytes) {
    int total = bytes;
    while (taken.size() < BATCH) {
      Waiting next = queue.peek();
      if (next == null || total + next.entry.length > BATCH_BYTES) {
        return;
      }
      total += next.entry.length;
      taken.add(queue.remove());
    }
  }

  private void commit(List<Waiting> taken) {
    boolean failed = false;
    try {
      batch.clear();
      for (Waiting waiting : taken) {
        batch.put(waiting.entry);
      }
      batch.flip();
      while (batch.hasRemaining()) {
        file.write(batch);
      }
      file.force(false);
    } catch (IOException e) {
      failed = true;
    }
    for (Waiting waiting : taken) {
      waiting.failed = failed;
      waiting.done.countDown();
    }
  }

  private static final class Waiting {
    private final byte[] entry;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean failed;

    Waiting(byte[] entry) {
      this.entry = entry;
    }
  }
}
