package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The requests that the contract's SDKs for Java and Node were recorded sending (spec
 * conversation-api.md §6.3, §1.2 and §2) are answered as it says. They go out byte for byte over a
 * socket; only ids, keys, people's addresses and the length that follows from them are this
 * installation's.
 */
final class RecordedRequestsTest {
  private static final String JAVA_JSON =
      """
      %s HTTP/1.1
      Accept: application/json
      User-Agent: sinch-sdk/2.1.1 (Java/25.0.3; Apache; Eclipse Adoptium)
      content-type: application/json
      Authorization: %s
      Accept-Encoding: gzip, x-gzip, deflate
      Content-Length: %d
      Host: localhost:%d
      Connection: keep-alive

      %s\
      """;

  /** What carries no body: neither type nor length. */
  private static final String JAVA_BARE =
      """
      %s HTTP/1.1
      Accept: application/json
      User-Agent: sinch-sdk/2.1.1 (Java/25.0.3; Apache; Eclipse Adoptium)
      Authorization: %s
      Accept-Encoding: gzip, x-gzip, deflate
      Host: localhost:%d
      Connection: keep-alive

      """;

  private static final String JAVA_TOKEN =
      """
      POST /oauth2/token HTTP/1.1
      User-Agent: sinch-sdk/2.1.1 (Java/25.0.3; Apache; Eclipse Adoptium)
      content-type: application/x-www-form-urlencoded
      Authorization: %s
      Accept-Encoding: gzip, x-gzip, deflate
      Content-Length: 29
      Host: localhost:%d
      Connection: keep-alive

      grant_type=client_credentials\
      """;

  /** Node sends a content type without a body too. */
  private static final String NODE_BARE =
      """
      %s HTTP/1.1
      Content-Type: application/json
      Authorization: %s
      User-Agent: sinch-sdk/1.4.0 (JavaScript/v20.20.2; default; none)
      Accept: */*
      Accept-Encoding: gzip, deflate
      Host: localhost:%d
      Connection: keep-alive

      """;

  private static World world;
  private static String base;
  private static String bearer;

  private CustomerApp app;
  private String user;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    base = "/v1/projects/" + world.project;
    Answer token = exchange(JAVA_TOKEN.formatted(world.basic(), port()));
    assertThat(token.status).isEqualTo(200);
    assertThat(token.json().propertyNames())
        .containsExactlyInAnyOrder("access_token", "expires_in", "scope", "token_type");
    bearer = "Bearer " + token.json().path("access_token").asString();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void someone() throws Exception {
    app = world.app();
    user = world.friend();
  }

  @Test
  void theSendOfJavaIsAcceptedAndGoesToTheFirstChannel() throws Exception {
    String both = appWithSms();

    Answer sent = java("POST " + base + "/messages:send", send(both));

    assertThat(sent.status).isEqualTo(200);
    assertThat(sent.json().propertyNames())
        .containsExactlyInAnyOrder("message_id", "accepted_time");
    JsonNode kept = world.api().get("/messages/" + sent.json().path("message_id").asString()).ok();
    assertThat(kept.path("channel_identity").path("channel").asString()).isEqualTo("LINE");
    assertThat(kept.path("metadata").asString()).isEqualTo("meta");
    assertThat(kept.path("correlation_id").asString()).isEqualTo("corr");
  }

  @Test
  void theListOfJavaGoesOnByItself() {
    String path =
        base
            + "/messages?app_id="
            + app.id()
            + "&channel_identity=%2B46701234567&page_size=10&messages_source=CONVERSATION_SOURCE"
            + "&channel=LINE";
    Answer empty = java("GET " + path);
    assertThat(empty.status).isEqualTo(200);
    assertThat(empty.json().path("messages").isArray()).isTrue();
    assertThat(empty.json().path("messages")).isEmpty();

    for (int i = 0; i < 11; i++) {
      app.send(user, "recorded " + i);
    }
    String of = path.replace("%2B46701234567", user);
    Answer first = java("GET " + of);
    assertThat(first.json().path("messages")).hasSize(10);
    String next = first.json().path("next_page_token").asString();
    // As the SDK writes it: escaped, though ours needs none.
    Answer second =
        java("GET " + of.replace("page_size=10", "page_size=10&page_token=" + escaped(next)));
    assertThat(second.json().path("messages")).hasSize(1);
    assertThat(second.json().path("next_page_token").asString("")).isEmpty();

    Answer foreign =
        java("GET " + of.replace("page_size=10", "page_size=10&page_token=ChowMUhR%2B%2F%3D"));
    assertThat(foreign.status).isEqualTo(400);
    assertThat(foreign.json().path("error").path("status").asString())
        .isEqualTo("INVALID_ARGUMENT");
  }

