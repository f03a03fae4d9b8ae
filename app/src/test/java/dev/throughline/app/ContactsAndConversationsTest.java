package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Friendship;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever becomes of a contact, a conversation or a message by the API, the app is told of it once
 * and in the contract's words, and what is deleted or has expired is gone: from every answer, from
 * the tables, and from the log's payloads.
 */
final class ContactsAndConversationsTest {
  private static World world;
  private static CustomerApp app;

  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    app = world.app();
    ObjectNode webhook = (ObjectNode) Api.json("{\"target_type\":\"HTTP\"}");
    webhook.put("app_id", app.id());
    webhook.put("target", world.customer.url(app.path()) + "/changes");
    ArrayNode triggers = webhook.putArray("triggers");
    List.of(
            "CONTACT_UPDATE",
            "CONTACT_DELETE",
            "CONTACT_MERGE",
            "CONTACT_IDENTITIES_DUPLICATION",
            "CONVERSATION_STOP",
            "CONVERSATION_DELETE",
            "RECORD_NOTIFICATION")
        .forEach(triggers::add);
    world.api().post("/webhooks", webhook.toString()).ok();
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
  void changesOfAContactAreTold() throws Exception {
    String contact = contactOf(user);

    world.api().patch("/contacts/" + contact, "{\"display_name\":\"Hanako\"}").ok();
    JsonNode updated = told("contact_update_notification", contact);
    assertThat(updated.path("contact").path("display_name").asString()).isEqualTo("Hanako");

    world.api().delete("/contacts/" + contact).ok();
    JsonNode deleted = told("contact_delete_notification", contact);
    assertThat(deleted.path("contact").path("display_name").asString()).isEqualTo("Hanako");
    assertThat(deleted.path("contact").at("/channel_identities/0/identity").asString())
        .isEqualTo(user);
    app.settled();
    assertThat(
            world.count(
                "select count(*) from message where contact is not null and contact not in (select id from contact)"))
        .isZero();
  }

  @Test
  void aMergeIsToldAndWhatWasOnItsWayArrives() throws Exception {
    String from = contactOf(user);
    String into =
        world
            .api()
            .post(
                "/contacts",
                "{\"channel_identities\":[{\"channel\":\"SMS\",\"identity\":\"+4670%d\"}]}"
                    .formatted(world.number()))
            .ok()
            .path("id")
            .asString();
    String sent = app.send(user, text);

    world.api().post("/contacts/" + into + ":merge", "{\"source_id\":\"" + from + "\"}").ok();

    JsonNode merge = told("contact_merge_notification", into);
    assertThat(merge.path("preserved_contact").path("id").asString()).isEqualTo(into);
    assertThat(merge.path("deleted_contact").path("id").asString()).isEqualTo(from);
    app.comesTo(sent, "QUEUED_ON_CHANNEL", "");
    assertThat(app.message(sent).path("contact_id").asString()).isEqualTo(into);
    assertThat(app.hears(user, text + " again").payload().path("contact_id").asString())
        .isEqualTo(into);
  }

  @Test
  void theEndOfAConversationIsTold() throws Exception {
    String conversation = app.hears(user, text).payload().path("conversation_id").asString();

    world.api().post("/conversations/" + conversation + ":stop", "").ok();
    assertThat(
            told("conversation_stop_notification", conversation)
                .path("conversation")
                .path("active")
                .asBoolean(true))
        .isFalse();

    world.api().delete("/conversations/" + conversation).ok();
    told("conversation_delete_notification", conversation);
    assertThat(app.hears(user, text + " again").payload().path("conversation_id").asString())
        .isNotEqualTo(conversation);
  }

  @Test
  void whatWasSaidElsewhereCanBePutIn() throws Exception {
    JsonNode heard = app.hears(user, text).payload();
    String conversation = heard.path("conversation_id").asString();
    String path = "/conversations/" + conversation + ":inject-message";
    ObjectNode body = (ObjectNode) Api.json("{\"direction\":\"TO_APP\"}");
    body.put("accept_time", world.clock.instant().minus(Duration.ofDays(2)).toString());
    body.put("contact_id", heard.path("contact_id").asString());
    body.set("channel_identity", heard.path("channel_identity"));
    body.putObject("contact_message").putObject("text_message").put("text", "by phone");

    assertThat(world.api().post(path, body.toString()).ok().toString()).isEqualTo("{}");

    JsonNode messages =
        world.api().get("/messages?conversation_id=" + conversation).ok().path("messages");
    assertThat(messages).hasSize(2);
    JsonNode injected = messages.get(1);
    assertThat(injected.path("injected").asBoolean()).isTrue();
    assertThat(injected.at("/contact_message/text_message/text").asString()).isEqualTo("by phone");
    assertThat(injected.path("accept_time").asString())
        .isEqualTo(body.path("accept_time").asString());
    assertThat(told("record_notification", conversation).path("entity_id").asString())
        .isEqualTo(injected.path("id").asString());

    body.put("direction", "TO_CONTACT");
    assertThat(world.api().post(path, body.toString()).status()).isEqualTo(400);
    body.remove("contact_message");
    body.putObject("app_message").putObject("text_message").put("text", "and answered");
    world.api().post(path, body.toString()).ok();
    assertThat(
            world
                .api()
                .get("/messages?direction=TO_CONTACT&conversation_id=" + conversation)
                .ok()
                .at("/messages/0/app_message/text_message/text")
                .asString())
        .isEqualTo("and answered");
    for (Duration off : List.of(Duration.ofDays(31), Duration.ofSeconds(-1))) {
      body.put("accept_time", world.clock.instant().minus(off).toString());
      assertThat(world.api().post(path, body.toString()).status()).as("%s", off).isEqualTo(400);
    }
  }

