package dev.throughline.sandbox.meta;

import com.sun.net.httpserver.HttpServer;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A business that uses the emulated Meta, its webhook, and one customer. */
final class Business implements AutoCloseable {
  static final String SECRET = "app-secret";
  static final String TOKEN = "EAAG-token";
  static final String NUMBER_ID = "106540352242922";
  static final String ACCOUNT_ID = "102290129340398";
  static final Person HANAKO = Person.numbered(1, "Hanako", "U" + "a".repeat(32));

  /** A webhook as it came. */
  record Hook(String body, String signature) {
    JsonNode value() throws Json.Unparsable {
      return Json.parse(body.getBytes(StandardCharsets.UTF_8)).at("/entry/0/changes/0/value");
    }
  }

  /** Stands still until it is set forward. */
  static final class Clock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-11-20T09:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    void advance(Duration by) {
      now = now.plus(by);
    }
  }

  final Clock clock = new Clock();
  final People people = new People(clock);
  final BlockingQueue<Hook> hooks = new LinkedBlockingQueue<>();
  final ConcurrentLinkedQueue<Integer> answers = new ConcurrentLinkedQueue<>();
  final MetaEmulator meta;
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpServer server;

  Business() throws Exception {
    this(MetaSettings.published().withoutLimits());
  }

  Business(MetaSettings settings) throws Exception {
    people.add(HANAKO);
    meta =
        new MetaEmulator(
            MetaConfig.number(ACCOUNT_ID, NUMBER_ID, "+81312345678", TOKEN, SECRET)
                .withSettings(settings),
            people,
            clock,
            new SplittableRandom(4));
    people.connect(meta);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          String query = String.valueOf(exchange.getRequestURI().getQuery());
          byte[] answer = new byte[0];
          int status = 200;
          if (exchange.getRequestMethod().equals("GET")) {
            boolean right =
                query.contains("hub.verify_token=right") && query.contains("hub.mode=subscribe");
            status = right ? 200 : 403;
            answer =
                query
                    .replaceAll(".*hub.challenge=([^&]*).*", "$1")
                    .getBytes(StandardCharsets.UTF_8);
          } else {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            hooks.add(new Hook(body, exchange.getRequestHeaders().getFirst("X-Hub-Signature-256")));
            Integer scripted = answers.poll();
            status = scripted == null ? 200 : scripted;
          }
          exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
          // To write nothing to an answer without a body would end the connection.
          if (answer.length > 0) {
            exchange.getResponseBody().write(answer);
          }
          exchange.close();
        });
    server.start();
  }

  Business subscribed() throws Exception {
    meta.control().subscribe(hook(), "right");
    return this;
  }

  String hook() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  Hook next() throws InterruptedException {
    Hook hook = hooks.poll(2, TimeUnit.MINUTES);
    if (hook == null) {
      throw new AssertionError("no webhook came");
    }
    return hook;
  }

  /** The next webhook, which waits for the clock; when its wait begins is not known here. */
  Hook nextAfter(Duration wait) throws InterruptedException {
    for (int i = 0; i < 50; i++) {
      clock.advance(wait);
      Hook hook = hooks.poll(200, TimeUnit.MILLISECONDS);
      if (hook != null) {
        return hook;
      }
    }
    throw new AssertionError("no webhook came again");
  }

  /** The next status that is told. */
  JsonNode status() throws Exception {
    return next().value().at("/statuses/0");
  }

  HttpResponse<byte[]> call(String method, String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(
                path.startsWith("http") ? URI.create(path) : URI.create(meta.baseUri() + path))
            .header("Authorization", "Bearer " + TOKEN)
            .header("Content-Type", type)
            .timeout(Duration.ofMinutes(1))
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofByteArray());
  }

  JsonNode get(String path) throws Exception {
    return Json.parse(call("GET", path, "application/json", new byte[0]).body());
  }

  /** To Hanako, unless the fields say otherwise. */
  JsonNode send(String fields) throws Exception {
    return post(
        "{\"messaging_product\":\"whatsapp\",\"to\":\""
            + HANAKO.phone().substring(1)
            + "\","
            + fields
            + "}");
  }

  JsonNode text(String text) throws Exception {
    return send("\"type\":\"text\",\"text\":{\"body\":\"" + text + "\"}");
  }

  JsonNode post(String message) throws Exception {
    return Json.parse(
        call(
                "POST",
                "/v25.0/" + NUMBER_ID + "/messages",
                "application/json",
                message.getBytes(StandardCharsets.UTF_8))
            .body());
  }

  /** Hanako writes, so that the window is open, and the webhook of it is taken. */
  JsonNode hanakoWrites() throws Exception {
    meta.control().write(HANAKO.phone(), "花子", "こんにちは");
    return next().value();
  }

  static int code(JsonNode answer) {
    return answer.at("/error/code").intValue(0);
  }

  static List<String> names(JsonNode object) {
    return object.propertyStream().map(java.util.Map.Entry::getKey).toList();
  }

  @Override
  public void close() {
    meta.close();
    people.close();
    server.stop(0);
    client.close();
  }
}