  @Test
  void theContactOfJavaIsMade() {
    Answer made =
        java(
            "POST " + base + "/contacts",
            """
            {"channel_identities":[{"app_id":"%s","channel":"LINE","identity":"%s"}],\
            "display_name":"Taro","language":"JA"}\
            """
                .formatted(app.id(), user));

    assertThat(made.status).isEqualTo(200);
    assertThat(made.json().path("id").asString()).hasSize(26);
    assertThat(made.json().path("display_name").asString()).isEqualTo("Taro");
    assertThat(made.json().path("language").asString()).isEqualTo("JA");
  }

  @Test
  void theAppOfJavaIsMadeAndOfNodeChanged() {
    Answer made =
        java(
            "POST " + base + "/apps",
            """
            {"channel_credentials":[{"line_credentials":{"token":"LTOKEN","secret":"LSECRET"},\
            "channel":"LINE"}],"display_name":"LINE app","processing_mode":"CONVERSATION"}\
            """);
    assertThat(made.status).isEqualTo(200);
    assertThat(made.json().path("processing_mode").asString()).isEqualTo("CONVERSATION");

    Answer changed =
        java(
            "PATCH "
                + base
                + "/apps/"
                + made.json().path("id").asString()
                + "?update_mask=display_name,channel_credentials",
            """
            {"channel_credentials":[{"line_credentials":{"token":"LTOKEN2","secret":"LSECRET"},\
            "channel":"LINE"}],"display_name":"Other","processing_mode":"DISPATCH"}\
            """);
    assertThat(changed.status).isEqualTo(200);
    assertThat(changed.json().path("display_name").asString()).isEqualTo("Other");
    assertThat(changed.json().path("processing_mode").asString())
        .as("not in the mask")
        .isEqualTo("CONVERSATION");
  }

  @Test
  void theWebhookOfJavaIsMade() {
    Answer made =
        java(
            "POST " + base + "/webhooks",
            """
            {"app_id":"%s","secret":"s3cret","target":"%s","target_type":"HTTP",\
            "triggers":["MESSAGE_INBOUND","MESSAGE_DELIVERY"]}\
            """
                .formatted(app.id(), world.customer.url("/cb")));

    assertThat(made.status).isEqualTo(200);
    assertThat(made.json().path("triggers")).hasSize(2);
  }

  @Test
  void aDeletionOfJavaAndOneOfNodeAnswerAnEmptyObject() {
    String one = app.send(user, "one " + user);
    String other = app.send(user, "other " + user);
    app.comesTo(other, "QUEUED_ON_CHANNEL", "");

    assertThat(java("DELETE " + base + "/messages/" + one).text).isEqualTo("{}");
    assertThat(
            node("DELETE " + base + "/messages/" + other + "?messages_source=CONVERSATION_SOURCE")
                .text)
        .isEqualTo("{}");
    assertThat(java("GET " + base + "/messages/" + one).status).isEqualTo(404);
  }

  @Test
  void theStopOfJavaHasNeitherBodyNorLength() throws Exception {
    String conversation = app.hears(user, "hello").payload().path("conversation_id").asString();

    assertThat(java("POST " + base + "/conversations/" + conversation + ":stop").text)
        .isEqualTo("{}");
    assertThat(
            world.api().get("/conversations/" + conversation).ok().path("active").asBoolean(true))
        .isFalse();
  }

