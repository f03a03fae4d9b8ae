package dev.throughline.http;

import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * The only way out of the gateway: HTTP/1.1 over blocking sockets. It follows no redirect, keeps no
 * cookie, and writes each request to at most one connection at most once, so that its answer to
 * "did the other side get this?" can be trusted:
 *
 * <ul>
 *   <li>{@link HttpResult.NotSent}: it ended before the first byte of the request was handed to the
 *       socket: policy, name, connection, handshake, no free slot.
 *   <li>{@link HttpResult.Unknown}: after that byte, and without a whole answer: a reset, an early
 *       end, the deadline, an answer that is not HTTP. A kept connection that the peer closes while
 *       the request is on its way ends here too; that is made rare by looking at the connection
 *       before it is used and by letting it go before usual servers do.
 *   <li>{@link HttpResult.Answered}, {@link HttpResult.TooLarge}: a whole head came, also if the
 *       peer answered and closed before it had read the whole request.
 * </ul>
 *
 * The addresses that a name resolves to are checked here, and a checked one is dialled by number;
 * nothing resolves the name a second time.
 */
public final class Http implements AutoCloseable {
  /** Each address of a name gets this long before the next one is tried. */
  private static final Duration CONNECT_ATTEMPT = Duration.ofSeconds(3);

  /**
   * Node, the most common callback target, closes idle connections after 5 s; most others later.
   */
  private static final Duration KEEP = Duration.ofSeconds(4);

  private static final Duration TIDY_PERIOD = Duration.ofSeconds(1);

  /** Head and body go out in one write up to this size, so in one packet if they fit. */
  private static final int ONE_WRITE_BYTES = 64 << 10;

  /** Look-ups block real threads in the system's resolver, so they are few and apart. */
  private static final int RESOLVER_THREADS = 16;

  private static final int RESOLVER_QUEUE = 256;

  private final Settings settings;
  private final Dialer dialer;
  private final Lanes lanes;
  private final ScheduledThreadPoolExecutor watch;
  private final ThreadPoolExecutor resolving;

  /**
   * What a client is built with.
   *
   * @param perTarget requests under way to one target at once: a slow one holds no more than this
   * @param all requests under way altogether
   */
  public record Settings(
      String userAgent, Resolver resolver, SSLContext tls, int perTarget, int all) {
    private static final int PER_TARGET = 128;
    private static final int ALL = 1_024;

    /** The operating system's resolver and trust store. */
    public static Settings of(String version) {
      try {
        return new Settings(
            "throughline/" + version, Resolver.system(), SSLContext.getDefault(), PER_TARGET, ALL);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("this JDK has no TLS", e);
      }
    }

    public Settings resolver(Resolver other) {
      return new Settings(userAgent, other, tls, perTarget, all);
    }

    public Settings tls(SSLContext other) {
      return new Settings(userAgent, resolver, other, perTarget, all);
    }

    public Settings bounds(int perTargetAtOnce, int allAtOnce) {
      return new Settings(userAgent, resolver, tls, perTargetAtOnce, allAtOnce);
    }
  }

  public Http(Settings settings) {
    this(settings, Http::dial);
  }

  /** With another way to open connections: so that tests see every address that is dialled. */
  Http(Settings settings, Dialer dialer) {
    this.settings = settings;
    this.dialer = dialer;
    this.lanes = new Lanes(settings.perTarget(), settings.all(), KEEP.toNanos());
    this.watch =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("http-deadlines").factory());
    watch.setRemoveOnCancelPolicy(true);
    var _ =
        watch.scheduleWithFixedDelay(
            lanes::tidy, TIDY_PERIOD.toMillis(), TIDY_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    this.resolving =
        new ThreadPoolExecutor(
            RESOLVER_THREADS,
            RESOLVER_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(RESOLVER_QUEUE),
            Thread.ofPlatform().daemon().name("http-resolver-", 0).factory());
    resolving.allowCoreThreadTimeOut(true);
  }

  /** Connects a channel to an address. */
  @FunctionalInterface
  interface Dialer {
    void dial(SocketChannel channel, InetSocketAddress address, int millis) throws IOException;
  }

  /** A request that ended before its first byte. */
  private static final class NotSentException extends Exception {
    private final HttpResult.Cause cause;

    NotSentException(HttpResult.Cause cause) {
      super(cause.name(), null, false, false);
      this.cause = cause;
    }
  }

