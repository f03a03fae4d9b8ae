package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.Friendship;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
 * What an app has somebody see without a message, LINE shows where it can, and the app is told
 * where it cannot; whether somebody can be sent to is answered by what is known, or by LINE; who
 * wants no messages is sent none, whatever LINE says of friendship; and trouble of an account is
 * told once, not for each send.
 */
final class AppEventsTest {
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
  void someoneToTell() throws Exception {
    app = world.app();
    listens("");
    user = world.friend();
    text = "text " + world.number();
  }

  // --- Events -----------------------------------------------------------------------------------

  @Test
  void composingShowsLinesLoadingAnimation() {
    String event = event(user, "{\"composing_event\":{}}");

    JsonNode report = delivered(event);
    assertThat(report.path("status").asString()).isEqualTo("QUEUED_ON_CHANNEL");
    assertThat(report.path("metadata").asString()).isEqualTo("about " + text);
    assertThat(report.path("processing_mode").asString()).isEqualTo("CONVERSATION");
    assertThat(report.at("/channel_identity/identity").asString()).isEqualTo(user);
    assertThat(report.has("reason")).isFalse();
    assertThat(world.requests("loading-start", user))
        .singleElement()
        .satisfies(request ->
            assertThat(Api.json(request.path("body").asString()))
                .isEqualTo(Api.json("{\"chatId\":\"" + user + "\",\"loadingSeconds\":20}")));
    assertThat(app.settled()).isEmpty();
  }

  /** It is seen, so it has the evidence of a send. */
  @Test
  void whatIsShownHasAnAttemptAndAnOutcome() {
    String entries = "select count(*) from entry where kind in ('attempt', 'outcome')";
    app.settled();
    long before = world.count(entries);

    delivered(event(user, "{\"composing_event\":{}}"));

    assertThat(world.count(entries)).isGreaterThanOrEqualTo(before + 2);
    assertThat(
            world.count(
                "select count(*) from event e where cardinality(e.entries) = 3 and e.app = '"
                    + dev.throughline.ledger.Ulid.parse(app.id()).toUuid()
                    + "'"))
        .isEqualTo(1);
  }

  @Test
  void whatWasReadIsMarkedByTheNewestToken() throws Exception {
    app.hears(user, "first " + text);
    app.hears(user, "second " + text);

    String event = event(user, "{\"read_message_event\":{}}");

    assertThat(delivered(event).path("status").asString()).isEqualTo("QUEUED_ON_CHANNEL");
    String token = tokenOf("second " + text);
    assertThat(world.requests("mark-as-read", token)).hasSize(1);
  }

  @Test
  void nothingHeardIsNothingToMarkAsRead() {
    JsonNode report = delivered(event(user, "{\"read_message_event\":{}}"));

    assertThat(failure(report)).isEqualTo("FAILED UNSUPPORTED_OPERATION");
    assertThat(report.at("/reason/sub_code").asString()).isEqualTo("UNSPECIFIED_SUB_CODE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"composing_end_event\":{}}",
        "{\"comment_reply_event\":{\"text\":\"so it is\"}}",
        "{\"agent_joined_event\":{\"agent\":{\"display_name\":\"Mio\",\"type\":\"HUMAN\"}}}",
        "{\"agent_left_event\":{\"agent\":{\"display_name\":\"Mio\"}}}",
        "{\"generic_event\":{\"payload\":{\"a\":1}}}"
      })
  void whatLineCannotShowFails(String event) {
    assertThat(failure(delivered(event(user, event)))).isEqualTo("FAILED UNSUPPORTED_OPERATION");
  }

  @Test
  void groupsAreShownNoAnimation() {
    String group = "C" + "%032x".formatted(world.number());

    assertThat(failure(delivered(event(group, "{\"composing_event\":{}}"))))
        .isEqualTo("FAILED UNSUPPORTED_OPERATION");
  }

  @Test
  void whoeverBlockedIsShownNothing() throws Exception {
    world.line.block(user);
    app.called("opt_out_notification", user);

    assertThat(failure(delivered(event(user, "{\"composing_event\":{}}"))))
        .isEqualTo("FAILED RECIPIENT_NOT_OPTED_IN");
    assertThat(world.requests("loading-start", user)).isEmpty();
  }

