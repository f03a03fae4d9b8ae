package dev.throughline.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.throughline.api.ApiDocument;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/**
 * The customer's own web server: records every call, and answers each path as it was told to, else
 * 200.
 */
final class CallbackTarget implements AutoCloseable {
  private final InstantSource clock;
  private final HttpServer server;
  private final List<Call> calls = new ArrayList<>();
  private final Map<String, Deque<Reply>> next = new HashMap<>();
  private final Map<String, Reply> always = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  CallbackTarget(InstantSource clock) throws IOException {
    this.clock = clock;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  /** One call as it came in; names of header fields are in lower case. */
  record Call(String path, Map<String, String> headers, String text, Instant at, int status) {
    JsonNode json() {
      return Api.json(text());
    }

    /** The one key that tells what the callback is about. */
    String about() {
      List<String> keys = new ArrayList<>(json().propertyNames());
      keys.removeAll(
          List.of(
              "app_id",
              "project_id",
              "accepted_time",
              "event_time",
              "message_metadata",
              "correlation_id"));
      if (keys.size() != 1) {
        throw new AssertionError("a callback has exactly one payload, this one has " + keys);
      }
      return keys.getFirst();
    }

    JsonNode payload() {
      return json().path(about());
    }

    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** What a call is answered with. */
  record Reply(int status, Map<String, String> headers) {
    static Reply of(int status, String... headers) {
      Map<String, String> fields = new HashMap<>();
      for (int i = 0; i < headers.length; i += 2) {
        fields.put(headers[i], headers[i + 1]);
      }
      return new Reply(status, fields);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** The next calls of a path are answered so, one each, before what {@link #always} says. */
  synchronized void next(String path, Reply... replies) {
    next.computeIfAbsent(path, p -> new ArrayDeque<>()).addAll(List.of(replies));
  }

  synchronized void always(String path, Reply reply) {
    always.put(path, reply);
  }

  synchronized List<Call> calls(String path) {
    return calls.stream().filter(call -> call.path.equals(path)).toList();
  }

  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Every callback must have been what docs/api/openapi.yaml promises. */
  @Override
  public synchronized void close() {
    server.stop(0);
    if (!problems.isEmpty()) {
      throw new AssertionError("callbacks not as docs/api/openapi.yaml says: " + problems);
    }
  }

  /** Not a webhook of LINE that is passed on, and not the form of a token call. */
  private static boolean isCallback(Map<String, String> headers) {
    return headers.getOrDefault("content-type", "").startsWith("application/json")
        && !headers.containsKey("x-line-signature");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
      Reply reply = record(exchange.getRequestURI().getPath(), headers, body);
      reply.headers.forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
      exchange.sendResponseHeaders(reply.status, -1);
    }
  }

  private synchronized Reply record(String path, Map<String, String> headers, String body) {
    Deque<Reply> scripted = next.getOrDefault(path, new ArrayDeque<>());
    Reply reply =
        scripted.isEmpty() ? always.getOrDefault(path, Reply.of(200)) : scripted.removeFirst();
    if (isCallback(headers)) {
      problems.addAll(ApiDocument.ours().callbackProblems(body));
    }
    calls.add(new Call(path, headers, body, clock.instant(), reply.status));
    return reply;
  }
}
