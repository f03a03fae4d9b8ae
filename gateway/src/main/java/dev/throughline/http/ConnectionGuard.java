package dev.throughline.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hands each accepted connection to Helidon's HTTP/1.1 under a {@link GuardedConnection}, where
 * there are {@link EventLoops} once these have done with it, and ends those that overstay: clients
 * that trickle a request, hold an idle connection or do not read.
 */
final class ConnectionGuard implements ServerConnectionSelector, AutoCloseable {
  /** Fine enough for limits of seconds; a look at a connection costs nanoseconds. */
  private static final Duration PERIOD = Duration.ofMillis(250);

  private final ServerConnectionSelector http1;
  private final ServerLimits limits;
  private final Set<Guarded> open = ConcurrentHashMap.newKeySet();
  private final Thread watch;
  private final AtomicBoolean closing;
  private final Router router;
  private final @Nullable EventLoops loops;

  ConnectionGuard(
      String listener,
      ServerConnectionSelector http1,
      ServerLimits limits,
      Router router,
      @Nullable EventLoops loops,
      AtomicBoolean closing) {
    this.router = router;
    this.loops = loops;
    this.closing = closing;
    this.http1 = http1;
    this.limits = limits;
    this.watch = Thread.ofPlatform().daemon().name("http-guard-" + listener).unstarted(this::watch);
  }

  void start() {
    watch.start();
  }

  private void watch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(PERIOD);
        for (Guarded connection : open) {
          if (connection.context.expireIfLate()) {
            connection.end();
          }
        }
        if (loops != null) {
          loops.tidy();
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  @Override
  public void close() {
    watch.interrupt();
    if (loops != null) {
      loops.close();
    }
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  @Override
  public Support supports(BufferData data) {
    return Support.SUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    GuardedConnection guarded = new GuardedConnection(context, router, limits);
    EventLoop.Served first = loops == null ? null : loops.take(guarded);
    return new Guarded(guarded, first, http1.connection(guarded));
  }

  private final class Guarded implements ServerConnection {
    private final GuardedConnection context;
    private final EventLoop.@Nullable Served first;
    private final ServerConnection inner;

    Guarded(GuardedConnection context, EventLoop.@Nullable Served first, ServerConnection inner) {
      this.context = context;
      this.first = first;
      this.inner = inner;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      open.add(this);
      try {
        if (!closing.get() && (first == null || first.serve())) {
          inner.handle(limit);
        }
      } finally {
        open.remove(this);
      }
    }

    @Override
    public Duration idleTime() {
      return inner.idleTime();
    }

    /**
     * Called when the listener stops. A connection of which nothing of a request was read is ended
     * at once; Helidon alone would also cut one that has sent half of its request line.
     */
    @Override
    public void close(boolean interrupt) {
      closing.set(true);
      if (interrupt || context.expireIfIdle()) {
        end();
      }
    }

    void end() {
      if (first == null || !first.end()) {
        inner.close(true);
      }
    }
  }
}
