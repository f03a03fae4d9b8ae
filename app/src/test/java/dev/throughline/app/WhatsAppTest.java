package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Providers;
import dev.throughline.channel.whatsapp.WhatsAppHost;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.meta.MetaConfig;
import dev.throughline.sandbox.meta.MetaControl;
import dev.throughline.sandbox.meta.MetaEmulator;
import dev.throughline.sandbox.meta.MetaFault;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * WhatsApp over HTTP, against an emulated Meta: what an app sends arrives on the phone once and
 * says how far it came; what people write, choose and send reaches the app; what the 24-hour window
 * does not take is known beforehand; and what Meta did not answer is unknown until its receipt says
 * more.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhatsAppTest {
  private static final String NUMBER_ID = "106540352242922";
  private static final String SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
  private static final String VERIFY = "a-word-of-the-handshake";
  private static final Path GOLDENS =
      Path.of("..", "gateway", "src", "test", "goldens", "whatsapp");

  private final AtomicReference<@Nullable World> opened = new AtomicReference<>();
  private final InstantSource clock =
      () -> {
        World world = opened.get();
        return world == null ? Instant.parse("2026-11-20T09:00:00Z") : world.clock.instant();
      };
  private final People people = new People(clock);
  private final MetaEmulator emulator =
      new MetaEmulator(
          MetaConfig.number("102290129340398", NUMBER_ID, "+15550783881", "EAAG-token", SECRET),
          people,
          clock,
          new Random(7));
  private final MetaControl meta = emulator.control();
  private final World world = open();
  private final CustomerApp app = app();

  private World open() {
    try {
      people.connect(emulator);
      World started =
          World.reaching(
              Providers.REAL.whatsApp(new WhatsAppHost(emulator.baseUri(), WhatsAppHost.VERSION)));
      opened.set(started);
      return started;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private CustomerApp app() {
    CustomerApp created =
        CustomerApp.create(
            world,
            (ObjectNode)
                Api.json(
                    """
                    {"channel_credentials":[{"channel":"WHATSAPP",
                      "static_bearer":{"claimed_identity":"%s","token":"EAAG-token"},
                      "whatsapp_settings":{"app_secret":"%s","verify_token":"%s"}}]}\
                    """
                        .formatted(NUMBER_ID, SECRET, VERIFY)));
    return created;
  }

  @BeforeAll
  void subscribe() throws ControlRefusal {
    meta.settings(meta.settings().withoutLimits());
    meta.subscribe(
        "http://127.0.0.1:" + world.gateway().publicPort() + "/hooks/whatsapp/" + app.id(), VERIFY);
  }

  @AfterEach
  void clearFaults() {
    meta.clearFaults();
  }

  @AfterAll
  void close() throws Exception {
    emulator.close();
    people.close();
    world.close();
  }

  /** Somebody new, with WhatsApp. */
  private String phone() throws ControlRefusal {
    int number = world.number();
    String phone = "+8190%08d".formatted(number);
    people.add(
        new Person(
            "p" + number,
            "Hanako",
            "U" + "%032x".formatted(number),
            phone,
            "h" + number + "@example.com"));
    return phone.substring(1);
  }

  /** Somebody new, who has written. */
  private String friend() throws ControlRefusal {
    String phone = phone();
    meta.write(phone, "Hanako", "hello from " + phone);
    app.called("message", "hello from " + phone);
    return phone;
  }

  private String send(String phone, JsonNode message) {
    String body = body(phone, message).toString();
    return world.api().post("/messages:send", body).ok().path("message_id").asString();
  }

  /** What a text would meet now. */
  private JsonNode foretold(String phone) {
    ObjectNode body = body(phone, Api.json("{\"text_message\":{\"text\":\"a\"}}"));
    body.put("validate_only", true);
    return world.api().post("/messages:send", body.toString()).ok();
  }

  private ObjectNode body(String phone, JsonNode message) {
    ObjectNode send = (ObjectNode) Api.json("{}");
    send.put("app_id", app.id());
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "WHATSAPP")
        .put("identity", phone);
    send.set("message", message);
    return send;
  }

  private String sendText(String phone, String text) {
    ObjectNode message = (ObjectNode) Api.json("{}");
    message.putObject("text_message").put("text", text);
    return send(phone, message);
  }

  /** What Meta took for somebody. */
  private List<JsonNode> accepted(String about) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode each : meta.accepted(0).path("accepted")) {
      if (each.toString().contains(about)) {
        found.add(each);
      }
    }
    return found;
  }

  /** The public port, for what is no API. */
  private Api outside() {
    return new Api("http://127.0.0.1:" + world.gateway().publicPort(), "");
  }

  private String said(String phone, String message) throws ControlRefusal {
    return meta.send(phone, "Hanako", (ObjectNode) Api.json(message));
  }

  @Test
  void aTextArrivesOnceAndSaysHowFarItCame() throws Exception {
    String phone = friend();

    String message = sendText(phone, "Your parcel " + phone);

    app.comesTo(message, "DELIVERED", "");
    assertThat(accepted("Your parcel " + phone)).hasSize(1);
    meta.open(phone);
    app.comesTo(message, "READ", "");
    assertThat(app.calls("message_submit_notification", message)).hasSize(1);
  }

  @Test
  void everyKindOfMessageIsTakenByMeta() throws Exception {
    String phone = friend();
    List<String> sent = new ArrayList<>();
    try (Stream<Path> files = Files.list(GOLDENS)) {
      for (Path file : files.sorted().toList()) {
        JsonNode golden = Api.json(Files.readString(file));
        String name = file.getFileName().toString();
        boolean whole =
            golden.has("body")
                && !golden.has("quote")
                && !golden.has("channel_properties")
                && !name.startsWith("template")
                && !name.startsWith("explicit")
                && !name.startsWith("product")
                && !name.startsWith("flow");
        if (whole) {
          sent.add(name + " " + send(phone, golden.path("app_message")));
        }
      }
    }
    assertThat(sent).hasSizeGreaterThan(30);
    for (String each : sent) {
      String message = each.substring(each.indexOf(' ') + 1);
      World.eventually(() ->
          assertThat(app.status(message) + app.reason(message)).as(each).isEqualTo("DELIVERED"));
    }
  }

  @Test
  void whatSomebodyChoosesNamesTheMessage() throws Exception {
    String phone = friend();
    String message =
        send(
            phone,
            Api.json(
                """
                {"choice_message":{"text_message":{"text":"Is Tuesday fine?"},"choices":[
                  {"text_message":{"text":"Yes"},"postback_data":"day=2"},
                  {"text_message":{"text":"No"},"postback_data":"%s"}]}}\
                """
                    .formatted("n".repeat(300))));
    app.comesTo(message, "DELIVERED", "");

    said(
        phone,
        """
        {"type":"interactive","interactive":{"type":"button_reply",
          "button_reply":{"id":"tl1:%1$s:day=2","title":"Yes"}}}\
        """
            .formatted(message));
    said(
        phone,
        """
        {"type":"interactive","interactive":{"type":"button_reply",
          "button_reply":{"id":"tl2:%1$s:1","title":"No"}}}\
        """
            .formatted(message));

    assertThat(chosen("day=2").path("message_id").asString()).isEqualTo(message);
    assertThat(chosen("n".repeat(300)).path("message_id").asString()).isEqualTo(message);
  }

  private JsonNode chosen(String data) {
    return app.called(
            "message",
            call ->
                call.payload()
                    .path("contact_message")
                    .path("choice_response_message")
                    .path("postback_data")
                    .asString("")
                    .equals(data))
        .payload()
        .path("contact_message")
        .path("choice_response_message");
  }

  @Test
  void everythingThatPeopleSendReachesTheApp() throws Exception {
    String phone = friend();
    String ours = sendText(phone, "What do you think, " + phone + "?");
    app.comesTo(ours, "DELIVERED", "");
    String wamid = accepted("What do you think, " + phone).getFirst().path("id").asString();

    said(phone, "{\"type\":\"location\",\"location\":{\"latitude\":35.5,\"longitude\":139.25}}");
    said(
        phone,
        """
        {"type":"order","order":{"catalog_id":"c1","product_items":[
          {"product_retailer_id":"s1","quantity":1,"item_price":9.5,"currency":"EUR"}]}}\
        """);
    said(
        phone,
        "{\"type\":\"text\",\"text\":{\"body\":\"Good\"},\"context\":{\"id\":\"" + wamid + "\"}}");
    said(
        phone,
        "{\"type\":\"reaction\",\"reaction\":{\"message_id\":\"" + wamid + "\",\"emoji\":\"👍\"}}");

    assertThat(app.called("message", "location_message").text()).contains("35.5");
    assertThat(app.called("message", "product_response_message").text()).contains("\"s1\"");
    assertThat(
            app.called("message", "\"Good\"")
                .payload()
                .path("contact_message")
                .path("reply_to")
                .path("message_id")
                .asString())
        .isEqualTo(ours);
    JsonNode reaction =
        app.called("event", "reaction_event")
            .payload()
            .path("contact_message_event")
            .path("reaction_event");
    assertThat(reaction.path("message_id").asString()).isEqualTo(ours);
    assertThat(reaction.path("action").asString()).isEqualTo("REACTION_ACTION_REACT");
    String contact = app.called("event", "reaction_event").payload().path("contact_id").asString();
    assertThat(world.api().get("/events?contact_id=" + contact).ok().path("events").toString())
        .contains("contact_message_event");
  }

  @Test
  void aFileIsFetchedByItsId() throws Exception {
    String phone = friend();
    said(phone, "{\"type\":\"image\",\"image\":{\"caption\":\"my shoe " + phone + "\"}}");

    JsonNode card =
        app.called("message", "my shoe " + phone)
            .payload()
            .path("contact_message")
            .path("media_card_message");

    String url = card.path("url").asString();
    World.eventually(() ->
        assertThat(outside().get(url.substring(url.indexOf("/media/"))).status()).isEqualTo(200));
  }

  @Test
  void whoShowsNoNumberIsAnsweredByTheirId() throws Exception {
    String phone = phone();
    meta.person(phone, Optional.of("hana" + world.number()), true, true);
    meta.write(phone, "Hanako", "who am I " + phone);
    String user =
        app.called("message", "who am I " + phone)
            .payload()
            .path("channel_identity")
            .path("identity")
            .asString();
    assertThat(user).isEqualTo(meta.userId(phone)).matches("[A-Z]{2}\\..+");

    String message = sendText(user, "You are " + user);

    app.comesTo(message, "DELIVERED", "");
  }

  @Test
  void whoHidesTheirNumberLaterIsTheSameContact() throws Exception {
    String phone = friend();
    String contact = contactOf("hello from " + phone);

    meta.person(phone, Optional.of("hana" + world.number()), true, true);
    meta.write(phone, "Hanako", "hidden " + phone);

    assertThat(contactOf("hidden " + phone)).isEqualTo(contact);
    assertThat(addresses(contact)).containsExactlyInAnyOrder(phone, meta.userId(phone));
    String message = sendToContact(contact, "To your number " + phone);
    app.comesTo(message, "DELIVERED", "");
    assertThat(app.message(message).at("/channel_identity/identity").asString()).isEqualTo(phone);
  }

  @Test
  void whoShowsTheirNumberLaterIsTheSameContact() throws Exception {
    String phone = phone();
    meta.person(phone, Optional.of("hana" + world.number()), true, true);
    meta.write(phone, "Hanako", "hidden " + phone);
    String contact = contactOf("hidden " + phone);

    meta.person(phone, Optional.empty(), false, true);
    meta.write(phone, "Hanako", "shown " + phone);

    assertThat(contactOf("shown " + phone)).isEqualTo(contact);
    assertThat(addresses(contact)).containsExactlyInAnyOrder(phone, meta.userId(phone));
  }

  @Test
  void ofTwoContactsOfOnePersonTheAppIsToldOnce() throws Exception {
    ObjectNode webhook = (ObjectNode) Api.json("{\"target_type\":\"HTTP\"}");
    webhook.put("app_id", app.id());
    webhook.put("target", world.customer.url(app.path()) + "/duplicates");
    webhook.putArray("triggers").add("CONTACT_IDENTITIES_DUPLICATION");
    world.api().post("/webhooks", webhook.toString()).ok();
    String phone = phone();
    meta.person(phone, Optional.of("hana" + world.number()), true, true);
    meta.write(phone, "Hanako", "hidden " + phone);
    String hidden = contactOf("hidden " + phone);
    ObjectNode other = (ObjectNode) Api.json("{\"language\":\"JA\"}");
    other
        .putArray("channel_identities")
        .addObject()
        .put("channel", "WHATSAPP")
        .put("identity", phone);
    String known = world.api().post("/contacts", other.toString()).ok().path("id").asString();

    meta.person(phone, Optional.empty(), false, true);
    meta.write(phone, "Hanako", "shown " + phone);
    meta.write(phone, "Hanako", "again " + phone);

    assertThat(contactOf("shown " + phone)).isEqualTo(known);
    assertThat(contactOf("again " + phone)).isEqualTo(known);
    World.eventually(() ->
        assertThat(
                world.customer.calls(app.path() + "/duplicates").stream()
                    .filter(call -> call.text().contains(hidden))
                    .filter(call -> call.text().contains(known)))
            .hasSize(1));
    assertThat(world.api().get("/contacts:identityConflicts").ok().path("conflicts").toString())
        .contains(hidden, known);
  }

  private String contactOf(String text) {
    return app.called("message", text).payload().path("contact_id").asString();
  }

  private List<String> addresses(String contact) {
    return world
        .api()
        .get("/contacts/" + contact)
        .ok()
        .path("channel_identities")
        .valueStream()
        .map(each -> each.path("identity").asString())
        .toList();
  }

  private String sendToContact(String contact, String text) {
    ObjectNode body = body("", Api.json("{}"));
    body.putObject("recipient").put("contact_id", contact);
    body.putObject("message").putObject("text_message").put("text", text);
    return world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
  }

  @Test
  void outsideTheWindowNothingIsAskedOfMetaButTemplates() throws Exception {
    String phone = friend();
    world.advance(Duration.ofHours(24).plusSeconds(1));

    assertThat(foretold(phone).at("/reason/code").asString())
        .isEqualTo("OUTSIDE_ALLOWED_SENDING_WINDOW");
    String late = sendText(phone, "too late " + phone);
    app.comesTo(late, "FAILED", "OUTSIDE_ALLOWED_SENDING_WINDOW");
    assertThat(meta.requests(0).toString()).doesNotContain("too late " + phone);

    String template =
        send(
            phone,
            Api.json(
                """
                {"template_message":{"channel_template":{"WHATSAPP":{
                  "template_id":"hello_world","language_code":"en_US"}}}}\
                """));
    app.comesTo(template, "DELIVERED", "");

    meta.write(phone, "Hanako", "I am back " + phone);
    app.called("message", "I am back " + phone);
    assertThat(foretold(phone).path("first_channel").asString()).isEqualTo("WHATSAPP");
    app.comesTo(sendText(phone, "in time " + phone), "DELIVERED", "");
  }

  @Test
  void aThrottledMessageGoesOutLaterOnce() throws Exception {
    String phone = friend();
    meta.setFaults(
        List.of(
            Scripted.<MetaFault>times("graph.messages", MetaFault.ERROR, 1)
                .withDetail("130429")
                .about("slowly " + phone)));

    String message = sendText(phone, "slowly " + phone);
    World.eventually(() -> assertThat(app.settled()).isPresent());
    app.advance();

    app.comesTo(message, "DELIVERED", "");
    assertThat(accepted("slowly " + phone)).hasSize(1);
  }

  @Test
  void whatMetaDidNotAnswerIsUnknownUntilItTellsOfIt() throws Exception {
    String phone = friend();
    meta.setFaults(
        List.of(
            Scripted.<MetaFault>times("graph.messages", MetaFault.RESET_BEFORE, 1)
                .about("lost " + phone),
            Scripted.<MetaFault>times("graph.messages", MetaFault.RESET_AFTER, 1)
                .about("taken " + phone)));

    String lost = sendText(phone, "lost " + phone);
    app.comesTo(lost, "QUEUED_ON_CHANNEL", "UNKNOWN");
    String taken = sendText(phone, "taken " + phone);
    app.comesTo(taken, "DELIVERED", "");

    assertThat(accepted("lost " + phone)).isEmpty();
    assertThat(accepted("taken " + phone)).hasSize(1);
    assertThat(app.reason(lost)).isEqualTo("UNKNOWN");
  }

  @Test
  void aForgedWebhookAndAWrongHandshakeAreRefused() {
    String hook = "/hooks/whatsapp/" + app.id();
    assertThat(
            outside()
                .post(hook, "{\"entry\":[]}", "X-Hub-Signature-256", "sha256=" + "0".repeat(64))
                .status())
        .isEqualTo(401);
    assertThat(
            outside()
                .get(hook + "?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=7")
                .status())
        .isEqualTo(404);
  }
}