  @Test
  void anAnimationIsTriedAgainForTwentySecondsOnly() {
    world.fault("loading-start", Fault.ERROR_BEFORE, user, 100);
    String event = event(user, "{\"composing_event\":{}}");
    Duration waited = Duration.ZERO;
    app.settled();
    while (app.calls("event_delivery_report", event).isEmpty()) {
      waited = waited.plus(app.advance());
    }

    assertThat(failure(delivered(event))).isEqualTo("FAILED CHANNEL_FAILURE");
    assertThat(waited).isEqualTo(Duration.ofSeconds(15));
    assertThat(world.requests("loading-start", user)).hasSize(5);
  }

  @Test
  void aReportGoesWhereTheEventSays() {
    String own = "/events/" + world.number();
    app.world()
        .api()
        .patch(
            "/apps/" + app.id(),
            "{\"callback_settings\":{\"secret_for_overridden_callback_urls\":\"own secret\"}}")
        .ok();
    ObjectNode send = sendEvent(user, "{\"composing_event\":{}}");
    send.put("callback_url", world.customer.url(own));

    String event =
        world.api().post("/events:send", send.toString()).ok().path("event_id").asString();

    World.eventually(() -> assertThat(world.customer.calls(own)).hasSize(1));
    Call call = world.customer.calls(own).getFirst();
    assertThat(call.payload().path("event_id").asString()).isEqualTo(event);
    assertThat(call.header("x-sinch-webhook-signature")).isNotEmpty();
    assertThat(app.calls("event_delivery_report", event)).isEmpty();
  }

