package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** However large a broadcast is, nobody who is talked to waits for it. */
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
}
