package dev.throughline.channel.email;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Closes a connection at a deadline, which ends whatever waits for it. */
final class Alarm implements AutoCloseable {
  private static final ScheduledThreadPoolExecutor WATCH = watch();

  private final ScheduledFuture<?> closing;

  private Alarm(ScheduledFuture<?> closing) {
    this.closing = closing;
  }

  static Alarm in(Duration time, Closeable connection) {
    return new Alarm(
        WATCH.schedule(
            () -> {
              try {
                connection.close();
              } catch (IOException e) {
                // It is gone either way.
              }
            },
            Math.max(0, time.toNanos()),
            TimeUnit.NANOSECONDS));
  }

  @Override
  public void close() {
    closing.cancel(false);
  }

  private static ScheduledThreadPoolExecutor watch() {
    ScheduledThreadPoolExecutor watch =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("smtp-deadlines").factory());
    watch.setRemoveOnCancelPolicy(true);
    return watch;
  }
}
