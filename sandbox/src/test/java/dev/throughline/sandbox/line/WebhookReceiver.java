package dev.throughline.sandbox.line;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An app's webhook end: keeps what comes, answers what it is told. */
final class WebhookReceiver implements AutoCloseable {
  record Received(String body, String signature, String userAgent, String contentType) {}

  private final HttpServer server;
  private final LinkedBlockingQueue<Received> queue = new LinkedBlockingQueue<>();
  private final List<Received> all = new CopyOnWriteArrayList<>();
  private final AtomicInteger status = new AtomicInteger(200);
  private volatile Duration delay = Duration.ZERO;

  WebhookReceiver() {
    this(0);
  }

  WebhookReceiver(int port) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          Received received =
              new Received(
                  new String(body, StandardCharsets.UTF_8),
                  header(exchange.getRequestHeaders().getFirst("x-line-signature")),
                  header(exchange.getRequestHeaders().getFirst("user-agent")),
                  header(exchange.getRequestHeaders().getFirst("content-type")));
          all.add(received);
          queue.add(received);
          try {
            Thread.sleep(delay);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
        });
    server.start();
  }

  private static String header(@Nullable String value) {
    return value == null ? "" : value;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks/line/app";
  }

  void answer(int code) {
    status.set(code);
  }

  void delay(Duration time) {
    delay = time;
  }

  List<Received> all() {
    return all;
  }

  Received next() throws InterruptedException {
    Received received = queue.poll(2, TimeUnit.MINUTES);
    if (received == null) {
      throw new AssertionError("no webhook came");
    }
    return received;
  }

  /** Tells that nothing came for a while. */
  boolean quiet(Duration time) throws InterruptedException {
    return queue.poll(time.toMillis(), TimeUnit.MILLISECONDS) == null;
  }

  int port() {
    return server.getAddress().getPort();
  }

  URI uri() {
    return URI.create(url());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
