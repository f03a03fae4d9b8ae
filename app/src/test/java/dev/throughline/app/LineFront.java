package dev.throughline.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * One address for several emulated LINE accounts, told apart by their access tokens, as LINE is one
 * address for all accounts. It can answer in LINE's stead what no emulated fault answers, and be
 * away altogether.
 */
final class LineFront implements AutoCloseable {
  private static final List<String> ASKED =
      List.of("authorization", "content-type", "x-line-retry-key");
  private static final List<String> ANSWERED =
      List.of("content-type", "x-line-request-id", "x-line-accepted-request-id");

  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<String, URI> backends = new ConcurrentHashMap<>();
  private final Map<String, Instead> instead = new ConcurrentHashMap<>();
  private final Map<String, HttpHandler> paths = new ConcurrentHashMap<>();
  private final int port;
  private HttpServer server;

  LineFront() throws IOException {
    server = listen(0);
    port = server.getAddress().getPort();
  }

  /** An answer that is not the emulator's, with one header field. */
  record Instead(int status, String body, String header, String value) {}

  URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  void serves(String token, URI backend) {
    backends.put("Bearer " + token, backend);
  }

  /** The next request with this text in its body gets this answer and does not reach LINE. */
  void answersInstead(String about, Instead answer) {
    instead.put(about, answer);
  }

  /** Requests of this path are answered by somebody else. */
  void atPath(String path, HttpHandler other) {
    paths.put(path, other);
  }

  /** Nobody listens any more. */
  void goAway() {
    server.stop(0);
  }

  void comeBack() throws IOException {
    server = listen(port);
  }

  @Override
  public void close() {
    server.stop(0);
    client.close();
  }

  private HttpServer listen(int number) throws IOException {
    HttpServer fresh =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), number), 0);
    fresh.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    fresh.createContext("/", this::handle);
    fresh.start();
    return fresh;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpHandler other = paths.get(exchange.getRequestURI().getPath());
      if (other != null) {
        other.handle(exchange);
        return;
      }
      byte[] body = exchange.getRequestBody().readAllBytes();
      String text = new String(body, StandardCharsets.UTF_8);
      Optional<Instead> scripted =
          instead.keySet().stream()
              .filter(text::contains)
              .findFirst()
              .flatMap(about -> Optional.ofNullable(instead.remove(about)));
      if (scripted.isPresent()) {
        Instead answer = scripted.get();
        exchange
            .getResponseHeaders()
            .add("x-line-request-id", "11111111-2222-3333-4444-555555555555");
        exchange.getResponseHeaders().add(answer.header, answer.value);
        write(exchange, answer.status, answer.body.getBytes(StandardCharsets.UTF_8));
        return;
      }
      HttpResponse<byte[]> answer = pass(exchange, body);
      for (String name : ANSWERED) {
        answer
            .headers()
            .firstValue(name)
            .ifPresent(value -> exchange.getResponseHeaders().add(name, value));
      }
      write(exchange, answer.statusCode(), answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse<byte[]> pass(HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException {
    URI backend = backends.get(exchange.getRequestHeaders().getFirst("authorization"));
    if (backend == null) {
      backend = backends.values().iterator().next();
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(backend.resolve(exchange.getRequestURI()))
            .method(
                exchange.getRequestMethod(),
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    for (String name : ASKED) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name, value);
      }
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static void write(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }
}
