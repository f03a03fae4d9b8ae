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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message goes through the steps of its plan in order, each when the one before it has failed or
 * has run out of time, and no further once one of them did what it had to; what the app is told of
 * it is what happened.
 */
final class DeliveryPlansTest {
  private static World world;

  private CustomerApp app;
  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void somebody() throws Exception {
    app = world.app();
    world.receivesLine(app);
    user = world.friend();
    text = "text " + world.number() + ".";
  }

  @Test
  void anAnswerEndsAPlanThatWaitsForOne() throws Exception {
    String id = send(step("answered", "60s", ""), step("accepted", "60s", "again " + text));
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    app.hears(user, "yes " + text);

    assertThat(app.settled()).isEmpty();
    assertThat(world.accepted("again " + text)).isEmpty();
    assertThat(app.told(id)).containsExactly("QUEUED_ON_CHANNEL");
  }

  @Test
  void withoutAnAnswerTheNextStepBeginsInTime() throws Exception {
    String id = send(step("answered", "45s", ""), step("accepted", "60s", "again " + text));
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(45));

    World.eventually(() ->
        assertThat(app.told(id))
            .containsExactly(
                "QUEUED_ON_CHANNEL",
                "SWITCHING_CHANNEL DELIVERY_REPORT_TIME_OUT",
                "QUEUED_ON_CHANNEL"));
    assertThat(world.accepted("again " + text)).hasSize(1);
    assertThat(app.settled()).isEmpty();
    assertThat(app.message(id).path("app_message").path("text_message").path("text").asString())
        .isEqualTo("again " + text);
  }

  @Test
  void aRefusalDecidesAtOnce() throws Exception {
    world.fault("push", Fault.BAD_REQUEST, text, 1);
    String id = send(step("accepted", "60s", ""), step("accepted", "60s", "again " + text));

    World.eventually(() -> assertThat(app.told(id)).endsWith("QUEUED_ON_CHANNEL").hasSize(2));
    assertThat(app.told(id).getFirst()).startsWith("SWITCHING_CHANNEL");
    assertThat(app.settled()).isEmpty();
  }

  /** A block that is heard of while the first step waits. */
  @Test
  void aBlockDecidesAtOnce() throws Exception {
    String id = send(step("answered", "600s", ""), step("accepted", "60s", "again " + text));
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    world.line.block(user);

    // The first step may have arrived before the block, so that it has not failed.
    app.comesTo(id, "QUEUED_ON_CHANNEL", "RECIPIENT_NOT_OPTED_IN");
    assertThat(app.settled()).isEmpty();
    assertThat(world.requests("push", "again " + text)).isEmpty();
  }

  @Test
  void aTtlEndsThePlan() throws Exception {
    ObjectNode body = body(step("answered", "45s", ""), step("accepted", "60s", "again " + text));
    body.put("ttl", "30s");
    String id = post(body).ok().path("message_id").asString();
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    app.advance();

    app.settled();
    assertThat(world.accepted("again " + text)).isEmpty();
    assertThat(app.status(id)).isEqualTo("QUEUED_ON_CHANNEL");
  }

  @Test
  void whatIsScheduledWaits() throws Exception {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, text));
    body.putObject("schedule").put("at", world.clock.instant().plusSeconds(3_600).toString());
    String id = post(body).ok().path("message_id").asString();
    assertThat(app.settled()).isPresent();
    assertThat(app.status(id)).isEqualTo("QUEUED");
    assertThat(world.requests("push", text)).isEmpty();

    assertThat(app.advance()).isEqualTo(Duration.ofHours(1));

    app.comesTo(id, "QUEUED_ON_CHANNEL", "");
    assertThat(world.requests("push", text)).hasSize(1);
    assertThat(app.settled()).isEmpty();
  }

  @Test
  void whatIsScheduledCanBeCancelled() throws Exception {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, text));
    body.putObject("schedule").put("at", world.clock.instant().plusSeconds(3_600).toString());
    String id = post(body).ok().path("message_id").asString();
    assertThat(app.settled()).isPresent();

    JsonNode answer = world.api().post("/messages/" + id + ":cancel", "").ok();

    assertThat(answer.path("cancelled").asBoolean()).isTrue();
    assertThat(answer.path("stopped").valueStream().map(JsonNode::asString))
        .containsExactly("LINE");
    assertThat(answer.path("status").asString()).isEqualTo("FAILED");
    assertThat(app.settled()).isEmpty();
    assertThat(world.requests("push", text)).isEmpty();
  }

  @Test
  void theRestOfAPlanCanBeCancelled() throws Exception {
    String id = send(step("answered", "45s", ""), step("accepted", "60s", "again " + text));
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    JsonNode answer = world.api().post("/messages/" + id + ":cancel", "").ok();

    assertThat(answer.path("cancelled").asBoolean()).isTrue();
    assertThat(answer.path("status").asString()).isEqualTo("QUEUED_ON_CHANNEL");
    assertThat(app.settled()).isEmpty();
    assertThat(world.requests("push", "again " + text)).isEmpty();
  }

  @Test
  void theNextTryCanBeCancelledAndTheFirstCannot() throws Exception {
    world.fault("push", Fault.RATE_LIMITED, text, 5);
    String id = app.send(user, text);
    assertThat(app.settled()).isPresent();

    JsonNode answer = world.api().post("/messages/" + id + ":cancel", "").ok();

    assertThat(answer.path("cancelled").asBoolean()).isTrue();
    app.comesTo(id, "FAILED", "MESSAGE_EXPIRED");
    assertThat(app.settled()).isEmpty();
    assertThat(world.requests("push", text)).hasSize(1);

    String sent = app.send(user, "another");
    app.comesTo(sent, "QUEUED_ON_CHANNEL", "");
    assertThat(
            world
                .api()
                .post("/messages/" + sent + ":cancel", "")
                .ok()
                .path("cancelled")
                .asBoolean())
        .isFalse();
    assertThat(app.status(sent)).isEqualTo("QUEUED_ON_CHANNEL");
  }

  @Test
  void theTimelineTellsTheStory() throws Exception {
    world.fault("push", Fault.BAD_REQUEST, text, 1);
    String id = send(step("accepted", "60s", ""), step("answered", "30s", "again " + text));
    World.eventually(() -> assertThat(app.told(id)).hasSize(2));
    app.advance();

    JsonNode timeline = world.api().get("/messages/" + id + "/timeline").ok();

    assertThat(timeline.path("status").asString()).isEqualTo("QUEUED_ON_CHANNEL");
    assertThat(timeline.path("class").asString()).isEqualTo("CONVERSATION");
    assertThat(
            timeline
                .path("entries")
                .valueStream()
                .map(entry ->
                    entry.path("kind").asString()
                        + " "
                        + entry.path("channel").asString("")
                        + " "
                        + entry.path("result").asString(entry.path("status").asString(""))
                        + " "
                        + entry.path("reason").path("code").asString(""))
                .map(String::strip)
                .toList())
        .containsExactlyInAnyOrder(
            "request",
            "step LINE",
            "wait LINE",
            "attempt LINE",
            "outcome LINE REJECTED RECIPIENT_INVALID_CHANNEL_IDENTITY",
            "status LINE SWITCHING_CHANNEL RECIPIENT_INVALID_CHANNEL_IDENTITY",
            "step LINE",
            "wait LINE",
            "attempt LINE",
            "outcome LINE ACCEPTED",
            "status LINE QUEUED_ON_CHANNEL",
            "time LINE",
            "status LINE QUEUED_ON_CHANNEL DELIVERY_REPORT_TIME_OUT");
    assertThat(timeline.path("entries").path(0).path("kind").asString()).isEqualTo("request");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                               | delivery_plan.steps",
        "{\"steps\":[]}                                   | delivery_plan.steps",
        "{\"steps\":[{}]}                                 | delivery_plan.steps[0].channel",
        "{\"steps\":[{\"channel\":\"SMS\"}]}              | delivery_plan.steps[0].channel",
        "{\"steps\":[{\"channel\":\"LINE\",\"until\":\"soon\"}]} | delivery_plan.steps[0].until",
        "{\"steps\":[{\"channel\":\"LINE\",\"within\":\"60\"}]} | delivery_plan.steps[0].within",
        "{\"steps\":[{\"channel\":\"LINE\",\"within\":\"0s\"}]} | delivery_plan.steps[0].within",
        "{\"steps\":[{\"channel\":\"LINE\",\"sender\":\"9\"}]} | delivery_plan.steps[0].sender",
        "{\"steps\":[{\"channel\":\"LINE\",\"message\":{}}]} | delivery_plan.steps[0].message.text_message",
        "{\"steps\":[{\"channel\":\"LINE\",\"on_unknown\":\"no\"}]}"
            + " | delivery_plan.steps[0].on_unknown",
        "{\"steps\":[{\"channel\":\"LINE\",\"beyond_ceiling\":\"no\"}]}"
            + " | delivery_plan.steps[0].beyond_ceiling",
      })
  void whatIsWrongIsNamed(String plan, String field) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, text));
    body.remove("channel_priority_order");
    body.set("delivery_plan", Api.json(plan));

    Api.Answer answer = post(body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("\"" + field + "\"");
  }

  @Test
  void whatEachStepWouldSayIsToldBeforehand() {
    ObjectNode nothing = step("accepted", "60s", "");
    nothing.set(
        "message",
        Api.json(
            "{\"template_message\":{\"omni_template\":{\"template_id\":\"none\","
                + "\"version\":\"latest\",\"parameters\":{}}}}"));
    ObjectNode body = body(step("accepted", "60s", ""), nothing);
    body.put("validate_only", true);

    JsonNode told = post(body).ok();
    JsonNode channels = told.path("channels");

    assertThat(told.path("sendable").booleanValue()).isTrue();
    assertThat(channels).hasSize(2);
    assertThat(channels.path(0).path("sendable").asBoolean()).isTrue();
    assertThat(channels.path(1).path("sendable").asBoolean()).isFalse();
    assertThat(world.requests("push", text)).isEmpty();
  }

  /** The class that a message was sent as is in the report, and in the export beside each. */
  @Test
  void messagesAreCountedAndListedByClass() throws Exception {
    app.hears(user, "hi " + text);
    List<String> sent = new ArrayList<>();
    for (String type : List.of("CONTENT_MARKETING", "CONTENT_NOTIFICATION", "CONTENT_MARKETING")) {
      ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, text));
      String id = post(body.put("message_content_type", type)).ok().path("message_id").asString();
      app.comesTo(id, "QUEUED_ON_CHANNEL", "");
      sent.add(id);
    }

    JsonNode counts = world.api().get("/messages:report?app_id=" + app.id()).ok().path("counts");
    assertThat(counts.valueStream().map(JsonNode::toString))
        .containsExactly(count("MARKETING", 2), count("NOTIFICATION", 1));

    List<String> lines =
        world.api().get("/messages:export?app_id=" + app.id()).text().lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.getFirst()).startsWith("message_id,app_id,direction,channel,class,");
    assertThat(lines.get(1)).contains(",TO_APP,LINE,,").contains(",RECEIVED,");
    assertThat(lines)
        .anyMatch(line ->
            line.startsWith(sent.get(1) + "," + app.id() + ",TO_CONTACT,LINE,NOTIFICATION,")
                && line.contains(",QUEUED_ON_CHANNEL,"));
    assertThat(lines.toString()).doesNotContain(user, text);
    assertThat(world.api().get("/messages:report?start_time=2020-01-01T00:00:00Z").status())
        .isEqualTo(400);
  }

  private String count(String sent, int number) {
    return "{\"app_id\":\"%s\",\"channel\":\"LINE\",\"class\":\"%s\",".formatted(app.id(), sent)
        + "\"status\":\"QUEUED_ON_CHANNEL\",\"reason\":\"\",\"count\":%d}".formatted(number);
  }

  @Test
  void aPlanStandsAlone() {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, text));
    body.set("delivery_plan", Api.json("{\"steps\":[{\"channel\":\"LINE\"}]}"));
    assertThat(post(body).status()).isEqualTo(400);
    body.remove("delivery_plan");
    body.putObject("schedule").put("at", "tomorrow");
    assertThat(post(body).text()).contains("schedule.at");
    body.putObject("schedule")
        .put("at", world.clock.instant().plus(Duration.ofDays(91)).toString());
    assertThat(post(body).text()).contains("schedule.at");
  }

  private String send(ObjectNode... steps) {
    return post(body(steps)).ok().path("message_id").asString();
  }

  private Api.Answer post(ObjectNode body) {
    return world.api().post("/messages:send", body.toString());
  }

  private ObjectNode body(ObjectNode... steps) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, text));
    body.remove("channel_priority_order");
    ArrayNode plan = body.putObject("delivery_plan").putArray("steps");
    List.of(steps).forEach(plan::add);
    return body;
  }

  /**
   * @param message another than the request's, if not empty
   */
  private static ObjectNode step(String until, String within, String message) {
    ObjectNode step = (ObjectNode) Api.json("{\"channel\":\"LINE\"}");
    step.put("until", until);
    step.put("within", within);
    if (!message.isEmpty()) {
      step.putObject("message").putObject("text_message").put("text", message);
    }
    return step;
  }
}
