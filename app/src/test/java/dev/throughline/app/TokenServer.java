package dev.throughline.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import tools.jackson.databind.node.ObjectNode;

/**
 * A customer's own authorization server: gives a new token to whoever names the right client by the
 * client credentials grant (RFC 6749, 4.4), and knows which of them are still good.
 */
final class TokenServer implements AutoCloseable {
  static final String CLIENT = "gateway & co";
  static final String SECRET = "s€cret:+/";

  private final HttpServer server;
  private final InstantSource clock;
  private final List<Asked> asked = new ArrayList<>();
  private final Map<String, Long> goodUntil = new HashMap<>();
  private Duration lifetime = Duration.ofMinutes(10);
  private Duration delay = Duration.ZERO;
  private int failures;

  TokenServer(InstantSource clock) throws IOException {
    this.clock = clock;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/token", this::answer);
    server.start();
  }

  /** A request for a token: how the client named itself, and the form. */
  record Asked(boolean basic, Map<String, String> form) {}

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  synchronized List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** How long tokens given from now on live, and how long the server takes to give one. */
  synchronized void gives(Duration life, Duration thinking) {
    lifetime = life;
    delay = thinking;
  }

  /** The next requests are answered 503. */
  synchronized void fails(int times) {
    failures = times;
  }

  /** No token given so far is good any more. */
  synchronized void revokeAll() {
    goodUntil.clear();
  }

  synchronized boolean isGood(String authorization) {
    return authorization.startsWith("Bearer ")
        && goodUntil.getOrDefault(authorization.substring(7), 0L) > clock.millis();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      Answer answer = answer(form(body), authorization == null ? "" : authorization);
      byte[] bytes = answer.json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Answer(int status, String json) {}

  private Answer answer(Map<String, String> form, String authorization)
      throws InterruptedException {
    Duration thinking;
    synchronized (this) {
      asked.add(new Asked(!authorization.isEmpty(), form));
      thinking = delay;
    }
    Thread.sleep(thinking);
    synchronized (this) {
      if (failures > 0) {
        failures--;
        return new Answer(503, "{}");
      }
      boolean known =
          authorization.isEmpty()
              ? CLIENT.equals(form.get("client_id")) && SECRET.equals(form.get("client_secret"))
              : authorization.startsWith("Basic ") && isClient(authorization.substring(6));
      if (!known) {
        return new Answer(401, "{\"error\":\"invalid_client\"}");
      }
      if (!"client_credentials".equals(form.get("grant_type"))) {
        return new Answer(400, "{\"error\":\"unsupported_grant_type\"}");
      }
      String token = "token-" + asked.size();
      goodUntil.put(token, clock.millis() + lifetime.toMillis());
      ObjectNode json = (ObjectNode) Api.json("{\"token_type\":\"Bearer\"}");
      json.put("access_token", token);
      json.put("expires_in", lifetime.toSeconds());
      return new Answer(200, json.toString());
    }
  }

  /** Both halves are form-encoded before they are joined (RFC 6749, 2.3.1). */
  private static boolean isClient(String basic) {
    String[] halves =
        new String(Base64.getDecoder().decode(basic), StandardCharsets.US_ASCII).split(":");
    return halves.length == 2
        && decode(halves[0]).equals(CLIENT)
        && decode(halves[1]).equals(SECRET);
  }

  private static Map<String, String> form(String body) {
    Map<String, String> form = new HashMap<>();
    for (String field : body.split("&")) {
      String[] sides = field.split("=", 2);
      form.put(decode(sides[0]), sides.length > 1 ? decode(sides[1]) : "");
    }
    return form;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