  @Test
  void anEventOfElsewhereCanBePutIn() throws Exception {
    String conversation = app.hears(user, text).payload().path("conversation_id").asString();
    String at = world.clock.instant().minus(Duration.ofHours(1)).toString();
    String path = "/conversations/" + conversation + ":inject-event";
    String body =
        """
        {"app_event":{"agent_joined_event":{"agent":{"display_name":"Aya","type":"HUMAN"}}},\
        "accept_time":"%s"}\
        """;

    JsonNode answer = world.api().post(path, body.formatted(at)).ok();

    String id = answer.path("event_id").asString();
    assertThat(answer.path("accepted_time").asString()).isNotEmpty();
    assertThat(told("record_notification", id).path("conversation_id").asString())
        .isEqualTo(conversation);
    JsonNode shown = world.api().get("/events/" + id).ok();
    assertThat(shown.at("/app_event/agent_joined_event/agent/display_name").asString())
        .isEqualTo("Aya");
    assertThat(shown.path("accept_time").asString()).isEqualTo(at);
    assertThat(world.api().post(path, body.formatted("2020-01-01T00:00:00Z")).status())
        .isEqualTo(400);
  }

  @Test
  void aProfileIsAskedOfTheChannel() throws Exception {
    String ask =
        """
        {"app_id":"%s","channel":"LINE","recipient":{"identified_by":{"channel_identities":\
        [{"channel":"LINE","identity":"%s"}]}}}\
        """;
    String path = "/contacts:getChannelProfile";

    assertThat(
            world
                .api()
                .post(path, ask.formatted(app.id(), user))
                .ok()
                .path("profile_name")
                .asString())
        .startsWith("Hanako ");
    String contact = contactOf(user);
    assertThat(
            world
                .api()
                .post(
                    path,
                    """
                    {"app_id":"%s","channel":"LINE","recipient":{"contact_id":"%s"}}\
                    """
                        .formatted(app.id(), contact))
                .ok()
                .path("profile_name")
                .asString())
        .startsWith("Hanako ");
    Api.Answer nobody = world.api().post(path, ask.formatted(app.id(), "U" + "0".repeat(32)));
    assertThat(nobody.status()).isEqualTo(404);
    assertThat(nobody.text()).contains("NO_PROFILE_AVAILABLE");
    assertThat(
            world
                .api()
                .post(
                    path, ask.formatted(app.id(), user).replace("\"LINE\",\"rec", "\"SMS\",\"rec"))
                .status())
        .isEqualTo(400);
    String stranger = world.line.addUser("Nobody " + world.number(), Friendship.NONE).userId();
    assertThat(world.api().post(path, ask.formatted(app.id(), stranger)).status()).isEqualTo(404);
  }

  @Test
  void anAddressOfSeveralContactsIsToldOnce() throws Exception {
    String first = contactOf(user);
    CustomerApp other = world.app();

    String second = other.hears(user, text + " there").payload().path("contact_id").asString();

    JsonNode told = told("duplicated_contact_identities_notification", first);
    assertThat(told.toString())
        .isEqualTo(
            "{\"duplicated_identities\":[{\"channel\":\"LINE\",\"contact_ids\":[\"%s\",\"%s\"]}]}"
                .formatted(first, second));
    other.hears(user, text + " again");
    other.settled();
    world.receivesLine(app);
    app.hears(user, text + " here");
    app.settled();
    assertThat(
            world.customer.calls(app.path() + "/changes").stream()
                .filter(call -> call.about().equals("duplicated_contact_identities_notification"))
                .filter(call -> call.text().contains(first)))
        .hasSize(1);
  }

  @Test
  void whomDispatchedMessagesKnowIsADuplicateOnceShown() throws Exception {
    String first = contactOf(user);
    CustomerApp other = world.app("{\"processing_mode\":\"DISPATCH\"}");
    other.hears(user, text + " there");
    other.settled();
    assertThat(
            world.customer.calls(app.path() + "/changes").stream()
                .filter(call -> call.text().contains(first)))
        .isEmpty();

    world.api().patch("/apps/" + other.id(), "{\"processing_mode\":\"CONVERSATION\"}").ok();
    String second = other.hears(user, text + " again").payload().path("contact_id").asString();

    assertThat(
            told("duplicated_contact_identities_notification", first)
                .at("/duplicated_identities/0/contact_ids")
                .toString())
        .isEqualTo("[\"%s\",\"%s\"]".formatted(first, second));
  }

  private String contactOf(String person) throws Exception {
    return app.hears(person, text).payload().path("contact_id").asString();
  }

  private static JsonNode told(String payload, String about) {
    return World.sooner(() ->
            world.customer.calls(app.path() + "/changes").stream()
                .filter(call -> call.about().equals(payload) && call.text().contains(about))
                .findFirst())
        .payload();
  }
}
