package dev.throughline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 keep-alive load from one platform thread over non-blocking sockets: per request one
 * write, one read and no allocation, because the servers under test share the machine's cores with
 * it. Connections stay open from one window to the next.
 */
final class LoadClient implements AutoCloseable {
  /** Five times what LINE waits: an answer later than this is no answer. */
  static final Duration ANSWER_DEADLINE = Duration.ofSeconds(10);

  private static final int HIGHEST_STATUS = 599;
  private static final int CONNECT_MILLIS = 2_000;
  private static final int READ_BYTES = 16 << 10;
  private static final long SWEEP_NANOS = 100_000_000;

  /** The longest sleep at a fixed rate: bounds how late an answer is noticed. */
  private static final long PARK_NANOS = 50_000;

  private final InetSocketAddress address;
  private final InstantSource clock;
  private final Selector selector;
  private final Connection[] connections;
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();
  private final ByteBuffer input = ByteBuffer.allocateDirect(READ_BYTES);
  private Window window;
  private long reconnects;

  LoadClient(InetSocketAddress address, int connectionCount, InstantSource clock)
      throws IOException {
    if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("benchmarks aim at loopback only, not " + address);
    }
    this.address = address;
    this.clock = clock;
    window = new Window(new PreparedRequests(0), true, Duration.ZERO, clock.instant(), null);
    selector = Selector.open();
    connections = new Connection[connectionCount];
    for (int i = 0; i < connectionCount; i++) {
      connections[i] = new Connection(open());
    }
  }

  /**
   * Keeps every connection busy until the time or the requests are used up.
   *
   * @param answeredAt where the time of each request's 200 is put (epoch nanoseconds; 0: none), or
   *     null
   */
  WindowResult saturate(PreparedRequests requests, Duration length, long @Nullable [] answeredAt)
      throws IOException {
    begin(requests, true, length, answeredAt);
    for (Connection connection : connections) {
      sendNext(connection, System.nanoTime());
    }
    while (window.inFlight > 0) {
      selector.select(this::ready, SWEEP_NANOS / 1_000_000);
      sweep(System.nanoTime());
    }
    return window.result(reconnects);
  }

  /**
   * Sends at a fixed rate, whatever the answers do. A request that finds no free connection waits
   * for one, and its latency counts from when it should have been sent: a slow server cannot hide
   * what it made others wait (coordinated omission).
   *
   * @param answeredAt as with {@link #saturate}
   */
  WindowResult atRate(
      PreparedRequests requests, double perSecond, Duration length, long @Nullable [] answeredAt)
      throws IOException {
    begin(requests, false, length, answeredAt);
    double interval = 1e9 / perSecond;
    int total = (int) Math.min(requests.count(), Math.round(perSecond * length.toNanos() / 1e9));
    boolean starved = false;
    // What was due while no connection was free is late by the server's doing, not by ours.
    long starvedUntil = window.start - 1;
    for (Connection connection : connections) {
      idle.add(connection);
    }
    while (window.next < total || window.inFlight > 0) {
      long now = System.nanoTime();
      long due = window.start + (long) (window.next * interval);
      if (window.next < total && due <= now) {
        Connection free = idle.poll();
        if (free != null) {
          if (starved) {
            starvedUntil = now;
            starved = false;
          }
          if (due > starvedUntil) {
            window.lag.record(now - due);
          }
          send(free, due);
          continue;
        }
        starved = true;
      }
      sweep(now);
      if (selector.selectNow(this::ready) == 0) {
        LockSupport.parkNanos(
            window.next < total && !starved ? Math.min(PARK_NANOS, due - now) : PARK_NANOS);
      }
    }
    idle.clear();
    return window.result(reconnects);
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.channel.close();
    }
    selector.close();
  }

  private void begin(
      PreparedRequests requests, boolean closedLoop, Duration length, long @Nullable [] answeredAt)
      throws IOException {
    if (requests.count() == 0) {
      throw new IllegalArgumentException("a window needs at least one prepared request");
    }
    idle.clear();
    reconnects = 0;
    for (Connection connection : connections) {
      connection.output = requests.view();
      connection.busy = false;
      if (connection.hungUp()) {
        connection.reopen();
      }
    }
    window = new Window(requests, closedLoop, length, clock.instant(), answeredAt);
  }

  private void sendNext(Connection connection, long now) throws IOException {
    if (window.mayStart(now)) {
      send(connection, now);
    } else {
      idle.add(connection);
    }
  }

  private void send(Connection connection, long countedFrom) throws IOException {
    connection.request = window.next++;
    connection.countedFrom = countedFrom;
    connection.sentAt = System.nanoTime();
    connection.busy = true;
    connection.answer.reset();
    window.inFlight++;
    window.requests.aim(connection.output, connection.request);
    flush(connection);
  }

  private void flush(Connection connection) throws IOException {
    try {
      connection.channel.write(connection.output);
    } catch (IOException e) {
      lost(connection);
      return;
    }
    connection.key.interestOps(
        connection.output.hasRemaining()
            ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
            : SelectionKey.OP_READ);
  }

  private void ready(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (key.isValid() && key.isWritable()) {
        flush(connection);
      }
      if (key.isValid() && key.isReadable()) {
        receive(connection);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void receive(Connection connection) throws IOException {
    int read;
    input.clear();
    try {
      read = connection.channel.read(input);
    } catch (IOException e) {
      read = -1;
    }
    if (read < 0 || !connection.busy) {
      lost(connection);
      return;
    }
    switch (connection.answer.read(input.flip())) {
      case MORE -> {}
      case MALFORMED -> lost(connection);
      case COMPLETE -> answered(connection);
    }
  }

  private void answered(Connection connection) throws IOException {
    long now = System.nanoTime();
    window.answered(connection.request, connection.answer.status(), connection.countedFrom, now);
    connection.busy = false;
    if (connection.answer.closes()) {
      connection.reopen();
    }
    if (window.closedLoop) {
      sendNext(connection, now);
    } else {
      idle.add(connection);
    }
  }

  /** The request in flight, if any, will have no answer; the connection is made anew. */
  private void lost(Connection connection) throws IOException {
    boolean wasBusy = connection.busy;
    connection.busy = false;
    connection.reopen();
    if (wasBusy) {
      long now = System.nanoTime();
      window.failed(connection.countedFrom, now);
      if (window.closedLoop) {
        sendNext(connection, now);
      } else {
        idle.add(connection);
      }
    }
  }

  private void sweep(long now) throws IOException {
    if (now - window.sweptAt < SWEEP_NANOS) {
      return;
    }
    window.sweptAt = now;
    for (Connection connection : connections) {
      if (connection.busy && now - connection.sentAt > ANSWER_DEADLINE.toNanos()) {
        lost(connection);
      }
    }
  }

  private SocketChannel open() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.socket().connect(address, CONNECT_MILLIS);
    channel.configureBlocking(false);
    return channel;
  }

  private final class Connection {
    private final AnswerReader answer = new AnswerReader();
    private SocketChannel channel;
    private SelectionKey key;
    private ByteBuffer output = ByteBuffer.allocate(0);
    private boolean busy;
    private int request;
    private long countedFrom;
    private long sentAt;

    Connection(SocketChannel channel) throws IOException {
      this.channel = channel;
      this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    void reopen() throws IOException {
      channel.close();
      channel = open();
      key = channel.register(selector, SelectionKey.OP_READ, this);
      reconnects++;
    }

    /** Between windows nothing is owed: any byte, or the end, means that the server hung up. */
    boolean hungUp() {
      try {
        return channel.read(input.clear()) != 0;
      } catch (IOException e) {
        return true;
      }
    }
  }

  /** The counts of one window; one thread writes them. */
  private static final class Window {
    private final PreparedRequests requests;
    private final boolean closedLoop;
    private final long @Nullable [] answeredAt;
    private final long epochNanosAtStart;
    private final Optional<long[]> processorsAtStart = Processors.look();
    private final long start = System.nanoTime();
    private final long end;
    private final Histogram latency = new Histogram();
    private final Histogram lag = new Histogram();
    private final long[] statuses = new long[HIGHEST_STATUS + 1];
    private int next;
    private int inFlight;
    private long answeredInTime;
    private long answeredAtAll;
    private long lastAnswer = start;
    private long failures;
    private long sweptAt = start;

    Window(
        PreparedRequests requests,
        boolean closedLoop,
        Duration length,
        Instant now,
        long @Nullable [] answeredAt) {
      this.requests = requests;
      this.closedLoop = closedLoop;
      this.answeredAt = answeredAt;
      this.epochNanosAtStart = ChronoUnit.NANOS.between(Instant.EPOCH, now);
      this.end = start + length.toNanos();
    }

    boolean mayStart(long now) {
      return now < end && next < requests.count();
    }

    void answered(int request, int status, long countedFrom, long now) {
      inFlight--;
      answeredAtAll++;
      if (now <= end) {
        answeredInTime++;
      }
      lastAnswer = now;
      statuses[status]++;
      latency.record(now - countedFrom);
      if (answeredAt != null && status == 200) {
        answeredAt[request] = epochNanosAtStart + (now - start);
      }
    }

    /** What had no answer still took the time that somebody waited for it. */
    void failed(long countedFrom, long now) {
      inFlight--;
      failures++;
      latency.record(now - countedFrom);
    }

    /** A closed loop that ran out of requests ended with its last answer, not with its time. */
    WindowResult result(long reconnects) {
      boolean ranOut = closedLoop && next == requests.count() && lastAnswer < end;
      long until = closedLoop ? (ranOut ? lastAnswer : end) : Math.max(lastAnswer, end);
      Map<Integer, Long> seen = new TreeMap<>();
      for (int status = 0; status < statuses.length; status++) {
        if (statuses[status] > 0) {
          seen.put(status, statuses[status]);
        }
      }
      return new WindowResult(
          closedLoop ? answeredInTime : answeredAtAll,
          (until - start) / 1e9,
          seen,
          failures,
          reconnects,
          latency.sparse(),
          lag.sparse(),
          epochNanosAtStart,
          Processors.between(processorsAtStart, Processors.look()));
    }
  }
}
