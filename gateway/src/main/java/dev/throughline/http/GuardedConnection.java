package dev.throughline.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A connection that knows what it is waiting for and since when, and counts what it reads. Helidon
 * bounds neither the time of headers and bodies nor the length of a chunk-size line; both are held
 * here, below its parser.
 */
final class GuardedConnection implements ConnectionContext {
  /** What a connection is doing. The codes are dense, and fit into {@link #PHASE_BITS}. */
  enum Phase {
    OPENED(0),
    IDLE(1),
    HEAD(2),
    BODY(3),
    HANDLING(4),
    WRITING(5),
    LINGERING(6),
    EXPIRED(7);

    private static final Phase[] BY_CODE = values();
    private final int code;

    Phase(int code) {
      this.code = code;
    }
  }

  private static final int PHASE_BITS = 3;
  private static final long NO_BUDGET = Long.MAX_VALUE;

  private final ConnectionContext inner;
  private final Router router;
  private final ServerLimits limits;
  private final HelidonSocket socket;
  private final FreshReader reader;
  private final PeerInfo remotePeer;

  /**
   * Milliseconds of the phase's start, shifted, and the phase: one word, so that one swap sets it.
   */
  private final AtomicLong state = new AtomicLong(pack(Phase.OPENED));

  private long budget = NO_BUDGET;
  private byte @Nullable [] unread;

  GuardedConnection(ConnectionContext inner, Router router, ServerLimits limits) {
    this.inner = inner;
    this.router = router;
    this.limits = limits;
    this.socket = inner.serverSocket();
    this.remotePeer = inner.remotePeer();
    this.reader = new FreshReader(this::read);
  }

  /**
   * Moves on to the next phase.
   *
   * @throws CloseConnectionException if the guard or a shutdown ended the connection meanwhile
   */
  void enter(Phase next) {
    long now = state.get();
    if (phase(now) == Phase.EXPIRED || !state.compareAndSet(now, pack(next))) {
      throw new CloseConnectionException("the connection took too long");
    }
  }

  /** From here on at most this many bytes are taken from the socket. */
  void allow(long bytes) {
    budget = bytes;
  }

  /** The request is over; the next one starts with a clean slate. */
  void done() {
    budget = NO_BUDGET;
    reader.renew();
    enter(Phase.IDLE);
  }

  /** What was read elsewhere of the next request, and is to be read before what comes. */
  void unread(byte[] bytes) {
    unread = bytes;
  }

  /** The peer's address, as a literal. */
  String remoteAddress() {
    SocketAddress peer = remotePeer.address();
    return peer instanceof InetSocketAddress internet
        ? internet.getAddress().getHostAddress()
        : peer.toString();
  }

  /** Ends the connection if it waits for a request and nothing of one has come. */
  boolean expireIfIdle() {
    long now = state.get();
    Phase phase = phase(now);
    return (phase == Phase.IDLE || phase == Phase.OPENED)
        && state.compareAndSet(now, pack(Phase.EXPIRED));
  }

  /** Ends the connection if its phase lasts too long; true for one that ended already. */
  boolean expireIfLate() {
    long now = state.get();
    Duration limit =
        switch (phase(now)) {
          case OPENED, HEAD -> limits.head();
          case IDLE -> limits.idle();
          case BODY -> limits.body();
          case WRITING -> limits.write();
          case LINGERING -> ServerLimits.LINGER;
          case HANDLING -> null;
          case EXPIRED -> Duration.ZERO;
        };
    if (limit == null) {
      return false;
    }
    return phase(now) == Phase.EXPIRED
        || (millis() - (now >> PHASE_BITS) > limit.toMillis()
            && state.compareAndSet(now, pack(Phase.EXPIRED)));
  }

  /** Reads away what a refused client still sends, so that it sees the answer and not a reset. */
  void linger() {
    enter(Phase.LINGERING);
    budget = NO_BUDGET;
    try {
      long left = ServerLimits.LINGER_BYTES;
      for (byte[] bytes = socket.get(); bytes != null && left > 0; bytes = socket.get()) {
        left -= bytes.length;
      }
    } catch (RuntimeException e) {
      // the client left or overstayed: either way the connection ends now
    }
  }

  /** The parser's source of bytes; null at the end of the stream. */
  private byte @Nullable [] read() {
    byte[] bytes = unread != null ? unread : receive();
    unread = null;
    if (bytes == null) {
      return null;
    }
    Phase phase = phase(state.get());
    if (phase == Phase.OPENED || phase == Phase.IDLE || phase == Phase.EXPIRED) {
      enter(Phase.HEAD);
    }
    if (budget != NO_BUDGET) {
      budget -= bytes.length;
      if (budget < 0) {
        throw new BudgetSpentException();
      }
    }
    return bytes;
  }

  private byte @Nullable [] receive() {
    try {
      return socket.get();
    } catch (RuntimeException e) {
      if (phase(state.get()) == Phase.EXPIRED) {
        // The guard closed the socket: no failure, and nobody is there to be answered.
        throw new CloseConnectionException("the connection took too long", e);
      }
      throw e;
    }
  }

  private static long pack(Phase phase) {
    return millis() << PHASE_BITS | phase.code;
  }

  private static Phase phase(long state) {
    return Phase.BY_CODE[(int) (state & ((1 << PHASE_BITS) - 1))];
  }

  /** Monotonic: a change of the wall clock must not disconnect anybody. */
  private static long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public ListenerContext listenerContext() {
    return inner.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return inner.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return inner.dataWriter();
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public Router router() {
    return router;
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return inner.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return socket;
  }

  @Override
  public PeerInfo remotePeer() {
    return remotePeer;
  }

  @Override
  public PeerInfo localPeer() {
    return inner.localPeer();
  }

  @Override
  public boolean isSecure() {
    return inner.isSecure();
  }

  @Override
  public String socketId() {
    return inner.socketId();
  }

  @Override
  public String childSocketId() {
    return inner.childSocketId();
  }

  /** The client sent more bytes than its request may take. */
  static final class BudgetSpentException extends RuntimeException {
    BudgetSpentException() {
      super("more bytes than the request may take", null, false, false);
    }
  }
}