  @Test
  void theListsOfNodeAreReadThoughNothingInThemIsEscaped() {
    Answer contacts =
        node("GET " + base + "/contacts?page_size=2&channel=SMS&identity=+46701234567");
    assertThat(contacts.status).isEqualTo(200);
    assertThat(contacts.json().path("contacts").isArray()).isTrue();
    assertThat(
            node("GET "
                    + base
                    + "/contacts?page_size=2&channel=SMS&identity=+46701234567&page_token=Cho+/w==")
                .status)
        .as("a token of somebody else's")
        .isEqualTo(400);

    String message = app.send(user, "since " + user);
    Answer since =
        node(
            "GET "
                + base
                + "/messages?app_id="
                + app.id()
                + "&start_time=2021-11-11T07:39:35.710Z&channel=LINE");
    assertThat(since.json().path("messages").path(0).path("id").asString()).isEqualTo(message);
  }

  private static String appWithSms() {
    return world
        .api()
        .post(
            "/apps",
            """
            {"display_name":"Both","channel_credentials":[
              {"channel":"LINE","line_credentials":{"token":"%s","secret":"%s"}},
              {"channel":"SMS","static_bearer":{"claimed_identity":"plan","token":"t"}}]}
            """
                .formatted(World.CHANNEL_TOKEN, World.CHANNEL_SECRET))
        .ok()
        .path("id")
        .asString();
  }

  private String send(String appId) {
    return """
    {"app_id":"%s","channel_priority_order":["LINE","SMS"],"channel_properties":{"SMS_SENDER":"mysender"},\
    "message":{"text_message":{"text":"Hello"}},"message_metadata":"meta","conversation_metadata":{"k":"v"},\
    "queue":"HIGH_PRIORITY","recipient":{"identified_by":{"channel_identities":[{"channel":"LINE","identity":"%s"},\
    {"channel":"SMS","identity":"+46701234567"}]}},"ttl":"60s","correlation_id":"corr"}\
    """
        .formatted(appId, user);
  }

  /** As Java escapes what stands in a query: letters and digits are left. */
  private static String escaped(String token) {
    StringBuilder escaped = new StringBuilder();
    token
        .chars()
        .forEach(c ->
            escaped.append(
                Character.isLetterOrDigit(c) ? Character.toString(c) : "%%%02X".formatted(c)));
    return escaped.toString();
  }

  private static int port() {
    return world.gateway().publicPort();
  }

  private static Answer java(String line, String body) {
    return exchange(
        JAVA_JSON.formatted(
            line, bearer, body.getBytes(StandardCharsets.UTF_8).length, port(), body));
  }

  private static Answer java(String line) {
    return exchange(JAVA_BARE.formatted(line, bearer, port()));
  }

  private static Answer node(String line) {
    return exchange(NODE_BARE.formatted(line, bearer, port()));
  }

  private record Answer(int status, String text) {
    JsonNode json() {
      return Api.json(text);
    }
  }

  private static Answer exchange(String request) {
    String[] parts = request.split("\n\n", 2);
    byte[] head = (parts[0].replace("\n", "\r\n") + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout((int) World.PATIENCE.toMillis());
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      whole.write(head);
      whole.write(parts[1].getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(whole.toByteArray());
      Answer answer = answer(socket.getInputStream());
      String[] line = request.split(" ", 3);
      List<String> problems =
          ApiDocument.ours()
              .problems(
                  new ApiDocument.Exchange(
                      line[0], line[1], parts[1], answer.status, "application/json", answer.text));
      assertThat(problems).isEmpty();
      return answer;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The connection stays open: the answer ends where its length says. */
  private static Answer answer(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no answer but: " + head);
      }
      head.append((char) next);
    }
    int length =
        head.toString()
            .lines()
            .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
            .mapToInt(line -> Integer.parseInt(line.substring("content-length:".length()).strip()))
            .findFirst()
            .orElseThrow();
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    return new Answer(Integer.parseInt(head.substring(9, 12)), body);
  }
}
