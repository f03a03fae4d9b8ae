package dev.throughline.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.throughline.Gateway;
import dev.throughline.http.Http;
import dev.throughline.http.Redacted;
import dev.throughline.media.MediaConfig;
import dev.throughline.media.S3Server;
import dev.throughline.sandbox.line.Attachment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file that an app sends is looked at before it goes out: it is what its bytes say, it gets the
 * preview, the length and the form that LINE needs, and what LINE could not show fails with the
 * contract's reason before LINE is asked. What is asked beforehand is what is sent.
 */
final class SentMediaTest {
  private static final String BASE = "https://media.example";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static MediaOrigin origin;
  private static S3Server bucket;
  private static World world;

  private CustomerApp app;
  private String user;

  @BeforeAll
  static void start() throws Exception {
    origin = new MediaOrigin();
    bucket = new S3Server();
    world =
        World.start(
            media ->
                media
                    .reachedAt(Optional.of(URI.create(BASE)))
                    .storedIn(
                        new MediaConfig.Storage.Bucket(
                            bucket.uri(),
                            S3Server.REGION,
                            "files",
                            "throughline/",
                            S3Server.ACCESS_KEY,
                            Redacted.of("S3 secret key", S3Server.SECRET_KEY))),
            Http.Settings.of(Gateway.VERSION).tls(origin.clients()));
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    origin.close();
    bucket.close();
    CLIENT.close();
  }

  @BeforeEach
  void aFriend() throws Exception {
    app = world.app();
    user = world.friend();
  }

  static Stream<Path> goldens() throws IOException {
    return PreparedGolden.files("line-media");
  }

  /** The rows of docs/channels/line.md that say what a file is found to be. */
  @ParameterizedTest
  @MethodSource("goldens")
  void goesOutAsItsGoldenSays(Path golden) throws Exception {
    new PreparedGolden(world, app, user, golden)
        .holds((kind, name) ->
            origin.serves(
                name,
                switch (kind) {
                  case "film" -> Samples.film(12_345);
                  case "m4a" -> Samples.sound(61_500);
                  case "mp3" -> Samples.mp3(160_000);
                  case "gif" -> Samples.picture("gif", 60, 60);
                  default -> throw new AssertionError(kind);
                }));
  }

  @Test
  void aPictureThatFitsGoesOutAsItIs() throws Exception {
    String url = origin.serves("/small", Samples.picture("png", 40, 30));

    JsonNode sent = sent(media(url));

    assertThat(sent.path("type").asString()).isEqualTo("image");
    assertThat(sent.path("originalContentUrl").asString()).isEqualTo(url);
    assertThat(sent.path("previewImageUrl").asString()).isEqualTo(url);
    sent(media(url));
    assertThat(origin.asked("/small")).as("what is known is not asked again").isEqualTo(1);
  }

  @Test
  void aLargePictureGetsAPreviewThatStays() throws Exception {
    byte[] large = Samples.picture("jpeg", 2_000, 1_500);
    assertThat(large.length).isGreaterThan(1 << 20);
    String url = origin.serves("/large.jpg", large);

    JsonNode sent = sent(media(url));

    assertThat(sent.path("originalContentUrl").asString()).isEqualTo(url);
    String preview = sent.path("previewImageUrl").asString();
    HttpResponse<byte[]> got = get(preview);
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.headers().firstValue("content-type")).hasValue("image/jpeg");
    assertThat(got.headers().firstValue("cache-control"))
        .hasValue("public, max-age=31536000, immutable");
    assertThat(got.body().length).isLessThanOrEqualTo(1 << 20);
    var image = ImageIO.read(new ByteArrayInputStream(got.body()));
    assertThat(Math.max(image.getWidth(), image.getHeight())).isBetween(500, 1_024);
    assertThat(sent(media(url)).path("previewImageUrl").asString())
        .as("made once")
        .isEqualTo(preview);

