package dev.throughline.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.throughline.Gateway;
import dev.throughline.http.Http;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What somebody sends as a file is fetched from LINE with the account's own token, lies encrypted
 * on disk, and is had by whoever was given its address, until its time has come, it is taken back,
 * revoked, or its person erased: from then on by nobody.
 */
final class ReceivedMediaTest {
  private static final int MAX_BYTES = 1 << 20;
  private static final String MARKER = "not to be found on any disk";

  private static World world;
  private static LineFront front;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private CustomerApp app;
  private String user;

  @BeforeAll
  static void start() throws Exception {
    front = new LineFront();
    world =
        World.behind(
            front,
            media -> media.upTo(MAX_BYTES).probing(false),
            Http.Settings.of(Gateway.VERSION));
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    front.close();
    CLIENT.close();
  }

  @BeforeEach
  void aFriend() throws Exception {
    app = world.app();
    user = world.friend();
  }

  @Test
  void isFetchedWithTheAccountsTokenAndServed() throws Exception {
    byte[] jpeg = jpeg(200_000);
    Map<String, String> asked = new ConcurrentHashMap<>();
    String line = id();
    serves(
        line,
        exchange -> {
          asked.put("token", exchange.getRequestHeaders().getFirst("authorization"));
          answer(exchange, 200, "image/jpeg", jpeg);
        });

    JsonNode told = received("image", line);
    String url = told.path("contact_message").path("media_message").path("url").asString();
    HttpResponse<byte[]> got = get(url);

    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEqualTo(jpeg);
    assertThat(asked).containsEntry("token", "Bearer " + World.CHANNEL_TOKEN);
    assertThat(got.headers().map())
        .containsEntry("content-type", List.of("image/jpeg"))
        .containsEntry("content-disposition", List.of("inline"))
        .containsEntry("x-content-type-options", List.of("nosniff"))
        .containsEntry("content-security-policy", List.of("default-src 'none'; sandbox"))
        .containsEntry("content-length", List.of("200000"));
    assertThat(told.path("contact_message").path("media_message").path("thumbnail_url").asString())
        .isEmpty();
    assertThat(app.message(told.path("id").asString()).path("contact_message"))
        .as("the API shows what the callback told")
        .isEqualTo(told.path("contact_message"));
    JsonNode info = world.api().get("/media/" + told.path("id").asString()).ok();
    assertThat(info.path("state").asString()).isEqualTo("ready");
    assertThat(info.path("length").asInt()).isEqualTo(200_000);
  }

  @Test
  void liesEncrypted() throws Exception {
    String line = id();
    serves(line, exchange -> answer(exchange, 200, "text/html", MARKER.getBytes(UTF_8)));
    ObjectNode message = message("file", line).put("fileName", "日記 \"1\".html").put("fileSize", 27);
    JsonNode told = received(message);

    HttpResponse<byte[]> got = get(url(told));
    Path file = file(told);
    byte[] stored = Files.readAllBytes(file);

    assertThat(new String(got.body(), StandardCharsets.UTF_8)).isEqualTo(MARKER);
    assertThat(got.headers().firstValue("content-type")).hasValue("application/octet-stream");
    assertThat(got.headers().firstValue("content-disposition"))
        .hasValue("attachment; filename*=UTF-8''%E6%97%A5%E8%A8%98%20%221%22.html");
    assertThat(stored.length).isEqualTo(MARKER.length() + 36 + 16);
    assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain("disk");

    stored[40] ^= 1;
    Files.write(file, stored);
    assertThat(getFailing(url(told))).as("a changed file is not served").isTrue();
  }

