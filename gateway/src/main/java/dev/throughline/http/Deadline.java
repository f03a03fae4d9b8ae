package dev.throughline.http;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of one exchange. When it comes the socket in use is closed, whatever the exchange is
 * waiting for: connecting, shaking hands, writing to a peer that does not read, or reading a body
 * that trickles. Read time-outs of sockets cover only the last, and start anew with each byte.
 */
final class Deadline implements AutoCloseable {
  private final long end;
  private final Future<?> alarm;
  private @Nullable SocketChannel held;
  private boolean passed;

  Deadline(Duration time, ScheduledExecutorService watch) {
    this.end = System.nanoTime() + time.toNanos();
    this.alarm = watch.schedule(this::pass, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private synchronized void pass() {
    passed = true;
    if (held != null) {
      closeQuietly(held);
    }
  }

  synchronized boolean hasPassed() {
    return passed || end - System.nanoTime() <= 0;
  }

  /** Never below one, since zero means for ever to some of those who are told to wait. */
  long leftMillis() {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
  }

  /** From here on this socket is the one to close; a deadline that has passed closes it at once. */
  synchronized void hold(SocketChannel channel) {
    held = channel;
    if (passed) {
      closeQuietly(channel);
    }
  }

  /** True if the socket was let go in time and will not be closed from here any more. */
  synchronized boolean release() {
    held = null;
    return !passed;
  }

  @Override
  public void close() {
    alarm.cancel(false);
  }

  static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // it is gone either way
    }
  }
}
