package dev.throughline.sandbox.aws;

import com.sun.net.httpserver.HttpServer;
import dev.throughline.sandbox.emulator.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A subscriber's HTTP end: keeps what SNS posts, answers what it is told, else 200. */
final class Inbox implements AutoCloseable {
  record Posted(String body, String type, String topic, String contentType, int answered) {
    JsonNode json() {
      return Json.trusted(body);
    }

    /** The message inside, which for services is JSON itself. */
    JsonNode message() {
      return Json.trusted(json().path("Message").stringValue("{}"));
    }
  }

  private final HttpServer server;
  private final LinkedBlockingQueue<Posted> queue = new LinkedBlockingQueue<>();
  private final Deque<Integer> answers = new ArrayDeque<>();

  Inbox() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          int answer;
          synchronized (answers) {
            answer = answers.isEmpty() ? 200 : answers.removeFirst();
          }
          var headers = exchange.getRequestHeaders();
          queue.add(
              new Posted(
                  new String(body, StandardCharsets.UTF_8),
                  String.valueOf(headers.getFirst("x-amz-sns-message-type")),
                  String.valueOf(headers.getFirst("x-amz-sns-topic-arn")),
                  String.valueOf(headers.getFirst("content-type")),
                  answer));
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/sns";
  }

  /** The next posts are answered with these. */
  void answer(int... codes) {
    synchronized (answers) {
      for (int code : codes) {
        answers.add(code);
      }
    }
  }

  Posted next() {
    try {
      Posted posted = queue.poll(2, TimeUnit.MINUTES);
      if (posted == null) {
        throw new AssertionError("nothing came");
      }
      return posted;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  boolean quiet(Duration time) {
    try {
      return queue.poll(time.toMillis(), TimeUnit.MILLISECONDS) == null;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  static HttpResponse<String> get(String url) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofMinutes(1)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
