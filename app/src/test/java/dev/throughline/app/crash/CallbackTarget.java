package dev.throughline.app.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.throughline.app.Hmac;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The app's own webhook: keeps what it is told in the order in which it is told, and now and then
 * answers 500, or late.
 */
final class CallbackTarget implements AutoCloseable {
  private static final int CONNECTIONS = 1_024;
  private static final double FAILS = 0.004;
  private static final double SLOW = 0.02;
  private static final Duration SLOWNESS = Duration.ofMillis(250);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * A MESSAGE_INBOUND.
   *
   * @param digest of the whole body: the same event must be told with the same words
   * @param status what it was answered with
   */
  record Heard(
      String text,
      String userId,
      String messageId,
      String contactId,
      String conversationId,
      String digest,
      int status) {}

  /** A MESSAGE_DELIVERY. */
  record Reported(String messageId, String status, String reason, int answeredWith) {}

  private final String secret;
  private final SplittableRandom random;
  private final List<Heard> heard = new ArrayList<>();
  private final List<Reported> reported = new ArrayList<>();
  private final List<String> anomalies = new ArrayList<>();
  private final WebServer server;
  private volatile boolean faultless;

  CallbackTarget(String secret, long seed) {
    this.secret = secret;
    this.random = new SplittableRandom(seed);
    this.server =
        WebServer.builder()
            .shutdownHook(false)
            .address(InetAddress.getLoopbackAddress())
            .port(0)
            .maxTcpConnections(CONNECTIONS)
            .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
            .shutdownGracePeriod(Duration.ofMillis(200))
            .routing(routing -> routing.post("/callbacks", this::take))
            .build()
            .start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.port() + "/callbacks");
  }

  /** From now on everything is answered 200, and at once. */
  void faultless() {
    faultless = true;
  }

  synchronized List<Heard> heard() {
    return List.copyOf(heard);
  }

  synchronized List<Reported> reported() {
    return List.copyOf(reported);
  }

  synchronized List<String> anomalies() {
    return List.copyOf(anomalies);
  }

  /** How many calls came so far. */
  synchronized int calls() {
    return heard.size() + reported.size();
  }

  @Override
  public void close() {
    server.stop();
  }

  private void take(ServerRequest request, ServerResponse response) throws InterruptedException {
    byte[] body = request.content().as(byte[].class);
    boolean signed =
        signature(body, header(request, "nonce"), header(request, "timestamp"))
            .equals(request.headers().first(HeaderNames.create(SIGNATURE)).orElse(""));
    Reaction reaction = keep(body, signed);
    if (reaction.slow()) {
      Thread.sleep(SLOWNESS);
    }
    response.status(Status.create(reaction.status())).send();
  }

  private static final String SIGNATURE = "x-sinch-webhook-signature";

  private static String header(ServerRequest request, String part) {
    return request.headers().first(HeaderNames.create(SIGNATURE + "-" + part)).orElse("");
  }

  private synchronized Reaction keep(byte[] body, boolean signed) {
    boolean fails = !faultless && random.nextDouble() < FAILS;
    boolean slow = !faultless && random.nextDouble() < SLOW;
    int status = fails ? 500 : 200;
    if (!signed) {
      anomalies.add("a callback had no valid signature");
    }
    JsonNode json = JSON.readTree(body);
    JsonNode message = json.path("message");
    JsonNode report = json.path("message_delivery_report");
    if (message.isObject()) {
      heard.add(
          new Heard(
              message.path("contact_message").path("text_message").path("text").asString(""),
              message.path("channel_identity").path("identity").asString(""),
              message.path("id").asString(""),
              message.path("contact_id").asString(""),
              message.path("conversation_id").asString(""),
              digest(body),
              status));
    } else if (report.isObject()) {
      reported.add(
          new Reported(
              report.path("message_id").asString(""),
              report.path("status").asString(""),
              report.path("reason").path("code").asString(""),
              status));
    } else {
      anomalies.add("a callback that nobody asked for: " + new String(body, UTF_8));
    }
    return new Reaction(status, slow);
  }

  private String signature(byte[] body, String nonce, String timestamp) {
    return Hmac.base64(secret, new String(body, UTF_8) + "." + nonce + "." + timestamp);
  }

  private static String digest(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private record Reaction(int status, boolean slow) {}
}
