package dev.throughline.http;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The event loops of a listener: one a processor, four at most. With one for two processors, the
 * other one has nothing to do while the database waits for its disk.
 */
final class EventLoops implements AutoCloseable {
  private static final int MOST = 4;

  private final AcceptedChannels accepted;
  private final List<EventLoop> loops;
  private final AtomicInteger turn = new AtomicInteger();

  private EventLoops(AcceptedChannels accepted, List<EventLoop> loops) {
    this.accepted = accepted;
    this.loops = List.copyOf(loops);
  }

  /**
   * Null for a listener that has no use for them: none of its routes answers promptly, or it reads
   * TLS.
   */
  static @Nullable EventLoops of(Listener listener, SocketOptions options, AtomicBoolean closing)
      throws IOException {
    if (listener.tls() != null
        || listener.routes().stream().allMatch(route -> route.prompt() == null)) {
      return null;
    }
    int count = Math.min(Runtime.getRuntime().availableProcessors(), MOST);
    List<EventLoop> loops = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      loops.add(new EventLoop(listener, closing, listener.limits().requests() / count));
    }
    loops.forEach(EventLoop::start);
    return new EventLoops(new AcceptedChannels(options), loops);
  }

  /** The options that the listener sets for what it accepts. */
  SocketOptions accepted() {
    return accepted;
  }

  /** The connection's place in the next loop; null if that one serves nobody. */
  EventLoop.@Nullable Served take(GuardedConnection connection) {
    SocketChannel channel = accepted.take(connection).orElse(null);
    EventLoop loop = loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    return channel == null || loop.isStopped() ? null : loop.admit(channel, connection);
  }

  /** To be called now and then. */
  void tidy() {
    accepted.tidy();
  }

  /** When no connection is served any more. */
  @Override
  public void close() {
    loops.forEach(EventLoop::close);
  }
}
