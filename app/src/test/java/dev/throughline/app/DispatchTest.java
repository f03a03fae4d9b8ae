package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Of a dispatched message no contact and no conversation is made or shown: it belongs to its
 * address alone, is kept for the days that its app says, and everything else holds for it as for
 * any other.
 */
final class DispatchTest {
  private static final String KEEPS =
      """
      {"processing_mode":"DISPATCH","dispatch_retention_policy":\
      {"retention_type":"MESSAGE_EXPIRE_POLICY","ttl_days":3}}\
      """;

  private static World world;
  private static CustomerApp app;

  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    app = world.app(KEEPS);
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void somebody() throws Exception {
    world.receivesLine(app);
    user = world.friend();
    text = "text " + world.number();
  }

  @Test
  void noContactAndNoConversationIsMade() throws Exception {
    Call heard = app.hears(user, text);
    assertThat(heard.payload().path("contact_id").asString("none")).isEmpty();
    assertThat(heard.payload().path("conversation_id").asString("none")).isEmpty();
    assertThat(heard.payload().path("processing_mode").asString()).isEqualTo("DISPATCH");
    String sent = app.send(user, text + " back");
    app.comesTo(sent, "QUEUED_ON_CHANNEL", "");

    assertThat(world.accepted(text + " back").getFirst().path("via").asString())
        .as("the reply token of a dispatched message is used")
        .isEqualTo("reply");
    assertThat(find(user)).isEmpty();
    assertThat(app.calls("contact_create_notification", user)).isEmpty();
    assertThat(app.calls().stream().map(Call::about))
        .doesNotContain("conversation_start_notification");
    assertThat(world.count("select count(*) from conversation where app = '%s'".formatted(uuid())))
        .isZero();
    JsonNode list =
        world
            .api()
            .get("/messages?messages_source=DISPATCH_SOURCE&channel_identity=" + user)
            .ok()
            .path("messages");
    assertThat(list).hasSize(2);
    assertThat(list.get(0).path("id").asString()).isEqualTo(sent);
    assertThat(
            world
                .api()
                .get(
                    "/messages?messages_source=DISPATCH_SOURCE&only_recipient_originated=true"
                        + "&channel_identity="
                        + user)
                .ok()
                .path("messages"))
        .hasSize(1);
    assertThat(
            world
                .api()
                .post(
                    "/messages:send",
                    app.sendBody(user, text)
                        .replaceAll(
                            "\"identified_by\":\\{.*?\\]\\}",
                            "\"contact_id\":\"01HZZZZZZZZZZZZZZZZZZZZZZZ\""))
                .status())
        .isEqualTo(400);
  }

  @Test
  void whatASendSaysOfTheConversationStaysWithTheAddress() throws Exception {
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    send.put("correlation_id", "corr").putObject("conversation_metadata").put("k", "v");
    world.api().post("/messages:send", send.toString()).ok();

    Call heard = app.hears(user, text + " again");

    assertThat(heard.json().path("correlation_id").asString()).isEqualTo("corr");
  }

  @Test
  void whoeverIsMadeAContactLaterTakesTheirAddressAlong() throws Exception {
    app.hears(user, text);

    String contact =
        world
            .api()
            .post(
                "/contacts",
                """
                {"channel_identities":[{"channel":"LINE","identity":"%s","app_id":"%s"}]}\
                """
                    .formatted(user, app.id()))
            .ok()
            .path("id")
            .asString();

    assertThat(find(user)).isEqualTo(contact);
    assertThat(app.hears(user, text + " again").payload().path("contact_id").asString("none"))
        .isEmpty();
    assertThat(
            world
                .api()
                .get("/messages?messages_source=DISPATCH_SOURCE&channel_identity=" + user)
                .ok()
                .path("messages"))
        .hasSize(2);
    world.api().delete("/contacts/" + contact).ok();
    assertThat(
            world
                .api()
                .get("/messages?messages_source=DISPATCH_SOURCE&channel_identity=" + user)
                .ok()
                .path("messages"))
        .isEmpty();
  }

  @Test
  void oneMessageOfAnyAppCanBeDispatched() throws Exception {
    CustomerApp other = world.app();
    ObjectNode send = (ObjectNode) Api.json(other.sendBody(user, text));
    send.put("processing_strategy", "DISPATCH_ONLY");
    String sent =
        world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();

    Call report = other.called("message_delivery_report", sent);
    assertThat(report.payload().path("contact_id").asString("none")).isEmpty();
    assertThat(report.payload().path("processing_mode").asString()).isEqualTo("DISPATCH");
    assertThat(find(user)).isEmpty();

    String contact = other.hears(user, text + " back").payload().path("contact_id").asString();
    assertThat(contact).hasSize(26);
    assertThat(other.calls("contact_create_notification", user)).hasSize(1);
    assertThat(find(user)).isEqualTo(contact);
  }

  @Test
  void isKeptForTheDaysOfItsApp() throws Exception {
    String kept = app.send(user, text);
    CustomerApp keepsNothing = world.app("{\"processing_mode\":\"DISPATCH\"}");
    String hidden = keepsNothing.send(user, text + " hidden");
    keepsNothing.called("message_delivery_report", hidden);
    assertThat(world.api().get("/messages/" + hidden).status()).isEqualTo(404);
    assertThat(world.api().get("/messages/" + kept).status()).isEqualTo(200);

    world.advance(Duration.ofHours(25));
    World.eventually(() -> assertThat(rows(hidden)).isZero());
    assertThat(rows(kept)).isEqualTo(1);
    world.advance(Duration.ofDays(2));
    World.eventually(() -> assertThat(rows(kept)).isZero());
  }

  private static long rows(String message) {
    return world.count(
        "select count(*) from message where id = '%s'"
            .formatted(dev.throughline.ledger.Ulid.parse(message).toUuid()));
  }

  private static Object uuid() {
    return dev.throughline.ledger.Ulid.parse(app.id()).toUuid();
  }

  /** The contact of a LINE user; empty if there is none. */
  private static String find(String person) {
    return world
        .api()
        .get("/contacts?channel=LINE&identity=" + person)
        .ok()
        .at("/contacts/0/id")
        .asString("");
  }
}