  @Test
  void eventsAreListedShownAndDeleted() throws Exception {
    JsonNode heard = app.hears(user, text).payload();
    String contact = heard.path("contact_id").asString();
    String conversation = heard.path("conversation_id").asString();
    String first = event(user, "{\"composing_event\":{}}");
    String second = event(user, "{\"generic_event\":{\"payload\":{\"a\":1}}}");

    JsonNode shown = world.api().get("/events/" + second).ok();
    assertThat(shown.path("app_event"))
        .isEqualTo(Api.json("{\"generic_event\":{\"payload\":{\"a\":1}}}"));
    assertThat(shown.path("direction").asString()).isEqualTo("TO_CONTACT");
    assertThat(shown.path("contact_id").asString()).isEqualTo(contact);
    assertThat(shown.path("conversation_id").asString()).isEqualTo(conversation);
    assertThat(shown.at("/channel_identity/identity").asString()).isEqualTo(user);
    for (String list : List.of("contact_id=" + contact, "conversation_id=" + conversation)) {
      JsonNode page = world.api().get("/events?page_size=1&" + list).ok();
      assertThat(page.at("/events/0/id").asString()).isEqualTo(second);
      JsonNode next =
          world
              .api()
              .get(
                  "/events?page_size=1&"
                      + list
                      + "&page_token="
                      + page.path("next_page_token").asString())
              .ok();
      assertThat(next.at("/events/0/id").asString()).isEqualTo(first);
      assertThat(next.path("next_page_token").asString()).isEmpty();
    }

    app.settled();
    assertThat(world.api().delete("/events/" + second).ok()).isEqualTo(Api.json("{}"));
    assertThat(world.api().get("/events/" + second).status()).isEqualTo(404);
    assertThat(world.api().delete("/events/" + second).status()).isEqualTo(404);
    assertThat(world.api().get("/events?contact_id=" + contact).ok().path("events")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"composing_event":{}} | {}                                           | event
          {"composing_event":{}} | {"composing_event":{},"generic_event":{}}    | event
          {"composing_event":{}} | {"generic_event":{}}                         | event.generic_event.payload
          {"composing_event":{}} | {"comment_reply_event":{}}                   | event.comment_reply_event.text
          {"composing_event":{}} | {"agent_joined_event":{}}                    | event.agent_joined_event.agent
          ["LINE"]               | ["LINE","SMS"]                               | channel_priority_order
          ["LINE"]               | ["SMS"]                                      | channel_priority_order[0]
          "about                 | 1,"x":"                                      | event_metadata
          """)
  void anEventThatIsWrongIsRefusedByItsField(String from, String to, String field) {
    String send = sendEvent(user, "{\"composing_event\":{}}").toString().replace(from, to);

    Api.Answer answer = world.api().post("/events:send", send);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field_violations/0/field").asString())
        .isEqualTo(field);
  }

  @Test
  void anEventIsMadeOnceUnderItsKey() {
    String send = sendEvent(user, "{\"composing_event\":{}}").toString();

    JsonNode first = world.api().post("/events:send", send, "Idempotency-Key", text).ok();
    JsonNode again = world.api().post("/events:send", send, "Idempotency-Key", text).ok();

    assertThat(again).isEqualTo(first);
    delivered(first.path("event_id").asString());
    assertThat(world.requests("loading-start", user)).hasSize(1);
  }

  // --- Capability -------------------------------------------------------------------------------

  @Test
  void aKnownFriendIsCapableWithoutAsking() throws Exception {
    world.line.block(user);
    world.line.unblock(user);
    app.called("opt_in_notification", user);

    JsonNode told = capability(user);

    assertThat(told.path("capability_status").asString()).isEqualTo("CAPABILITY_FULL");
    assertThat(told.path("channel").asString()).isEqualTo("LINE");
    assertThat(told.path("identity").asString()).isEqualTo(user);
    assertThat(told.path("channel_capabilities").isArray()).isTrue();
    assertThat(world.requests("profile", ""))
        .noneMatch(request -> request.path("path").asString().contains(user));
  }

  @Test
  void whoeverBlockedIsNot() throws Exception {
    world.line.block(user);
    app.called("opt_out_notification", user);

    JsonNode told = capability(user);

    assertThat(told.path("capability_status").asString()).isEqualTo("NO_CAPABILITY");
    assertThat(told.at("/reason/code").asString()).isEqualTo("RECIPIENT_NOT_OPTED_IN");
  }

  @Test
  void ofStrangersLineIsAsked() throws Exception {
    assertThat(capability(user).path("capability_status").asString()).isEqualTo("CAPABILITY_FULL");

    String stranger = world.line.addUser("Taro", Friendship.NONE).userId();
    JsonNode told = capability(stranger);
    assertThat(told.path("capability_status").asString()).isEqualTo("NO_CAPABILITY");
    assertThat(told.at("/reason/code").asString()).isEqualTo("RECIPIENT_NOT_REACHABLE");
  }

  @Test
  void whileLineDoesNotAnswerNobodyKnows() {
    world.fault("profile", Fault.ERROR_BEFORE, "", 3);
    String request = query(user, "");
    app.settled();
    while (app.calls("capability_notification", request).isEmpty()) {
      app.advance();
    }

    JsonNode told = app.called("capability_notification", request).payload();
    assertThat(told.path("capability_status").asString()).isEqualTo("CAPABILITY_UNKNOWN");
    assertThat(told.at("/reason/code").asString()).isEqualTo("CHANNEL_FAILURE");
  }

  // --- Consent ----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "OPT_OUT_ALL,          CONTENT_MARKETING,    true",
    "OPT_OUT_ALL,          CONTENT_NOTIFICATION, true",
    "OPT_OUT_ALL,          CONTENT_UNKNOWN,      true",
    "OPT_OUT_ALL,          '',                   true",
    "OPT_OUT_MARKETING,    CONTENT_MARKETING,    true",
    "OPT_OUT_MARKETING,    CONTENT_NOTIFICATION, false",
    "OPT_OUT_MARKETING,    '',                   false",
    "OPT_OUT_NOTIFICATION, CONTENT_MARKETING,    false",
    "OPT_OUT_NOTIFICATION, CONTENT_NOTIFICATION, true",
    "OPT_OUT_NOTIFICATION, CONTENT_UNKNOWN,      false"
  })
  void listsForbidWhatTheyAreAbout(String list, String type, boolean forbidden) {
    opt("optouts", user, list, text);

    String message = send(type);

    app.comesTo(
        message,
        forbidden ? "FAILED" : "QUEUED_ON_CHANNEL",
        forbidden ? "DELIVERY_REJECTED_DUE_TO_POLICY" : "");
    assertThat(world.accepted(text)).hasSize(forbidden ? 0 : 1);
    opt("optins", user, list, text);
    app.comesTo(send(type), "QUEUED_ON_CHANNEL", "");
  }

  @Test
  void eachChangeIsToldListedAndRecorded() throws Exception {
    JsonNode answer = opt("optouts", user, "OPT_OUT_MARKETING", "out " + text);
    assertThat(answer.path("request_id").asString()).isEqualTo("out " + text);
    assertThat(answer.at("/opt_out/app_id").asString()).isEqualTo(app.id());
    JsonNode out = app.called("opt_out_notification", "out " + text).payload();
    assertThat(out.path("status").asString()).isEqualTo("OPT_OUT_SUCCEEDED");
    assertThat(out.path("identity").asString()).isEqualTo(user);
    String list = "/apps/" + app.id() + "/consents/OPT_OUT_MARKETING";
    assertThat(world.api().get(list).ok().path("identities"))
        .isEqualTo(Api.json("[{\"identity\":\"" + user + "\"}]"));
    assertThat(world.api().get("/apps/" + app.id() + "/consents/OPT_OUT_ALL").ok())
        .isEqualTo(Api.json("{\"identities\":[],\"next_page_token\":\"\"}"));

    opt("optouts", user, "OPT_OUT_MARKETING", "again " + text);
    opt("optins", user, "OPT_OUT_MARKETING", "in " + text);
    opt("optins", user, "OPT_OUT_MARKETING", "twice " + text);
    app.called("opt_in_notification", "twice " + text);

    assertThat(world.api().get(list).ok().path("identities")).isEmpty();
    JsonNode history = world.api().get("/apps/" + app.id() + "/consents/identities/" + user).ok();
    assertThat(history.at("/identity/identity").asString()).isEqualTo(user);
    assertThat(history.path("audit_records").valueStream())
        .extracting(record -> record.path("operation").asString())
        .containsExactly("OPERATION_DELETE", "OPERATION_UPDATE", "OPERATION_INSERT");
    assertThat(history.path("audit_records").get(0))
        .isEqualTo(
            Api.json(
                """
                {"origin":"ORIGIN_API","operation":"OPERATION_DELETE",\
                "list_type":"OPT_OUT_MARKETING","project_id":"%s","app_id":"%s","datetime":"%s"}\
                """
                    .formatted(world.project, app.id(), world.clock.instant())));
    assertThat(world.count("select count(*) from entry where kind = 'consent'"))
        .isGreaterThanOrEqualTo(4);
  }

  /** Friendship is LINE's fact, consent is the person's. */
  @Test
  void befriendingIsNoConsentAndBlockingNoOptOut() throws Exception {
    opt("optouts", user, "OPT_OUT_ALL", text);
    world.line.block(user);
    world.line.unblock(user);
    app.called("opt_in_notification", call -> call.text().contains(user));

    app.comesTo(send(""), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");

    String other = world.friend();
    world.line.block(other);
    app.called("opt_out_notification", other);
    assertThat(world.api().get("/apps/" + app.id() + "/consents/OPT_OUT_ALL").text())
        .doesNotContain(other);
    assertThat(
            world
                .api()
                .get("/apps/" + app.id() + "/consents/identities/" + other)
                .ok()
                .path("audit_records"))
        .isEmpty();
  }

  /** Whoever comes back wants no messages still. */
  @Test
  void anOptOutOutlastsTheContact() throws Exception {
    String contact = app.hears(user, text).payload().path("contact_id").asString();
    opt("optouts", user, "OPT_OUT_ALL", text);
    app.called("opt_out_notification", text);
    app.settled();
    world.api().delete("/contacts/" + contact).ok();

    app.comesTo(send(""), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  @ParameterizedTest
  @CsvSource({"GET,/apps/APP/consents/OPT_OUT_EVERYTHING", "GET,/apps/APP/consents/x"})
  void anUnknownListIsRefused(String method, String path) {
    assertThat(world.api().get(path.replace("APP", app.id())).status()).isEqualTo(400);
  }

  // --- Trouble ----------------------------------------------------------------------------------

  @Test
  void aRefusedCredentialIsToldOnceAnHour() throws Exception {
    world
        .api()
        .patch(
            "/apps/" + app.id(),
            "{\"channel_credentials\":["
                + CustomerApp.account("a-token-of-nobody", World.CHANNEL_SECRET, 0)
                + "]}")
        .ok();
    for (int i = 0; i < 3; i++) {
      app.comesTo(app.send(user, text), "FAILED", "CHANNEL_BAD_CONFIGURATION");
    }
    app.settled();

    assertThat(app.calls("channel_event_notification", "LINE_CREDENTIAL_REFUSED")).hasSize(1);
    JsonNode told = app.called("channel_event_notification", "").payload().path("channel_event");
    assertThat(told.path("channel").asString()).isEqualTo("LINE");
    assertThat(told.at("/additional_data/description").asString()).contains("access token");
    world.advance(Duration.ofMinutes(61));
    app.comesTo(app.send(user, text), "FAILED", "CHANNEL_BAD_CONFIGURATION");
    app.settled();
    assertThat(app.calls("channel_event_notification", "LINE_CREDENTIAL_REFUSED")).hasSize(2);
  }

  @Test
  void aQuotaThatIsUsedUpIsToldOnceADay() throws Exception {
    world.fault("push", Fault.QUOTA_REACHED, text, 4);
    for (int i = 0; i < 2; i++) {
      app.comesTo(app.send(user, text), "FAILED", "CHANNEL_REJECT");
    }
    world.advance(Duration.ofHours(23));
    app.comesTo(app.send(user, text), "FAILED", "CHANNEL_REJECT");
    app.settled();
    assertThat(app.calls("channel_event_notification", "LINE_QUOTA_REACHED")).hasSize(1);
    JsonNode told = app.called("channel_event_notification", "").payload().path("channel_event");
    assertThat(told.path("channel").asString()).isEqualTo("LINE");
    assertThat(told.at("/additional_data/description").asString()).contains("used up");

    world.advance(Duration.ofHours(2));
    app.comesTo(app.send(user, text), "FAILED", "CHANNEL_REJECT");
    app.settled();
    assertThat(app.calls("channel_event_notification", "LINE_QUOTA_REACHED")).hasSize(2);
  }

  // --- What the tests speak in ------------------------------------------------------------------

  private void listens(String more) {
    world
        .api()
        .patch(
            "/webhooks/" + app.webhook(),
            "{\"triggers\":[\"MESSAGE_INBOUND\",\"EVENT_DELIVERY\",\"OPT_IN\",\"OPT_OUT\","
                + "\"CAPABILITY\",\"CHANNEL_EVENT\""
                + more
                + "]}")
        .ok();
  }

  private ObjectNode recipient(String identity) {
    ObjectNode send = (ObjectNode) Api.json("{}");
    send.put("app_id", app.id());
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "LINE")
        .put("identity", identity);
    return send;
  }

  private ObjectNode sendEvent(String identity, String event) {
    ObjectNode send = recipient(identity);
    send.set("event", Api.json(event));
    send.put("event_metadata", "about " + text);
    send.putArray("channel_priority_order").add("LINE");
    return send;
  }

  private String event(String identity, String event) {
    JsonNode answer = world.api().post("/events:send", sendEvent(identity, event).toString()).ok();
    assertThat(answer.path("accepted_time").asString()).isNotEmpty();
    return answer.path("event_id").asString();
  }

  private JsonNode delivered(String event) {
    return app.called("event_delivery_report", event).payload();
  }

  private static String failure(JsonNode report) {
    return report.path("status").asString() + " " + report.at("/reason/code").asString("");
  }

  private String query(String identity, String requestId) {
    ObjectNode query = recipient(identity);
    query.put("request_id", requestId);
    JsonNode answer = world.api().post("/capability:query", query.toString()).ok();
    assertThat(answer.path("app_id").asString()).isEqualTo(app.id());
    assertThat(answer.path("recipient")).isEqualTo(query.path("recipient"));
    assertThat(answer.path("request_id").asString()).isNotEmpty();
    return answer.path("request_id").asString();
  }

  private JsonNode capability(String identity) {
    String request = query(identity, "request " + world.number());
    return app.called("capability_notification", request).payload();
  }

  private JsonNode opt(String way, String identity, String list, String requestId) {
    ObjectNode change = recipient(identity);
    change.put("list_type", list);
    change.putArray("channels").add("LINE");
    return world
        .api()
        .post(
            "/" + way + ":register?request_id=" + requestId.replace(" ", "%20"), change.toString())
        .ok();
  }

  private String send(String type) {
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    if (!type.isEmpty()) {
      send.put("message_content_type", type);
    }
    return world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();
  }

  /** The token that LINE gave with a message. */
  private static String tokenOf(String said) {
    return world.line.webhooks(0).entries().stream()
        .map(JsonNode::toString)
        .filter(webhook -> webhook.contains(said))
        .map(webhook -> webhook.replace("\\", ""))
        .flatMap(webhook ->
            Optional.of(webhook.indexOf("\"markAsReadToken\":\"")).stream()
                .filter(at -> at >= 0)
                .map(at -> webhook.substring(at + 19, webhook.indexOf('"', at + 19))))
        .findFirst()
        .orElseThrow();
  }
}
