package dev.throughline.sandbox.emulator;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;

/** An emulator's port on the loopback address, with its control API under {@code /_sandbox}. */
public final class Loopback {
  private static final String ADDRESS = "127.0.0.1";
  private static final int CONNECTIONS_LIMIT = 4_096;
  private static final Duration LAST_ANSWERS = Duration.ofMillis(200);

  private final WebServer server;

  /**
   * Answers at once.
   *
   * @param platform what is emulated, for the message
   * @param port 0 = any free one
   * @param stop what to do if it cannot
   * @throws IllegalStateException if the port is taken
   */
  public Loopback(String platform, int port, HttpService control, Handler handler, Runnable stop) {
    server =
        WebServer.builder()
            .shutdownHook(false)
            .address(InetAddress.ofLiteral(ADDRESS))
            .port(port)
            .maxTcpConnections(CONNECTIONS_LIMIT)
            .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
            .shutdownGracePeriod(LAST_ANSWERS)
            .routing(HttpRouting.builder().register("/_sandbox", control).any(handler))
            .build()
            .start();
    if (!server.isRunning()) {
      // Helidon logs why a listener could not start and goes on.
      stop.run();
      throw new IllegalStateException(
          "The emulated "
              + platform
              + " cannot listen on "
              + ADDRESS
              + ":"
              + port
              + "; is the port taken?");
    }
  }

  public int port() {
    return server.port();
  }

  public URI uri() {
    return URI.create("http://" + ADDRESS + ":" + server.port());
  }

  public void stop() {
    server.stop();
  }
}
