package dev.throughline.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Subscriber;
import dev.throughline.sandbox.line.Subscriber.Consent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A golden file of a message that needs something to be there before it: a template, somebody with
 * a phone number, something that was said, a file. It is brought about, the message is sent over
 * HTTP, and what LINE was asked is compared.
 */
final class PreparedGolden {
  static final Path FOLDERS =
      Path.of(System.getProperty("throughline.root", ".."), "gateway/src/test/goldens");

  private final World world;
  private final CustomerApp app;
  private final String golden;
  private final Map<String, String> values = new HashMap<>();

  /** By which the request is found among those that LINE got. */
  private String about;

  /** Where the message goes. */
  private String address;

  PreparedGolden(World world, CustomerApp app, String user, Path file) throws IOException {
    this.world = world;
    this.app = app;
    this.golden = Files.readString(file);
    this.about = user;
    this.address = user;
    values.put("to", user);
  }

  static Stream<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(FOLDERS.resolve(folder))) {
      return files.sorted().toList().stream();
    }
  }

  /**
   * @param serves puts a file of this kind under a name and answers its address
   */
  void holds(BiFunction<String, String, String> serves) throws Exception {
    prepare(Api.json(golden).path("before"), serves);
    JsonNode expected = filled();
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(address, ""));
    body.set("message", expected.path("app_message"));
    if (expected.has("channel_properties")) {
      body.set("channel_properties", expected.path("channel_properties"));
    }
    ObjectNode beforehand = body.deepCopy().put("validate_only", true);
    JsonNode told = world.api().post("/messages:send", beforehand.toString()).ok();
    assertThat(told.path("channels").path(0).path("lost")).isEqualTo(expected.path("lost"));
    assertThat(world.requests(endpoint(expected), about)).isEmpty();

    String id =
        world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
    World.eventually(() -> assertThat(world.requests(endpoint(expected), about)).hasSize(1));
    values.put("id", id);

    String asked = world.requests(endpoint(expected), about).getFirst().path("body").asString();
    assertThat(Api.json(minted(asked))).isEqualTo(filled().path("body"));
    assertThat(app.message(id).path("app_message")).isEqualTo(expected.path("app_message"));
    World.eventually(
        () -> assertThat(app.status(id)).as("LINE took it").isIn("QUEUED_ON_CHANNEL", "DELIVERED"));
    assertThat(app.reason(id)).isEmpty();
  }

  private void prepare(JsonNode before, BiFunction<String, String, String> serves)
      throws Exception {
    if (before.has("template")) {
      String id = "prepared" + world.number();
      ObjectNode template = ((ObjectNode) before.path("template")).deepCopy().put("id", id);
      world
          .open()
          .as(world.basic())
          .post("/v2/projects/" + world.project + "/templates", template.toString())
          .ok();
      values.put("template", id);
    }
    if (before.has("number")) {
      String number = "+8180%08d".formatted(90_000_000 + world.number());
      world.line.phones().subscribe(new Subscriber(about, number, Consent.ACCEPTED));
      address = number;
      about =
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(number.getBytes(UTF_8)));
      values.put("hash", about);
    }
    if (before.has("says")) {
      says(before.path("says").asString() + " " + world.number());
    }
    if (before.has("file")) {
      JsonNode file = before.path("file");
      values.put("file", serves.apply(file.path("kind").asString(), file.path("name").asString()));
    }
  }

  /** What LINE's event carries of it is what an answer may name. */
  private void says(String words) throws Exception {
    String platformId = world.line.say(about, words).messageId();
    values.put("message", app.called("message", words).payload().path("id").asString());
    JsonNode event =
        world.line.webhooks(0).entries().stream()
            .flatMap(
                webhook -> Api.json(webhook.path("body").asString()).path("events").valueStream())
            .filter(each -> each.path("message").path("id").asString("").equals(platformId))
            .findFirst()
            .orElseThrow();
    values.put("quoteToken", event.path("message").path("quoteToken").asString());
    about = event.path("replyToken").asString();
    values.put("replyToken", about);
  }

  private static String endpoint(JsonNode expected) {
    return expected.path("endpoint").asString();
  }

  private JsonNode filled() {
    String text = golden;
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace("{" + value.getKey() + "}", value.getValue());
    }
    return Api.json(text);
  }

  /** What the gateway makes has an address of its own each time. */
  private static String minted(String body) {
    return body.replaceAll("https://media\\.example/media/[^\"]*", "(made)");
  }
}
