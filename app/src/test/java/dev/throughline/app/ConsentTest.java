package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * People say themselves what they want: a word in their own language stops messages and starts them
 * again, what they said last counts whenever it comes in, and a message of a class goes only to
 * whom the app's policy lets it.
 */
final class ConsentTest {
  private static World world;
  private static LineEvents events;

  private CustomerApp app;
  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    events = new LineEvents(world);
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void someoneToWriteTo() throws Exception {
    app = world.app();
    user = world.friend();
    text = "text " + world.number();
  }

  // --- Words ------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"STOP,     START", "配信停止。, 配信再開", "หยุด,      เริ่ม", "退訂,      訂閱", "取消订阅！, 恢复订阅"})
  void aWordStopsMessagesAndAnotherStartsThem(String stop, String start) throws Exception {
    JsonNode heard = app.hears(user, stop).payload();

    JsonNode out = app.called("opt_out_notification", user).payload();
    assertThat(heard.at("/contact_message/text_message/text").asString()).isEqualTo(stop);
    assertThat(out.path("status").asString()).isEqualTo("OPT_OUT_SUCCEEDED");
    assertThat(out.path("request_id")).isEqualTo(heard.path("id"));
    assertThat(out.at("/throughline/source").asString()).isEqualTo("KEYWORD");
    app.comesTo(send(""), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    assertThat(listed("OPT_OUT_ALL")).isEqualTo(Api.json("[{\"identity\":\"" + user + "\"}]"));

    app.hears(user, start);
    app.called("opt_in_notification", user);

    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");
    assertThat(listed("OPT_OUT_ALL")).isEmpty();
    JsonNode records = records();
    assertThat(records.valueStream())
        .extracting(record -> record.path("operation").asString())
        .containsExactly("OPERATION_DELETE", "OPERATION_INSERT");
    JsonNode first = records.get(1);
    assertThat(first.path("origin").asString()).isEqualTo("ORIGIN_MO");
    assertThat(first.at("/throughline/said").asString()).isEqualTo(stop);
    assertThat(first.at("/throughline/message_id")).isEqualTo(heard.path("id"));
    assertThat(first.at("/throughline/occurred_at").asString())
        .isEqualTo(world.clock.instant().toString());
  }

  /** The later word counts, even if it comes in first. */
  @Test
  void whatWasSaidLaterStands() throws Exception {
    Instant now = world.clock.instant();
    says(events.text(user, "START", now.minusSeconds(60)));
    app.called("opt_in_notification", user);

    says(events.text(user, "STOP", now.minusSeconds(120)));
    says(events.text(user, text, now));
    app.called("message", text);

    assertThat(app.calls("opt_out_notification", user)).isEmpty();
    app.comesTo(send(""), "QUEUED_ON_CHANNEL", "");
    says(events.text(user, "STOP", now.minusSeconds(30)));
    app.called("opt_out_notification", user);
    app.comesTo(send(""), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  /** Nobody in a group speaks for the others. */
  @Test
  void aWordInAGroupStopsNothing() throws Exception {
    String group = "C" + "%032x".formatted(world.number());
    ObjectNode said = events.text(user, "STOP");
    said.putObject("source").put("type", "group").put("groupId", group).put("userId", user);

    says(said);
    app.called("message", group);
    app.settled();

    assertThat(app.calls("opt_out_notification", "")).isEmpty();
  }

  @Test
  void anAppChoosesItsWordsAndTheirList() throws Exception {
    ours("{\"opt_out_words\":{\"stop\":[\"もういい\"],\"list\":\"OPT_OUT_MARKETING\"}}");
    app.hears(user, "もういい！");
    app.called("opt_out_notification", user);

    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");

    ours("{\"opt_out_words\":{\"enabled\":false}}");
    String other = world.friend();
    app.hears(other, "STOP");
    app.settled();
    assertThat(app.calls("opt_out_notification", other)).isEmpty();
  }

  @Test
  void aWordCountsWhereNoContactIsShown() throws Exception {
    app = world.app("{\"processing_mode\":\"DISPATCH\"}");
    app.hears(user, "STOP");

    JsonNode out = app.called("opt_out_notification", user).payload();
    assertThat(out.path("contact_id").asString()).isEmpty();
    assertThat(listed("OPT_OUT_ALL")).hasSize(1);
  }

  // --- Classes ----------------------------------------------------------------------------------

  @Test
  void marketingNeedsTheConsentThatThePolicyNames() throws Exception {
    ours("{\"consent_policy\":{\"MARKETING\":\"opt_in\"}}");
    world.line.block(user);
    world.line.unblock(user);
    app.called("opt_in_notification", user);

    JsonNode told = validate("CONTENT_MARKETING");
    assertThat(told.path("class").asString()).isEqualTo("MARKETING");
    assertThat(told.at("/channels/0/sendable").booleanValue()).isFalse();
    assertThat(told.at("/channels/0/reason/code").asString()).isEqualTo("RECIPIENT_NOT_OPTED_IN");
    String refused = send("CONTENT_MARKETING");
    app.comesTo(refused, "FAILED", "RECIPIENT_NOT_OPTED_IN");
    assertThat(app.message(refused).at("/throughline/class").asString()).isEqualTo("MARKETING");
    assertThat(app.message(refused).at("/message_status/reason/description").asString())
        .contains("consent_policy")
        .contains("LINE");
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");

    opt("optins", "OPT_OUT_MARKETING");

    assertThat(validate("CONTENT_MARKETING").at("/channels/0/sendable").booleanValue()).isTrue();
    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");
    opt("optouts", "OPT_OUT_MARKETING");
    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  @ParameterizedTest
  @CsvSource({
    "'',                   MARKETING",
    "CONTENT_UNKNOWN,      MARKETING",
    "CONTENT_NOTIFICATION, NOTIFICATION",
    "CONTENT_CONVERSATION, CONVERSATION"
  })
  void aSendThatSaysNoClassIsOfTheAppsOwn(String said, String sent) {
    assertThat(app.message(send(said)).at("/throughline/class").asString())
        .isEqualTo(sent.equals("MARKETING") ? "CONVERSATION" : sent);

    ours("{\"default_class\":\"MARKETING\"}");

    String message = send(said);
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(app.message(message).at("/throughline/class").asString()).isEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"consent_policy\":{\"MARKETING\":\"maybe\"}}",
        "{\"quiet_hours\":{\"windows\":[]}}",
        "{\"default_class\":\"ADVERT\"}"
      })
  void whatCannotBeAPolicyIsRefused(String settings) {
    Api.Answer answer =
        world.api().patch("/apps/" + app.id(), "{\"throughline\":" + settings + "}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field_violations/0/field").asString())
        .startsWith("throughline.");
  }

  private void says(ObjectNode event) throws Exception {
    assertThat(world.line.sendBody(LineEvents.body(List.of(event)))).isEqualTo(200);
  }

  private void ours(String settings) {
    world.api().patch("/apps/" + app.id(), "{\"throughline\":" + settings + "}").ok();
  }

  private JsonNode listed(String list) {
    return world.api().get("/apps/" + app.id() + "/consents/" + list).ok().path("identities");
  }

  private JsonNode records() {
    return world
        .api()
        .get("/apps/" + app.id() + "/consents/identities/" + user)
        .ok()
        .path("audit_records");
  }

  private void opt(String way, String list) {
    ObjectNode change = (ObjectNode) Api.json(app.sendBody(user, text));
    change.retain("app_id", "recipient");
    change.put("list_type", list);
    world.api().post("/" + way + ":register", change.toString()).ok();
  }

  private ObjectNode body(String type) {
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    if (!type.isEmpty()) {
      send.put("message_content_type", type);
    }
    return send;
  }

  private String send(String type) {
    return world
        .api()
        .post("/messages:send", body(type).toString())
        .ok()
        .path("message_id")
        .asString();
  }

  private JsonNode validate(String type) {
    return world
        .api()
        .post("/messages:send", body(type).put("validate_only", true).toString())
        .ok();
  }
}