  /**
   * Sends once and waits for the whole answer.
   *
   * @param time for all of it: a free slot, the name, the connection, the request, the whole answer
   */
  public HttpResult send(OutgoingRequest request, Duration time) {
    return send(request, time, reader -> reader.read(request.method(), request.answerLimitBytes()));
  }

  /**
   * Sends once and hands the answer's body on as it comes. {@link HttpResult.Answered} has no body:
   * the receiver has had all of it; {@link HttpResult.TooLarge} says that it wanted no more.
   *
   * @param time for all of it, the last byte included
   */
  public HttpResult receive(OutgoingRequest request, Duration time, Receiver receiver) {
    return send(request, time, reader -> reader.read(request.method(), receiver));
  }

  /**
   * Opens a connection for another protocol, under the same rules as one for HTTP.
   *
   * @param target its scheme and path say nothing here
   * @param time for the name and the connection
   */
  public Dialled dial(Target target, TargetPolicy policy, Duration time) {
    if (!policy.allowsPort(target.port())) {
      return new Dialled.Failed(HttpResult.Cause.REFUSED_TARGET);
    }
    try (Deadline deadline = new Deadline(time, watch)) {
      List<InetAddress> named = new ArrayList<>();
      for (InetAddress address : addresses(target, deadline)) {
        if (policy.allows(address)) {
          named.add(InetAddress.getByAddress(target.host(), address.getAddress()));
        }
      }
      if (named.isEmpty()) {
        return new Dialled.Failed(HttpResult.Cause.REFUSED_TARGET);
      }
      SocketChannel channel = dialFirst(named, target.port(), deadline);
      if (deadline.release()) {
        return new Dialled.Connected(channel.socket());
      }
      Deadline.closeQuietly(channel);
      return new Dialled.Failed(HttpResult.Cause.DEADLINE);
    } catch (NotSentException e) {
      return new Dialled.Failed(e.cause);
    } catch (RejectedExecutionException e) {
      return new Dialled.Failed(HttpResult.Cause.CLOSED);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of no length", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Dialled.Failed(HttpResult.Cause.CLOSED);
    }
  }

  /** Reads the answer in one of two ways. */
  @FunctionalInterface
  private interface Reading {
    AnswerReader.Answer read(AnswerReader reader) throws IOException;
  }

