package dev.throughline.http;

import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The running listeners. Each is started and stopped by itself, so that none goes on accepting
 * while another one drains; nothing but {@link #close} stops them, least of all a shutdown hook of
 * Helidon's.
 */
public final class HttpServer implements AutoCloseable {
  private static final int MAX_WRITE_BUFFER_BYTES = 16 << 10;
  private static final Duration NEVER = Duration.ofDays(365);

  private final List<Running> running;

  private record Running(
      String name,
      WebServer server,
      ConnectionGuard guard,
      HelidonRouting routing,
      AtomicBoolean closing) {}

  private HttpServer(List<Running> running) {
    this.running = List.copyOf(running);
  }

  /**
   * Starts all listeners, or none.
   *
   * @param grace how long {@link #close} lets requests run that are under way
   * @throws IOException if an address is taken or not ours, or a TLS file is unusable; the message
   *     says which
   */
  public static HttpServer start(List<Listener> listeners, Duration grace) throws IOException {
    List<Running> started = new ArrayList<>();
    try {
      for (Listener listener : listeners) {
        started.add(start(listener, grace));
      }
    } catch (IOException | RuntimeException e) {
      new HttpServer(started).close();
      throw e;
    }
    return new HttpServer(started);
  }

  private static Running start(Listener listener, Duration grace) throws IOException {
    ServerLimits limits = listener.limits();
    Http1ConnectionSelector http1 =
        Http1ConnectionSelector.builder()
            .config(
                Http1Config.builder()
                    .name(listener.name())
                    .maxPrologueLength(ServerLimits.REQUEST_LINE_BYTES)
                    .maxHeadersSize(ServerLimits.HEADER_BYTES)
                    .sendKeepAliveHeader(false)
                    .validateResponseHeaders(false)
                    .buildPrototype())
            .build();
    AtomicBoolean closing = new AtomicBoolean();
    HelidonRouting routing = new HelidonRouting(listener, closing);
    SocketOptions options =
        SocketOptions.builder().tcpNoDelay(true).socketKeepAlive(true).buildPrototype();
    EventLoops loops = EventLoops.of(listener, options, closing);
    ConnectionGuard guard =
        new ConnectionGuard(listener.name(), http1, limits, routing, loops, closing);
    WebServerConfig.Builder builder =
        WebServer.builder()
            .name(listener.name())
            .address(InetAddress.getByName(listener.host()))
            .port(listener.port())
            .backlog(ServerLimits.BACKLOG)
            .shutdownHook(false)
            .shutdownGracePeriod(grace)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .addConnectionSelector(guard)
            .contentEncoding(new RawEncoding())
            .directHandlers(directHandlers(routing))
            .maxPayloadSize(Math.max(ServerLimits.LINGER_BYTES, largestBody(listener)))
            .maxTcpConnections(limits.connections())
            .maxConcurrentRequests(limits.requests())
            .writeBufferSize(MAX_WRITE_BUFFER_BYTES)
            // The guard ends idle connections, and sees more than Helidon's timer does.
            .idleConnectionTimeout(NEVER)
            .idleConnectionPeriod(NEVER)
            .connectionOptions(loops == null ? options : loops.accepted());
    if (listener.tls() != null) {
      builder.tls(Tls.builder().sslContext(listener.tls().load()).build());
    }
    requireFree(listener);
    routing.beforeStart();
    WebServer server = builder.build().start();
    if (!server.isRunning()) {
      throw new IOException("cannot listen on " + listener.host() + ":" + listener.port());
    }
    routing.afterStart(server);
    guard.start();
    return new Running(listener.name(), server, guard, routing, closing);
  }

  private static DirectHandlers directHandlers(HelidonRouting routing) {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, (_, _, status, _, _) -> routing.beforeRouting(status));
    }
    return handlers.build();
  }

  /**
   * Helidon's own limit is one for all routes, and stands behind theirs: it resets a client that is
   * still writing, so it holds only for what would not be read away either.
   */
  private static long largestBody(Listener listener) {
    long largest = Route.BODY_LIMIT_BYTES;
    for (Route route : listener.routes()) {
      largest = Math.max(largest, route.bodyLimitBytes());
    }
    return largest;
  }

  /** Helidon logs why it could not bind, and does not tell us. */
  private static void requireFree(Listener listener) throws IOException {
    if (listener.port() == 0) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(listener.host(), listener.port()));
    } catch (IOException e) {
      throw new IOException(
          "cannot listen on "
              + listener.host()
              + ":"
              + listener.port()
              + " ("
              + listener.name()
              + "): "
              + e.getMessage(),
          e);
    }
  }

  /**
   * The port that a listener is bound to.
   *
   * @throws IllegalArgumentException if there is no listener of this name
   */
  public int port(String listener) {
    for (Running one : running) {
      if (one.name.equals(listener)) {
        return one.server.port();
      }
    }
    throw new IllegalArgumentException("no listener " + listener);
  }

  /**
   * Stops accepting on all listeners, lets idle connections go, waits for requests under way until
   * the grace given at the start is over, then cuts off what is left. Safe to call twice.
   */
  @Override
  public void close() {
    running.forEach(one -> one.closing.set(true));
    List<Thread> stopping = new ArrayList<>();
    for (Running one : running) {
      stopping.add(
          Thread.ofPlatform()
              .name("http-stop-" + one.name)
              .start(() -> {
                one.server.stop();
                one.guard.close();
              }));
    }
    try {
      for (Thread thread : stopping) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