  @Test
  void isServedInParts() throws Exception {
    byte[] film = random(300_000);
    System.arraycopy("\0\0\0\u0018ftypmp42".getBytes(StandardCharsets.ISO_8859_1), 0, film, 0, 12);
    String line = id();
    serves(line, exchange -> answer(exchange, 200, "video/mp4", film));
    String url = url(received("video", line));

    assertThat(get(url).headers().firstValue("content-type")).hasValue("video/mp4");
    for (int[] part : new int[][] {{0, 9}, {65_530, 65_540}, {131_071, 262_144}, {0, 299_999}}) {
      HttpResponse<byte[]> got = get(url, "Range", "bytes=" + part[0] + "-" + part[1]);
      assertThat(got.statusCode()).isEqualTo(206);
      assertThat(got.headers().firstValue("content-range"))
          .hasValue("bytes " + part[0] + "-" + part[1] + "/300000");
      assertThat(got.body()).isEqualTo(Arrays.copyOfRange(film, part[0], part[1] + 1));
    }
    assertThat(get(url, "Range", "bytes=-5").body())
        .isEqualTo(Arrays.copyOfRange(film, 299_995, 300_000));
    assertThat(get(url, "Range", "bytes=299990-").body()).hasSize(10);
    assertThat(get(url, "Range", "bytes=300000-").statusCode()).isEqualTo(416);
    assertThat(get(url, "Range", "bytes=5-1,7-8").statusCode()).isEqualTo(200);
    String tag = get(url).headers().firstValue("etag").orElseThrow();
    assertThat(get(url, "If-None-Match", tag).statusCode()).isEqualTo(304);
    assertThat(get(url, "Range", "bytes=0-1", "If-Range", "\"other\"").statusCode()).isEqualTo(200);
    HttpResponse<byte[]> head =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(url)).method("HEAD", noBody()).build(),
            BodyHandlers.ofByteArray());
    assertThat(head.headers().firstValue("content-length")).hasValue("300000");
  }

  @Test
  void isWaitedForWhileLinePreparesIt() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    String line = id();
    serves(
        line,
        exchange -> {
          if (asked.incrementAndGet() < 3) {
            answer(exchange, 202, "application/json", "{}".getBytes(UTF_8));
          } else {
            answer(exchange, 200, "video/mp4", new byte[] {1, 2, 3});
          }
        });
    front.atPath(
        "/v2/bot/message/" + line + "/content/transcoding",
        exchange ->
            answer(
                exchange, 200, "application/json", "{\"status\":\"processing\"}".getBytes(UTF_8)));
    String url = url(received("video", line));

    HttpResponse<byte[]> early = get(url);
    assertThat(early.statusCode()).isEqualTo(503);
    assertThat(early.headers().firstValue("retry-after")).hasValue("2");
    assertThat(reason(early)).isEqualTo("MEDIA_NOT_READY");

    World.eventually(() -> {
      world.advance(Duration.ofSeconds(1));
      assertThat(asked).hasValue(3);
    });
    assertThat(get(url).body()).isEqualTo(new byte[] {1, 2, 3});
  }

  @Test
  void saysWhatLineCouldNotPrepareOrHasNoMore() throws Exception {
    String failed = id();
    serves(failed, exchange -> answer(exchange, 202, "application/json", new byte[0]));
    front.atPath(
        "/v2/bot/message/" + failed + "/content/transcoding",
        exchange ->
            answer(exchange, 200, "application/json", "{\"status\":\"failed\"}".getBytes(UTF_8)));
    String gone = id();
    serves(gone, exchange -> answer(exchange, 410, "application/json", "{}".getBytes(UTF_8)));
    String endless = id();
    serves(endless, ReceivedMediaTest::withoutEnd);
    String forbidden = id();
    serves(forbidden, exchange -> answer(exchange, 401, "application/json", new byte[0]));

    for (List<String> each :
        List.of(
            List.of(failed, "GONE_FROM_CHANNEL"),
            List.of(gone, "GONE_FROM_CHANNEL"),
            List.of(endless, "TOO_LARGE"),
            List.of(forbidden, "REFUSED_BY_CHANNEL"))) {
      HttpResponse<byte[]> got = get(url(received("audio", each.getFirst())));
      assertThat(got.statusCode()).isEqualTo(410);
      assertThat(reason(got)).isEqualTo("MEDIA_NOT_AVAILABLE");
      assertThat(new String(got.body(), StandardCharsets.UTF_8)).contains(each.getLast());
    }
  }

  /** The emulated LINE keeps to LINE's documents, and knows nothing of this test. */
  @Test
  void comesFromTheEmulatedLineAsWell() throws Exception {
    byte[] film = random(5_000);
    JsonNode prepared = attached("type=video&preparingMs=3000", "video/mp4", film);
    assertThat(state(prepared)).isEqualTo("waiting");
    comesTo(prepared, "ready");
    assertThat(get(url(prepared)).body()).isEqualTo(film);

    JsonNode failed = attached("type=audio&preparingMs=3000&transcoding=failed", "audio/mp4", film);
    comesTo(failed, "failed");
    assertThat(get(url(failed)).statusCode()).isEqualTo(410);
  }

  private static String state(JsonNode told) {
    return world.api().get("/media/" + told.path("id").asString()).ok().path("state").asString();
  }

  /** With time going by. */
  private static void comesTo(JsonNode told, String state) {
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(1));
      assertThat(state(told)).isEqualTo(state);
    });
  }

  private JsonNode attached(String query, String type, byte[] bytes) {
    int before = app.calls("message", user).size();
    Api.Answer sent =
        new Api(world.emulator.baseUri().toString(), "")
            .post("/_sandbox/users/" + user + "/media?" + query, bytes, "Content-Type", type);
    assertThat(sent.status()).as(sent.text()).isEqualTo(200);
    World.eventually(() -> assertThat(app.calls("message", user)).hasSize(before + 1));
    return app.calls("message", user).get(before).payload();
  }

  @Test
  void isTriedAgainWhereLineFails() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    String line = id();
    serves(
        line,
        exchange -> {
          switch (asked.incrementAndGet()) {
            case 1 -> answer(exchange, 500, "text/plain", new byte[0]);
            case 2 -> {
              exchange.sendResponseHeaders(200, 1_000);
              exchange.getResponseBody().write(new byte[10]);
              exchange.getResponseBody().flush();
            }
            default -> answer(exchange, 200, "image/png", new byte[] {7});
          }
        });
    String url = url(received("image", line));

    World.eventually(() -> {
      world.advance(Duration.ofSeconds(2));
      assertThat(asked).hasValue(3);
    });
    assertThat(get(url).body()).isEqualTo(new byte[] {7});
  }

  @Test
  void anotherProvidersAddressIsAskedWithoutTheToken() throws Exception {
    Map<String, String> asked = new ConcurrentHashMap<>();
    front.atPath(
        "/elsewhere.jpg",
        exchange -> {
          asked.put("token", "" + exchange.getRequestHeaders().getFirst("authorization"));
          exchange.getResponseHeaders().add("location", front.uri() + "/there.jpg");
          exchange.sendResponseHeaders(302, -1);
        });
    front.atPath("/there.jpg", exchange -> answer(exchange, 200, "image/jpeg", jpeg(10)));

    assertThat(get(url(external(front.uri() + "/elsewhere.jpg"))).body()).isEqualTo(jpeg(10));
    assertThat(asked).containsEntry("token", "null");
    assertThat(reason(get(url(external("http://10.0.0.1:9000/a.jpg")))))
        .isEqualTo("MEDIA_NOT_AVAILABLE");
  }

  @Test
  void expires() throws Exception {
    JsonNode told = fetched();
    Path file = file(told);
    assertThat(get(url(told)).statusCode()).isEqualTo(200);

    world.advance(Duration.ofDays(7).minusMinutes(1));
    assertThat(get(url(told)).statusCode()).isEqualTo(200);
    world.advance(Duration.ofMinutes(1));

    assertThat(get(url(told)).statusCode()).isEqualTo(410);
    assertThat(reason(get(url(told)))).isEqualTo("MEDIA_EXPIRED");
    World.eventually(() -> {
      assertThat(file).doesNotExist();
      assertThat(world.api().get("/media/" + told.path("id").asString()).status()).isEqualTo(404);
    });
  }

  @Test
  void isRevoked() throws Exception {
    JsonNode told = fetched();
    String path = "/media/" + told.path("id").asString();
    assertThat(get(url(told)).statusCode()).isEqualTo(200);

    assertThat(world.api().delete(path).status()).isEqualTo(200);

    assertThat(get(url(told)).statusCode()).isEqualTo(410);
    assertThat(reason(get(url(told)))).isEqualTo("MEDIA_REVOKED");
    World.eventually(() -> assertThat(file(told)).doesNotExist());
    assertThat(world.api().get(path).ok().path("state").asString()).isEqualTo("revoked");
    assertThat(world.api().delete("/media/01JD0000000000000000000000").status()).isEqualTo(404);
  }

  @Test
  void goesWithItsMessage() throws Exception {
    JsonNode told = fetched();
    assertThat(get(url(told)).statusCode()).isEqualTo(200);

    assertThat(world.api().delete("/messages/" + told.path("id").asString()).status())
        .isEqualTo(200);

    assertThat(reason(get(url(told)))).isEqualTo("MEDIA_REVOKED");
    World.eventually(() -> assertThat(file(told)).doesNotExist());
  }

  @Test
  void isTakenBack() throws Exception {
    String line = id();
    serves(line, exchange -> answer(exchange, 200, "image/jpeg", jpeg(100)));
    JsonNode told = received("image", line);
    assertThat(get(url(told)).statusCode()).isEqualTo(200);

    world.line.unsend(user, user, line);

    World.eventually(() -> assertThat(get(url(told)).statusCode()).isEqualTo(410));
    assertThat(reason(get(url(told)))).isEqualTo("MEDIA_REVOKED");
    World.eventually(() -> assertThat(file(told)).doesNotExist());
  }

  @Test
  void isUnreadableOnceItsPersonIsErased() throws Exception {
    JsonNode told = fetched();
    assertThat(get(url(told)).statusCode()).isEqualTo(200);

    world
        .database()
        .database()
        .transaction(c -> {
          try (PreparedStatement statement =
              c.prepareStatement(
                  "delete from person_key where id = (select key from media where id = ?::uuid)")) {
            statement.setString(1, uuid(told));
            return statement.executeUpdate();
          }
        });

    assertThat(get(url(told)).statusCode()).isEqualTo(410);
    assertThat(reason(get(url(told)))).isEqualTo("MEDIA_ERASED");
    world.advance(Duration.ofMinutes(2));
    World.eventually(() -> assertThat(file(told)).doesNotExist());
  }

  @Test
  void isHadInDispatchModeAsWell() throws Exception {
    app = world.app("{\"processing_mode\":\"DISPATCH\"}");

    JsonNode told = fetched();

    assertThat(told.path("contact_id").asString()).isEmpty();
    assertThat(get(url(told)).body()).isEqualTo(jpeg(1_000));
  }

  @Test
  void onlyAddressesThatWereGivenOutAreGood() throws Exception {
    String url = url(fetched());
    String other = url(fetched());
    String signature = url.substring(url.indexOf("&s=") + 3);
    String until = url.replaceAll(".*\\?e=([0-9]+)&.*", "$1");

    for (String forged :
        List.of(
            url.substring(0, url.length() - 1) + (url.endsWith("A") ? "B" : "A"),
            url.replace("e=" + until, "e=" + (Long.parseLong(until) + 1)),
            url.replaceAll("e=[0-9]+&", ""),
            url.replaceAll("&s=.*", ""),
            url.replaceAll("e=[0-9]+", "e=never"),
            other.replaceAll("s=.*", "s=" + signature))) {
      HttpResponse<byte[]> got = get(forged);
      assertThat(got.statusCode()).as(forged).isEqualTo(403);
      assertThat(reason(got)).isEqualTo("MEDIA_SIGNATURE_INVALID");
    }
  }

  @Test
  void isSealedForWhoeverSentItToAGroup() throws Exception {
    String group = "C" + "%032x".formatted(world.number());
    LineEvents events = new LineEvents(world);
    String line = id();
    serves(line, exchange -> answer(exchange, 200, "image/jpeg", jpeg(50)));
    ObjectNode event = events.event("message", user);
    event.putObject("source").put("type", "group").put("groupId", group).put("userId", user);
    event.set("message", message("image", line));
    world.delivers(LineEvents.body(List.of(event)));

    JsonNode told = app.called("message", group).payload();

    assertThat(told.path("sender_id").asString()).isEqualTo(user);
    assertThat(get(url(told)).statusCode()).isEqualTo(200);
    assertThat(
            world.count(
                "select count(*) from media a, message b where a.id = '"
                    + uuid(told)
                    + "' and b.id = a.id and substring(b.sealed from 2 for 16) = uuid_send(a.key)"))
        .as("under the same key as the message")
        .isEqualTo(1);
  }

  // --- Steps
  // --------------------------------------------------------------------------------------

  private JsonNode fetched() throws Exception {
    String line = id();
    serves(line, exchange -> answer(exchange, 200, "image/jpeg", jpeg(1_000)));
    return received("image", line);
  }

  private JsonNode received(String type, String line) throws Exception {
    return received(message(type, line));
  }

  private JsonNode received(ObjectNode message) throws Exception {
    int before = app.calls("message", user).size();
    world.line.send(user, user, message);
    World.eventually(() -> assertThat(app.calls("message", user)).hasSize(before + 1));
    return app.calls("message", user).get(before).payload();
  }

  private JsonNode external(String address) throws Exception {
    ObjectNode message = message("image", id());
    message
        .putObject("contentProvider")
        .put("type", "external")
        .put("originalContentUrl", address)
        .put("previewImageUrl", address);
    return received(message);
  }

  private static ObjectNode message(String type, String id) {
    return ((ObjectNode) Api.json("{}")).put("type", type).put("id", id);
  }

  private static String id() {
    return "6%017d".formatted(world.number());
  }

  private static void serves(String line, com.sun.net.httpserver.HttpHandler handler) {
    front.atPath("/v2/bot/message/" + line + "/content", handler);
  }

  private static String url(JsonNode told) {
    return told.path("contact_message").path("media_message").path("url").asString();
  }

  private static Path file(JsonNode told) throws IOException {
    String id = told.path("id").asString();
    return world.data.resolve("media").resolve(id.substring(24)).resolve(id);
  }

  private static String uuid(JsonNode told) {
    return dev.throughline.ledger.Ulid.parse(told.path("id").asString()).toUuid().toString();
  }

  private static HttpResponse<byte[]> get(String url, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(World.PATIENCE);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static boolean getFailing(String url) throws Exception {
    try {
      return get(url).statusCode() != 200;
    } catch (IOException broken) {
      return true;
    }
  }

  private static String reason(HttpResponse<byte[]> response) {
    return Api.json(new String(response.body(), StandardCharsets.UTF_8))
        .path("error")
        .path("details")
        .path(0)
        .path("reason")
        .asString();
  }

  private static HttpRequest.BodyPublisher noBody() {
    return HttpRequest.BodyPublishers.noBody();
  }

  private static byte[] jpeg(int length) {
    byte[] bytes = random(length);
    bytes[0] = (byte) 0xff;
    bytes[1] = (byte) 0xd8;
    bytes[2] = (byte) 0xff;
    return bytes;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().add("content-type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static void withoutEnd(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      byte[] piece = new byte[8_192];
      while (true) {
        out.write(piece);
      }
    } catch (IOException closed) {
      // as it should be
    }
  }
}