  private HttpResult send(OutgoingRequest request, Duration time, Reading reading) {
    if (watch.isShutdown()) {
      return new HttpResult.NotSent(HttpResult.Cause.CLOSED);
    }
    if (!request.policy().allowsPort(request.target().port())) {
      return new HttpResult.NotSent(HttpResult.Cause.REFUSED_TARGET);
    }
    try (Deadline deadline = new Deadline(time, watch);
        Lanes.Slot slot = lanes.enter(Lanes.Key.of(request), deadline)) {
      if (slot == null) {
        return new HttpResult.NotSent(HttpResult.Cause.BUSY);
      }
      Wire kept = slot.reuse();
      Wire wire = kept == null ? connect(request, deadline) : kept;
      return exchange(request, wire, slot, deadline, reading);
    } catch (NotSentException e) {
      return new HttpResult.NotSent(e.cause);
    } catch (RejectedExecutionException e) {
      return new HttpResult.NotSent(HttpResult.Cause.CLOSED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new HttpResult.NotSent(HttpResult.Cause.CLOSED);
    }
  }

  private HttpResult exchange(
      OutgoingRequest request, Wire wire, Lanes.Slot slot, Deadline deadline, Reading reading) {
    AnswerReader reader = wire.reader();
    boolean reusable = false;
    try {
      deadline.hold(wire.channel());
      if (deadline.hasPassed()) {
        return new HttpResult.NotSent(HttpResult.Cause.DEADLINE);
      }
      boolean written = write(wire.out(), head(request), request.body());
      AnswerReader.Answer answer = reading.read(reader);
      reusable = deadline.release() && written && answer.reusable();
      return answer.result();
    } catch (AnswerReader.MalformedAnswerException e) {
      return new HttpResult.Unknown(HttpResult.Cause.MALFORMED, reader.status());
    } catch (IOException e) {
      return new HttpResult.Unknown(broken(deadline), reader.status());
    } finally {
      deadline.release();
      if (reusable && !watch.isShutdown()) {
        slot.keep(wire);
      } else {
        wire.close();
      }
    }
  }

  /**
   * False if the peer stopped reading; it may have answered before, so that is no reason not to
   * read.
   */
  private static boolean write(OutputStream out, byte[] head, Bytes body) {
    try {
      if (head.length + body.length() <= ONE_WRITE_BYTES) {
        byte[] both = new byte[head.length + body.length()];
        System.arraycopy(head, 0, both, 0, head.length);
        System.arraycopy(body.array(), 0, both, head.length, body.length());
        out.write(both);
      } else {
        out.write(head);
        out.write(body.array());
      }
      out.flush();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static HttpResult.Cause broken(Deadline deadline) {
    if (Thread.currentThread().isInterrupted()) {
      return HttpResult.Cause.CLOSED;
    }
    return deadline.hasPassed() ? HttpResult.Cause.DEADLINE : HttpResult.Cause.BROKEN;
  }

  private byte[] head(OutgoingRequest request) {
    Target target = request.target();
    StringBuilder head = new StringBuilder(256);
    head.append(request.method()).append(' ').append(target.pathAndQuery()).append(" HTTP/1.1\r\n");
    line(head, "Host", target.authority());
    line(head, "User-Agent", settings.userAgent());
    for (Headers.Field field : request.headers()) {
      line(head, field.name(), field.value());
    }
    boolean bodiless =
        switch (request.method()) {
          case "GET", "HEAD", "DELETE", "OPTIONS" -> request.body().length() == 0;
          default -> false;
        };
    if (!bodiless) {
      line(head, "Content-Length", Integer.toString(request.body().length()));
    }
    return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void line(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /** A connection to an address that the policy has allowed, its handshake done. */
  private Wire connect(OutgoingRequest request, Deadline deadline)
      throws NotSentException, InterruptedException {
    Target target = request.target();
    List<InetAddress> allowed =
        addresses(target, deadline).stream().filter(request.policy()::allows).toList();
    if (allowed.isEmpty()) {
      throw new NotSentException(HttpResult.Cause.REFUSED_TARGET);
    }
    SocketChannel channel = dialFirst(allowed, target.port(), deadline);
    try {
      return target.tls() ? Wire.tls(channel, target, settings.tls()) : Wire.plain(channel);
    } catch (IOException e) {
      Deadline.closeQuietly(channel);
      throw notSent(HttpResult.Cause.TLS_FAILED, deadline);
    }
  }

  private List<InetAddress> addresses(Target target, Deadline deadline)
      throws NotSentException, InterruptedException {
    if (target.literal().isPresent()) {
      return List.of(target.literal().get());
    }
    Future<List<InetAddress>> addresses;
    try {
      addresses = resolving.submit(() -> settings.resolver().resolve(target.host()));
    } catch (RejectedExecutionException e) {
      throw new NotSentException(HttpResult.Cause.BUSY);
    }
    try {
      List<InetAddress> found = addresses.get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
      if (found.isEmpty()) {
        throw new NotSentException(HttpResult.Cause.NAME_NOT_RESOLVED);
      }
      return found;
    } catch (ExecutionException e) {
      throw new NotSentException(HttpResult.Cause.NAME_NOT_RESOLVED);
    } catch (TimeoutException e) {
      addresses.cancel(true);
      throw new NotSentException(HttpResult.Cause.DEADLINE);
    }
  }

  private SocketChannel dialFirst(List<InetAddress> addresses, int port, Deadline deadline)
      throws NotSentException {
    for (InetAddress address : addresses) {
      try {
        return open(new InetSocketAddress(address, port), deadline);
      } catch (IOException e) {
        if (deadline.hasPassed() || Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    throw notSent(HttpResult.Cause.CONNECT_FAILED, deadline);
  }

  private SocketChannel open(InetSocketAddress address, Deadline deadline) throws IOException {
    SocketChannel channel = SocketChannel.open();
    boolean connected = false;
    try {
      deadline.hold(channel);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      long millis = Math.min(CONNECT_ATTEMPT.toMillis(), deadline.leftMillis());
      dialer.dial(channel, address, (int) millis);
      connected = true;
      return channel;
    } finally {
      if (!connected) {
        Deadline.closeQuietly(channel);
      }
    }
  }

  private static void dial(SocketChannel channel, InetSocketAddress address, int millis)
      throws IOException {
    channel.socket().connect(address, millis);
  }

  private static NotSentException notSent(HttpResult.Cause otherwise, Deadline deadline) {
    HttpResult.Cause cause = broken(deadline);
    return new NotSentException(cause == HttpResult.Cause.BROKEN ? otherwise : cause);
  }

  /** Takes no new requests; those under way end by themselves, at their deadlines at the latest. */
  @Override
  public void close() {
    watch.shutdown();
    resolving.shutdown();
    lanes.closeIdle();
  }
}