    String id = preview.replaceAll(".*/media/([^?]*).*", "$1");
    assertThat(world.api().delete("/media/" + id).status()).isEqualTo(200);
    assertThat(get(preview).statusCode()).as("revocable by id").isEqualTo(410);
    assertThat(sent(media(url)).path("previewImageUrl").asString()).isNotEqualTo(preview);
  }

  @Test
  void aGifBecomesAPng() throws Exception {
    String url = origin.serves("/moving.gif", Samples.picture("gif", 60, 60));

    JsonNode sent = sent(media(url));

    assertThat(sent.path("type").asString()).isEqualTo("image");
    HttpResponse<byte[]> got = get(sent.path("originalContentUrl").asString());
    assertThat(got.headers().firstValue("content-type")).hasValue("image/png");
    assertThat(ImageIO.read(new ByteArrayInputStream(got.body())).getWidth()).isEqualTo(60);
  }

  @Test
  void aCardShowsWhatItsPictureIs() throws Exception {
    app = world.app("{\"processing_mode\":\"DISPATCH\"}");
    String url = origin.serves("/card", Samples.picture("gif", 90, 60));
    JsonNode sent =
        sent(
            "{\"card_message\":{\"title\":\"A\",\"description\":\"B\",\"media_message\":{\"url\":\""
                + url
                + "\"},\"choices\":[{\"text_message\":{\"text\":\"Yes\"}}]}}");

    assertThat(sent.path("template").path("type").asString()).isEqualTo("buttons");
    assertThat(
            get(sent.path("template").path("thumbnailImageUrl").asString())
                .headers()
                .firstValue("content-type"))
        .hasValue("image/png");
  }

  @Test
  void aFilmAndSoundsAreWhatTheyAre() throws Exception {
    JsonNode film = sent(media(origin.serves("/film", Samples.film(12_345))));
    assertThat(film.path("type").asString()).isEqualTo("video");
    HttpResponse<byte[]> placeholder = get(film.path("previewImageUrl").asString());
    assertThat(placeholder.headers().firstValue("content-type")).hasValue("image/png");
    assertThat(ImageIO.read(new ByteArrayInputStream(placeholder.body())).getWidth())
        .isEqualTo(640);

    JsonNode sound = sent(media(origin.serves("/sound.m4a", Samples.sound(61_500))));
    assertThat(sound.path("type").asString()).isEqualTo("audio");
    assertThat(sound.path("duration").asInt()).isEqualTo(61_500);

    JsonNode song = sent(media(origin.serves("/song", Samples.mp3(160_000))));
    assertThat(song.path("type").asString()).isEqualTo("audio");
    assertThat(song.path("duration").asInt()).isEqualTo(10_000);
  }

  @Test
  void aServerThatKnowsNoPartsIsReadAsFarAsNeeded() throws Exception {
    byte[] film = Samples.film(7_000);
    String url =
        origin.serves(
            "/whole.mp4",
            exchange -> {
              exchange.sendResponseHeaders(200, film.length);
              write(exchange, film);
            });

    assertThat(sent(media(url)).path("type").asString()).isEqualTo("video");
  }

  @Test
  void whatCannotBeHadFailsWithTheContractsReason() {
    String absent = "https://127.0.0.1:" + origin.port() + "/absent.jpg";
    fails(
        media(absent),
        "MEDIA_NOT_REACHABLE",
        "The provided media [" + absent + "] could not be reached: [Not Found]");
    String page = origin.serves("/page.jpg", "<html>no picture</html>".getBytes(UTF_8));
    fails(media(page), "MEDIA_TYPE_UNSUPPORTED", page);
    String long1 =
        origin.serves(
            "/long.mp4",
            exchange -> MediaOrigin.parts(exchange, Samples.film(5), (200L << 20) + 1));
    fails(media(long1), "MEDIA_TOO_LARGE", long1);
    String untrusted = "https://localhost:" + origin.port() + "/small";
    fails(media(untrusted), "MEDIA_NOT_REACHABLE", "TLS");
    String film = origin.serves("/ok.mp4", Samples.film(5));
    fails(
        media(film).replace("}}", ",\"thumbnail_url\":\"" + film + "\"}}"),
        "MEDIA_TYPE_UNSUPPORTED",
        film);
    assertThat(world.requests("push", user)).isEmpty();
  }

  @Test
  void anImageBombIsRefusedByItsHead() {
    long before = System.nanoTime();
    String png = origin.serves("/bomb.png", Samples.bombedPng(60_000, 60_000, 12 << 20));
    fails(media(png), "MEDIA_TOO_LARGE", png);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    assertThat(origin.asked("/bomb.png")).as("only its head is read").isEqualTo(1);
  }

  @Test
  void aBodyWithoutEndIsReadToALimit() {
    String url =
        origin.serves(
            "/endless.jpg",
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              byte[] piece = Samples.picture("jpeg", 64, 64);
              for (int i = 0; i < 100_000; i++) {
                exchange.getResponseBody().write(piece);
              }
            });

    fails(media(url), "MEDIA_TOO_LARGE", url);
  }

  @Test
  void aServerThatFailsIsAskedAgainAndNothingOvertakes() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    byte[] picture = Samples.picture("jpeg", 20, 20);
    String url =
        origin.serves(
            "/later.jpg",
            exchange -> {
              if (asked.incrementAndGet() == 1) {
                exchange.sendResponseHeaders(503, -1);
              } else {
                MediaOrigin.parts(exchange, picture, picture.length);
              }
            });
    String first = send(media(url));
    String second = app.send(user, "after the picture");
    World.eventually(() -> assertThat(asked).hasValue(1));
    app.settled();
    assertThat(app.status(second)).as("waits for the picture").isEqualTo("QUEUED");

    app.advance();
    app.comesTo(first, "QUEUED_ON_CHANNEL", "");
    app.comesTo(second, "QUEUED_ON_CHANNEL", "");

    assertThat(world.line.messages(user, 0, Duration.ZERO).entries().toString())
        .containsSubsequence("later.jpg", "after the picture");
  }

  @Test
  void aSlowServerHoldsUpNobodyElse() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    String url =
        origin.serves(
            "/slow.jpg",
            exchange -> {
              try {
                ended.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      send(media(url));
      World.eventually(() -> assertThat(origin.asked("/slow.jpg")).isEqualTo(1));
      String other = world.friend();
      app.comesTo(app.send(other, "meanwhile"), "QUEUED_ON_CHANNEL", "");
    } finally {
      ended.countDown();
    }
  }

  @Test
  void whatIsAskedBeforehandIsWhatIsSent() throws Exception {
    String large = origin.serves("/asked.jpg", Samples.picture("jpeg", 2_000, 1_500));
    String film = origin.serves("/asked.mp4", Samples.film(3_000));
    for (String message : new String[] {media(large), media(film)}) {
      ObjectNode body = (ObjectNode) Api.json("{}");
      body.put("app_id", app.id());
      body.set("app_message", Api.json(message));
      body.putArray("channels").add("LINE");
      long before = world.count("select count(*) from media");
      JsonNode foretold =
          Api.json(
              world
                  .api()
                  .post("/messages:transcode", body.toString())
                  .ok()
                  .path("transcoded_message")
                  .path("LINE")
                  .asString());
      assertThat(world.count("select count(*) from media")).as("nothing is kept").isEqualTo(before);

      assertThat(minted(sent(message).toString()))
          .isEqualTo(minted(foretold.path("messages").path(0).toString()));
    }
    ObjectNode validate = (ObjectNode) Api.json(app.sendBody(user, ""));
    validate.put("validate_only", true);
    validate.set("message", Api.json(media("https://127.0.0.1:" + origin.port() + "/none.png")));
    assertThat(
            world
                .api()
                .post("/messages:send", validate.toString())
                .ok()
                .path("channels")
                .path(0)
                .path("reason")
                .path("code")
                .asString())
        .isEqualTo("MEDIA_NOT_REACHABLE");
  }

  /** What is made and what is received lies in the bucket, and nothing of it in clear. */
  @Test
  void filesLieInTheBucketEncryptedUntilTheyAreTakenBack() throws Exception {
    byte[] picture = Samples.picture("jpeg", 300, 200);
    Set<String> before = Set.copyOf(bucket.objects.keySet());
    world.line.phones().attach(user, user, Attachment.image("image/jpeg", picture));

    JsonNode told = app.called("message", user).payload();
    String url = told.at("/contact_message/media_message/url").asString();
    World.eventually(() -> assertThat(get(url).statusCode()).isEqualTo(200));
    assertThat(get(url).body()).isEqualTo(picture);
    List<String> stored =
        bucket.objects.keySet().stream().filter(name -> !before.contains(name)).toList();
    assertThat(stored).hasSize(1).allMatch(name -> name.startsWith("/files/throughline/"));
    byte[] lies = bucket.objects.get(stored.getFirst());
    assertThat(lies).hasSizeGreaterThan(picture.length);
    assertThat(HexFormat.of().formatHex(lies))
        .doesNotContain(HexFormat.of().formatHex(picture, 0, 64));

    assertThat(world.api().delete("/media/" + told.path("id").asString()).status()).isEqualTo(200);
    assertThat(get(url).statusCode()).isEqualTo(410);
    World.eventually(() -> {
      world.advance(Duration.ofMinutes(10));
      assertThat(bucket.objects).doesNotContainKey(stored.getFirst());
    });
    assertThat(bucket.refused).hasValue(0);
  }

  // --- Steps
  // --------------------------------------------------------------------------------------

  private static String media(String url) {
    return "{\"media_message\":{\"url\":\"" + url + "\"}}";
  }

  private String send(String message) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, ""));
    body.set("message", Api.json(message));
    return world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
  }

  /** What LINE got. */
  private JsonNode sent(String message) throws Exception {
    int before = world.requests("push", user).size();
    send(message);
    World.eventually(() -> assertThat(world.requests("push", user)).hasSize(before + 1));
    ObjectNode request = world.requests("push", user).get(before);
    return Api.json(request.path("body").asString()).path("messages").path(0);
  }

  private void fails(String message, String reason, String description) {
    String id = send(message);
    app.comesTo(id, "FAILED", reason);
    assertThat(app.message(id).path("message_status").path("reason").path("description").asString())
        .contains(description);
  }

  private static String minted(String text) {
    return text.replaceAll(BASE + "/media/[^\"]*", "minted");
  }

  private static HttpResponse<byte[]> get(String url) throws Exception {
    assertThat(url).startsWith(BASE + "/media/");
    String here = "http://127.0.0.1:" + world.gateway().publicPort() + url.substring(BASE.length());
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(here)).build(), BodyHandlers.ofByteArray());
  }

  private static void write(HttpExchange exchange, byte[] bytes) throws IOException {
    try {
      exchange.getResponseBody().write(bytes);
    } catch (IOException enough) {
      // the reader has what it wants
    }
  }
}
