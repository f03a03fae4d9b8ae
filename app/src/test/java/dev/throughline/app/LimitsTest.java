package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.Limits;
import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.Subscriber;
import dev.throughline.sandbox.line.Subscriber.Consent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a project or an app uses too much of is answered 429 before anything is stored, and an app
 * that asks for fewer calls a second gets them; what an app sets is what happens.
 */
final class LimitsTest {
  private static final int QUEUE = 4;
  private static final int REQUESTS = 200;
  private static final int CALLBACKS = 50;

  private static World world;

  private CustomerApp app;
  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.within(new Limits(REQUESTS, QUEUE, CALLBACKS));
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void anApp() throws Exception {
    app = world.app();
    user = world.friend();
    text = "text " + world.number();
  }

  @Test
  void aFullQueueRefusesSendsAndEventsUntilItHasRoom() throws Exception {
    world.fault("push", Fault.RATE_LIMITED, text, QUEUE);
    for (int i = 0; i < QUEUE; i++) {
      app.send(world.friend(), text + " " + i);
    }
    app.settled();
    assertThat(stats().path("outbound_size").asInt()).isEqualTo(QUEUE);
    assertThat(stats().path("outbound_limit").asInt()).isEqualTo(QUEUE);

    Api.Answer refused = app.trySend(user, text + " too many");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.error()).isEqualTo("RESOURCE_EXHAUSTED");
    assertThat(refused.text()).contains("QUEUE_FULL");
    assertThat(refused.headers().firstValue("retry-after")).hasValue("5");
    ObjectNode event = (ObjectNode) Api.json(app.sendBody(user, text));
    event.remove("message");
    event.set("event", Api.json("{\"composing_event\":{}}"));
    assertThat(world.api().post("/events:send", event.toString()).status()).isEqualTo(429);
    assertThat(world.api().get("/messages?app_id=" + app.id()).ok().path("messages"))
        .hasSize(QUEUE);

