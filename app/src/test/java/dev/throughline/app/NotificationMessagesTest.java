package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.Subscriber;
import dev.throughline.sandbox.line.Subscriber.Consent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A notification message goes to a phone number once, under a tag by which LINE's word of the
 * delivery finds it again: with that word it is delivered, without it for a day it has failed, and
 * of what nobody answered nobody says more than is known.
 */
final class NotificationMessagesTest {
  private static final String NOTIFICATION =
      """
      {"channel_specific_message":{"LINE":{"message_type":"NOTIFICATION_MESSAGE_TEMPLATE","message":{
        "template_key":"shipment_completed_ja","body":{
          "emphasized_item":{"item_key":"date_001_ja","content":"8月14日(日)"},
          "items":[{"item_key":"time_range_001_ja","content":"午前中"}],
          "buttons":[{"button_key":"check_delivery_status_ja","url":"https://example.com/"}]}}}}}
      """;

  private static World world;

  private CustomerApp app;
  private String phone;
  private String user;

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
    phone = "+8180%08d".formatted(world.number());
    user = world.friend();
  }

  /** LINE's own example of a hash. */
  @Test
  void aFlexibleOneGoesToTheHashOfTheNumberAndIsDelivered() throws Exception {
    phone = "+818000001234";
    has(Consent.ACCEPTED);
    String id = send(text("お荷物"), "{}");

    app.comesTo(id, "DELIVERED", "");
    assertThat(asked("pnp-push", "お荷物"))
        .isEqualTo(
            Api.json(
                "{\"to\":\"d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c\","
                    + "\"messages\":[{\"type\":\"text\",\"text\":\"お荷物\"}]}"));
    JsonNode report =
        app.called("message_delivery_report", call -> call.text().contains("\"DELIVERED\""))
            .payload();
    assertThat(report.path("message_id").asString()).isEqualTo(id);

    if (app.settled().isPresent()) {
      app.advance();
    }
    app.comesTo(id, "DELIVERED", "");
    assertThat(app.calls("message_delivery_report", "\"DELIVERED\"")).hasSize(1);
  }

  @Test
  void oneByATemplateGoesInLinesForm() throws Exception {
    has(Consent.ACCEPTED);
    String id = send(Api.json(NOTIFICATION), "{}");

    app.comesTo(id, "DELIVERED", "");
    ObjectNode body = (ObjectNode) asked("pnp-templated", "shipment_completed_ja");
    assertThat(body.remove("to").asString()).matches("[0-9a-f]{64}");
    assertThat(body)
        .isEqualTo(
            Api.json(
                """
                {"templateKey":"shipment_completed_ja","body":{
                  "emphasizedItem":{"itemKey":"date_001_ja","content":"8月14日(日)"},
                  "items":[{"itemKey":"time_range_001_ja","content":"午前中"}],
                  "buttons":[{"buttonKey":"check_delivery_status_ja","url":"https://example.com/"}]}}
                """));
  }

  @Test
  void itIsDeliveredOnceSomebodyAgrees() throws Exception {
    has(Consent.UNSET);
    String id = send(text("a"), "{}");
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    has(Consent.ACCEPTED);

    app.comesTo(id, "DELIVERED", "");
    assertThat(app.advance()).isEqualTo(Duration.ofHours(24));
    app.comesTo(id, "DELIVERED", "");
  }

  @Test
  void withoutAWordOfDeliveryForADayItHasFailed() throws Exception {
    has(Consent.UNCONFIRMED);
    String id = send(text("a"), "{}");
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    assertThat(app.advance()).isEqualTo(Duration.ofHours(24));

    app.comesTo(id, "FAILED", "DELIVERY_TIMED_OUT");
    delivered("tl:" + id + ":" + id);
    app.settled();
    app.comesTo(id, "FAILED", "DELIVERY_TIMED_OUT");
  }

  @Test
  void whoCannotBeReachedIsToldAsSuch() {
    app.comesTo(send(text("nobody"), "{}"), "FAILED", "RECIPIENT_NOT_REACHABLE");
  }

  @Test
  void whatNobodyAnsweredIsUnknownUntilTheDelivery() throws Exception {
    has(Consent.UNSET);
    String words = "silence " + world.number();
    world.fault("pnp-push", Fault.ERROR_AFTER, words, 1);
    String id = send(text(words), "{}");

    app.comesTo(id, "QUEUED_ON_CHANNEL", "UNKNOWN");
    assertThat(app.settled()).isEmpty();
    assertThat(world.count("select count(*) from task where state = 'unknown'")).isEqualTo(1);
    has(Consent.ACCEPTED);
    app.comesTo(id, "DELIVERED", "");
    assertThat(world.count("select count(*) from task where state = 'unknown'")).isZero();

    world.api().post("/messages/" + id + ":resend", "");
    app.settled();
    assertThat(world.requests("pnp-push", words)).hasSize(1);
    app.comesTo(id, "DELIVERED", "");
  }

  @Test
  void whatLineDoesNotTakeAtNumbersFails() throws Exception {
    JsonNode picture = Api.json("{\"media_message\":{\"url\":\"https://example.com/a.png\"}}");
    app.comesTo(send(picture, "{}"), "FAILED", "BAD_REQUEST");
    phone = user;
    app.comesTo(send(Api.json(NOTIFICATION), "{}"), "FAILED", "BAD_REQUEST");
    app.comesTo(
        send(text("a"), "{\"LINE_NOTIFICATION_MESSAGE\":\"true\"}"), "FAILED", "BAD_REQUEST");
    assertThat(world.requests("push", user)).isEmpty();
  }

  @Test
  void advertisingIsRefused() {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(phone, "buy"));
    body.put("message_content_type", "CONTENT_MARKETING");
    String id =
        world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
    app.comesTo(id, "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");

    JsonNode told =
        world.api().post("/messages:send", body.put("validate_only", true).toString()).ok();
    assertThat(told.path("channels").path(0).path("reason").path("code").asString())
        .isEqualTo("DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  @Test
  void ofSomebodysAddressesTheNumberIsTakenWhereItIsAskedFor() throws Exception {
    has(Consent.ACCEPTED);
    ObjectNode contact = (ObjectNode) Api.json("{\"language\":\"JA\",\"channel_identities\":[]}");
    for (String address : List.of(phone, user)) {
      ((ArrayNode) contact.path("channel_identities"))
          .addObject()
          .put("channel", "LINE")
          .put("identity", address)
          .put("app_id", app.id());
    }
    String id = world.api().post("/contacts", contact.toString()).ok().path("id").asString();

    app.comesTo(sendTo(id, text("pushed"), "{}"), "QUEUED_ON_CHANNEL", "");
    assertThat(world.requests("push", user)).hasSize(1);
    String notified = sendTo(id, text("notified"), "{\"LINE_NOTIFICATION_MESSAGE\":\"true\"}");
    app.comesTo(notified, "DELIVERED", "");
    assertThat(asked("pnp-push", "notified").path("messages").size()).isEqualTo(1);
    assertThat(app.message(notified).path("channel_identity").path("identity").asString())
        .isEqualTo(phone);
  }

  @Test
  void aDeliveryOfSomebodyElsesIsPassedOn() throws Exception {
    delivered("a-tag-of-the-apps-own-" + world.number());

    assertThat(app.called("unsupported_callback", "a-tag-of-the-apps-own").payload()).isNotNull();
  }

  /** The person has the number, and says this of notification messages. */
  private void has(Consent consent) throws Exception {
    world.line.phones().subscribe(new Subscriber(user, phone, consent));
  }

  /** What LINE was asked to send to a number, once. */
  private static JsonNode asked(String endpoint, String about) {
    List<ObjectNode> found = world.requests(endpoint, about);
    assertThat(found).hasSize(1);
    return Api.json(found.getFirst().path("body").asString());
  }

  /** LINE tells of a delivery: an event of nobody's. */
  private static void delivered(String tag) throws Exception {
    ObjectNode event =
        new LineEvents(world).event("delivery", "U" + "0".repeat(32)).put("mode", "active");
    event.remove("source");
    event.putObject("delivery").put("data", tag);
    world.line.inject(List.of(event), false, Optional.empty());
  }

  private static JsonNode text(String text) {
    ObjectNode message = (ObjectNode) Api.json("{}");
    message.putObject("text_message").put("text", text);
    return message;
  }

  private String send(JsonNode message, String properties) {
    return send(Api.json(app.sendBody(phone, "")), message, properties);
  }

  private String sendTo(String contact, JsonNode message, String properties) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(phone, ""));
    body.putObject("recipient").put("contact_id", contact);
    return send(body, message, properties);
  }

  private static String send(JsonNode body, JsonNode message, String properties) {
    ObjectNode request = (ObjectNode) body;
    request.set("message", message);
    request.set("channel_properties", Api.json(properties));
    return world
        .api()
        .post("/messages:send", request.toString())
        .ok()
        .path("message_id")
        .asString();
  }
}
