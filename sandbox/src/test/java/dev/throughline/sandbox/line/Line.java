package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.VirtualClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;

/** An emulator for a test: a virtual clock, two friends and a stranger, plain HTTP beside it. */
final class Line implements AutoCloseable {
  static final String SECRET = "0123456789abcdef0123456789abcdef";
  static final String TOKEN = "token-of-the-test-channel";
  static final String CHANNEL = "1650000000";
  static final String BOT = "Ub000000000000000000000000000000b";
  static final String ALICE = "Ua11ce00000000000000000000000000a";
  static final String BOB = "Ub0b000000000000000000000000000bb";
  static final String STRANGER = "U57a9000000000000000000000000000c";

  final VirtualClock clock = new VirtualClock();
  final LineEmulator emulator;
  final LineControl control;
  private final HttpClient http = HttpClient.newHttpClient();

  Line() {
    this(config -> config);
  }

  Line(UnaryOperator<LineConfig> change) {
    this(change, new SplittableRandom(20261102));
  }

  Line(UnaryOperator<LineConfig> change, RandomGenerator random) {
    emulator = new LineEmulator(change.apply(config()), clock, random);
    control = emulator.control();
  }

  static LineConfig config() {
    return LineConfig.channel(CHANNEL, SECRET, TOKEN, BOT)
        .withUsers(
            List.of(
                LineUser.friend(ALICE, "花子"),
                LineUser.friend(BOB, "Bob"),
                LineUser.named(STRANGER, "Stranger", Friendship.NONE)))
        .withSettings(settings());
  }

  /** As published, but for LINE's two seconds, within which a busy machine may not answer. */
  static LineSettings settings() {
    return LineSettings.published().withDelivery(1, 64, Duration.ofMinutes(1));
  }

  record Response(int status, JsonNode json, String text, HttpHeaders headers, Bytes body) {
    byte[] bytes() {
      return body.copy();
    }

    String message() {
      return json.path("message").stringValue("");
    }
  }

  Response get(String path) {
    return send(request(path).GET());
  }

  Response post(String path, String json, String... headers) {
    HttpRequest.Builder request =
        request(path)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  Response put(String path, String json) {
    return send(
        request(path)
            .header("content-type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(json)));
  }

  Response form(String path, String body) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  Response push(String to, String text, String... headers) {
    return post("/v2/bot/message/push", pushBody(to, text), headers);
  }

  static String pushBody(String to, String text) {
    var body = Json.object().put("to", to);
    body.putArray("messages").addObject().put("type", "text").put("text", text);
    return Json.string(body);
  }

  Response reply(String token, String text) {
    var body = Json.object().put("replyToken", token);
    body.putArray("messages").addObject().put("type", "text").put("text", text);
    return post("/v2/bot/message/reply", Json.string(body));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path))
        .timeout(Duration.ofMinutes(1))
        .header("Authorization", "Bearer " + TOKEN);
  }

  URI uri(String path) {
    return emulator.baseUri().resolve(path);
  }

  Response send(HttpRequest.Builder request) {
    try {
      return trySend(request);
    } catch (IOException e) {
      throw new AssertionError("the emulator did not answer", e);
    }
  }

  Response trySend(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      String text = new String(response.body(), StandardCharsets.UTF_8);
      JsonNode json =
          text.startsWith("{") || text.startsWith("[") ? Json.trusted(text) : Json.object();
      return new Response(
          response.statusCode(), json, text, response.headers(), Bytes.of(response.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The head of a PNG of this size; nothing here looks further. */
  static byte[] png(int width, int height) {
    return ByteBuffer.allocate(64)
        .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10})
        .putInt(13)
        .put(new byte[] {'I', 'H', 'D', 'R'})
        .putInt(width)
        .putInt(height)
        .array();
  }

  /** The only event of a webhook body. */
  static JsonNode event(WebhookReceiver.Received webhook) {
    return Json.trusted(webhook.body()).path("events").path(0);
  }

  @Override
  public void close() {
    http.close();
    emulator.close();
  }
}
