package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Fault;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * However large a broadcast is, taking its audience in needs no memory for it, it does not go to
 * all at once unless that was asked for, and nobody who is talked to waits for it.
 */
class LargeBroadcastTest {
  private static final int BULK = 600;

  private static World world;

  private CustomerApp app;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void setUp() throws Exception {
    app = world.app();
  }

  /** One more than a million: LINE asks to spread what goes to more. */
  @Test
  void aMillionLinesComeInAsAStreamAndAreStaged() throws Exception {
    String id = make("To ${name}", "{\"upload\":true}");
    Lines lines = new Lines(1_000_001);
    HttpResponse<String> answer;
    try (HttpClient client = HttpClient.newHttpClient()) {
      answer =
          client.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:"
                              + world.gateway().publicPort()
                              + "/v1/projects/"
                              + world.project
                              + "/broadcasts/"
                              + id
                              + "/audience"))
                  .header("Authorization", world.basic())
                  .header("Content-Type", "text/csv")
                  .timeout(Duration.ofMinutes(2))
                  .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> lines))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    }
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode ready = Api.json(answer.body());
    assertThat(ready.path("state").asString()).isEqualTo("READY");
    assertThat(ready.path("recipients").asInt()).isEqualTo(1_000_001);
    // Half a million people would be 100 MB; what stays is eight bytes for each.
    assertThat(lines.growth()).isLessThan(40L << 20);

    JsonNode preflight = world.api().get("/broadcasts/" + id + "/preflight").ok();
    assertThat(preflight.path("reachable").asInt()).isEqualTo(1_000_001);
    assertThat(preflight.path("stages"))
        .hasSize(5)
        .allMatch(stage -> stage.path("wait").asString().equals("600s"));
  }

  /** The judge is the order in which LINE took them. */
  @Test
  void whoIsTalkedToDoesNotWaitForAFullBroadcast() throws Exception {
    app =
        world.app(
            """
            {"throughline":{"quiet_hours":{"time_zone":"Asia/Tokyo",
              "windows":[{"from":"17:00","to":"18:30"}]}}}
            """);
    String text = "bulk " + world.number();
    ObjectNode audience = (ObjectNode) Api.json("{}");
    ArrayNode people = audience.putArray("recipients");
    for (int i = 0; i < BULK; i++) {
      ObjectNode person = people.addObject();
      person
          .putObject("identified_by")
          .putArray("channel_identities")
          .addObject()
          .put("channel", "LINE")
          .put("identity", world.friend());
      person.putObject("variables").put("name", "N" + i);
    }
    String id = make(text + " ${name}", audience.toString());
    String asks = world.friend();
    String isTold = world.friend();
    // All of it waits for its hour, and is due at the same moment; LINE is slow then.
    world.fault("push", Fault.SLOW, text + " N", BULK, Duration.ofMillis(500));
    world.api().post("/broadcasts/" + id + ":start", "").ok();
    World.eventually(() ->
        assertThat(world.count("select count(*) from message where status = 'QUEUED'"))
            .isGreaterThan(BULK / 2));
    World.eventually(() ->
        assertThat(world.count("select count(*) from message where status = 'QUEUED'"))
            .isEqualTo(BULK));
    world.advance(Duration.ofHours(1));
    app.hears(asks, "hello " + text);
    app.send(asks, "answer to " + text);
    app.send(isTold, "news of " + text);
    World.eventually(() -> assertThat(said()).contains("answer to " + text, "news of " + text));
    assertThat(said()).filteredOn(said -> said.startsWith(text)).hasSizeLessThan(BULK * 2 / 3);

    World.eventually(
        () -> assertThat(said()).filteredOn(said -> said.startsWith(text)).hasSize(BULK));
    assertThat(said()).filteredOn(said -> said.startsWith(text)).doesNotHaveDuplicates();
  }

  private static List<String> said() {
    List<String> texts = new ArrayList<>();
    world.line.accepted(0).entries().forEach(send -> texts.add(send.path("text").asString()));
    return texts;
  }

  private String make(String text, String audience) {
    ObjectNode body = (ObjectNode) Api.json("{}");
    ObjectNode send = body.putObject("send");
    send.put("app_id", app.id());
    send.put("message_content_type", "CONTENT_MARKETING");
    send.putObject("message").putObject("text_message").put("text", text);
    body.set("audience", Api.json(audience));
    return world.api().post("/broadcasts", body.toString()).ok().path("id").asString();
  }

  /** A file that nobody holds: each line is made when it is read. */
  private static final class Lines extends InputStream {
    private static final byte[] HEAD = "line\n".getBytes(StandardCharsets.US_ASCII);
    private static final HexFormat HEX = HexFormat.of();

    private final int people;
    private byte[] line = HEAD;
    private int at;
    private int made;
    private long before;
    private long half;

    Lines(int people) {
      this.people = people;
    }

    /** How much more the heap held in the middle than at the start. */
    long growth() {
      return half - before;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] into, int from, int length) {
      int count = 0;
      while (count < length) {
        if (at == line.length && !next()) {
          break;
        }
        int some = Math.min(length - count, line.length - at);
        System.arraycopy(line, at, into, from + count, some);
        at += some;
        count += some;
      }
      return count == 0 ? -1 : count;
    }

    private boolean next() {
      if (made == people) {
        return false;
      }
      if (made == 0) {
        before = heap();
      } else if (made == people / 2) {
        half = heap();
      }
      line =
          ("U" + "0".repeat(24) + HEX.toHexDigits(made) + "\n").getBytes(StandardCharsets.US_ASCII);
      at = 0;
      made++;
      return true;
    }

    @SuppressWarnings("System.gc")
    private static long heap() {
      System.gc();
      return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
  }
}
