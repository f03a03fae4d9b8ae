package dev.throughline.bench;

import dev.throughline.http.HttpServer;
import dev.throughline.http.Listener;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Candidate (a): the gateway's own HTTP server, reading each body and answering 200. It verifies
 * and keeps nothing: what is lost against it is the price of everything else.
 */
final class NoOpServer {
  private static final String LISTENER = "noop";

  private NoOpServer() {}

  /** Port 0 takes a free one. */
  static HttpServer start(int port) throws IOException {
    Route everything =
        Route.promptPost("/{any}", _ -> CompletableFuture.completedFuture(Response.empty(200)));
    return HttpServer.start(
        List.of(Listener.named(LISTENER).port(port).route(everything).build()),
        Duration.ofSeconds(1));
  }

  static int port(HttpServer server) {
    return server.port(LISTENER);
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    try (HttpServer _ = start(Integer.parseInt(args[0]))) {
      Thread.currentThread().join();
    }
  }
}
