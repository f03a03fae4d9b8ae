package dev.throughline.sandbox.emulator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Things to do at a time of the given clock. The clock may be a virtual one that jumps, so nothing
 * sleeps until a due time: one thread looks every few milliseconds while something waits.
 */
public final class Timers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Timers.class);
  private static final Duration LOOK_EVERY = Duration.ofMillis(10);
  private static final int LIMIT = 200_000;

  private record Timer(Instant due, long number, Runnable task) {}

  private final InstantSource clock;
  private final PriorityQueue<Timer> waiting =
      new PriorityQueue<>(Comparator.comparing(Timer::due).thenComparing(Timer::number));
  private final Thread thread;
  private long numbers;
  private boolean closed;

  public Timers(String name, InstantSource clock) {
    this.clock = clock;
    this.thread = Thread.ofVirtual().name(name + "-timers").start(this::run);
  }

  /** Returns false if too much waits already. */
  public synchronized boolean at(Instant due, Runnable task) {
    if (closed || waiting.size() >= LIMIT) {
      return false;
    }
    waiting.add(new Timer(due, numbers++, task));
    notifyAll();
    return true;
  }

  private void run() {
    while (true) {
      List<Runnable> due = new ArrayList<>();
      synchronized (this) {
        try {
          while (waiting.isEmpty() && !closed) {
            wait();
          }
          if (closed) {
            return;
          }
          Instant now = clock.instant();
          for (Timer next = waiting.peek();
              next != null && !next.due.isAfter(now);
              next = waiting.peek()) {
            due.add(waiting.remove().task);
          }
          if (due.isEmpty()) {
            wait(LOOK_EVERY.toMillis());
          }
        } catch (InterruptedException e) {
          return;
        }
      }
      for (Runnable task : due) {
        try {
          task.run();
        } catch (RuntimeException e) {
          LOG.error("A timed step of the emulator failed", e);
        }
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    thread.interrupt();
  }
}