    world.advance(Duration.ofSeconds(2));
    World.eventually(() -> assertThat(stats().path("outbound_size").asInt()).isZero());
    // A full queue is counted anew once a second.
    World.eventually(() -> assertThat(app.trySend(user, text + " later").status()).isEqualTo(200));
    World.eventually(() -> assertThat(world.accepted(text + " later")).hasSize(1));
    assertThat(world.accepted(text + " too many")).isEmpty();
  }

  /** So few that the slowest machine asks for more. */
  @Test
  void aProjectThatAsksTooMuchIsRefusedForAWhile() throws Exception {
    int few = 10;
    try (World narrow = World.within(new Limits(few, 0, 0))) {
      List<Api.Answer> answers = new ArrayList<>();
      long start = System.nanoTime();
      while (answers.isEmpty() || answers.getLast().status() == 200) {
        answers.add(narrow.api().get("/apps"));
        assertThat(answers).as("requests until one is refused").hasSizeLessThan(2_000);
      }
      double seconds = (System.nanoTime() - start) / 1e9;

      Api.Answer refused = answers.getLast();
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.error()).isEqualTo("RESOURCE_EXHAUSTED");
      assertThat(refused.text()).contains("RATE_LIMITED");
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
      assertThat(answers.size()).isBetween(few, (int) (few * (1.1 + seconds)) + 2);
      // Another project's requests are its own.
      assertThat(narrow.anotherProject().get("/apps").status()).isEqualTo(200);
    }
  }

  @Test
  void anAppIsCalledAsOftenAsItAsksFor() throws Exception {
    app = world.app("{\"throughline\":{\"rate_limits\":{\"webhooks\":20,\"outbound\":1000}}}");
    assertThat(world.api().get("/apps/" + app.id()).ok().path("rate_limits"))
        .isEqualTo(Api.json("{\"inbound\":0,\"outbound\":1000,\"webhooks\":20}"));
    world.api().patch("/webhooks/" + app.webhook(), "{\"triggers\":[\"MESSAGE_INBOUND\"]}").ok();
    LineEvents events = new LineEvents(world);
    List<ObjectNode> said =
        IntStream.range(0, 20)
            .mapToObj(i -> events.text("U%032x".formatted(world.number()), text))
            .toList();
    long start = System.nanoTime();

    world.delivers(LineEvents.body(said));
    World.eventually(() -> assertThat(app.calls()).hasSize(20));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(800));
  }

  @Test
  void conversationMetadataComesBackWhereTheAppWantsItFull() throws Exception {
    for (String view : List.of("", "FULL", "NONE")) {
      if (!view.isEmpty()) {
        world
            .api()
            .patch("/apps/" + app.id(), "{\"conversation_metadata_report_view\":\"" + view + "\"}")
            .ok();
      }
      assertThat(
              world
                  .api()
                  .get("/apps/" + app.id())
                  .ok()
                  .path("conversation_metadata_report_view")
                  .asString())
          .isEqualTo(view.isEmpty() ? "NONE" : view);
      ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
      send.set("conversation_metadata", Api.json("{\"k\":\"v\"}"));
      world.api().post("/messages:send", send.toString()).ok();

      Call heard = app.hears(user, view + " " + text);

      assertThat(heard.json().path("message_metadata").asString())
          .isEqualTo(view.equals("FULL") ? "{\"k\":\"v\"}" : "");
    }
  }

  @Test
  void metadataThatWasPatchedComesBack() throws Exception {
    app = world.app("{\"conversation_metadata_report_view\":\"FULL\"}");
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    send.set("conversation_metadata", Api.json("{\"a\":1}"));
    send.put("message_metadata", "as sent");
    String message =
        world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    String conversation = app.message(message).path("conversation_id").asString();

    String path = "/conversations/" + conversation;
    world
        .api()
        .patch(path + "?metadata_update_strategy=MERGE_PATCH", "{\"metadata_json\":{\"b\":2}}")
        .ok();
    assertThat(heard("merged")).isEqualTo("{\"a\":1,\"b\":2}");
    world.api().patch(path, "{\"metadata_json\":{}}").ok();
    assertThat(heard("cleared")).isEmpty();
    world.api().patch(path, "{\"metadata\":\"older\"}").ok();
    assertThat(heard("older")).isEqualTo("older");
    world.api().patch(path, "{\"metadata_json\":{\"c\":3}}").ok();
    assertThat(heard("object")).isEqualTo("{\"c\":3}");
    assertThat(world.api().get(path).ok().path("metadata").asString()).isEqualTo("older");

    // A message's own goes with what is told of it from then on.
    app = world.app();
    String phone = "+8180%08d".formatted(70_000_000 + world.number());
    world.line.phones().subscribe(new Subscriber(user, phone, Consent.UNSET));
    ObjectNode notified = (ObjectNode) Api.json(app.sendBody(phone, text));
    notified.put("message_metadata", "as sent");
    String id =
        world.api().post("/messages:send", notified.toString()).ok().path("message_id").asString();
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");
    world.api().patch("/messages/" + id, "{\"metadata\":\"patched\"}").ok();
    world.line.phones().subscribe(new Subscriber(user, phone, Consent.ACCEPTED));
    Call delivered =
        app.called("message_delivery_report", call -> call.text().contains("\"DELIVERED\""));
    assertThat(delivered.payload().path("metadata").asString()).isEqualTo("patched");
    assertThat(delivered.json().path("message_metadata").asString()).isEqualTo("patched");
  }

  private String heard(String words) throws Exception {
    return app.hears(user, words + " " + text).json().path("message_metadata").asString();
  }

  @Test
  void aSendIsTriedForTheLastTimeWhenTheAppsPatienceEnds() throws Exception {
    app = world.app("{\"message_retry_settings\":{\"retry_duration\":40}}");
    world.fault("push", Fault.RATE_LIMITED, text, 100);
    String message = app.send(user, text);
    Duration waited = Duration.ZERO;
    app.settled();
    while (app.status(message).equals("QUEUED")) {
      waited = waited.plus(app.advance());
    }

    assertThat(app.reason(message)).isEqualTo("RATE_LIMITED");
    assertThat(waited).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void settingsThatOnlyOthersReadAreKept() {
    String settings =
        """
        {"delivery_report_based_fallback":{"enabled":true,"delivery_report_waiting_time":60},\
        "persist_message_status":{"enabled":false},"message_search":{"enabled":true}}\
        """;

    world.api().patch("/apps/" + app.id(), settings).ok();

    JsonNode shown = world.api().get("/apps/" + app.id()).ok();
    Api.json(settings)
        .properties()
        .forEach(setting -> assertThat(shown.path(setting.getKey())).isEqualTo(setting.getValue()));
  }

  private JsonNode stats() {
    return world.api().get("/apps/" + app.id()).ok().path("queue_stats");
  }
}
