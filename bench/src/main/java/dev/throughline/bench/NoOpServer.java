package dev.throughline.bench;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;

/**
 * Candidate (a): the HTTP server that the gateway stands on, with the gateway's socket settings,
 * reading each body and answering 200. It verifies and keeps nothing: what is lost against it is
 * the price of everything else.
 */
final class NoOpServer {
  static final int MAX_BODY_BYTES = 1 << 20;

  private NoOpServer() {}

  /** Port 0 takes a free one. */
  static WebServer start(int port) {
    return WebServer.builder()
        .address(InetAddress.getLoopbackAddress())
        .port(port)
        .maxPayloadSize(MAX_BODY_BYTES)
        .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
        .shutdownHook(false)
        .routing(NoOpServer::routes)
        .build()
        .start();
  }

  private static void routes(HttpRouting.Builder routing) {
    routing.post(
        "/{+any}",
        (request, response) -> {
          try (InputStream body = request.content().inputStream()) {
            body.readAllBytes();
          } catch (IOException e) {
            response.status(Status.BAD_REQUEST_400).send();
            return;
          }
          response.status(Status.OK_200).send();
        });
  }

  public static void main(String[] args) {
    start(Integer.parseInt(args[0]));
  }
}
