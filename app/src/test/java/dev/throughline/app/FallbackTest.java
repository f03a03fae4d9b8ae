package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Providers;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.whatsapp.WhatsAppHost;
import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsEmulator;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.mail.MailConfig;
import dev.throughline.sandbox.mail.MailEmulator;
import dev.throughline.sandbox.meta.MetaConfig;
import dev.throughline.sandbox.meta.MetaEmulator;
import dev.throughline.sandbox.meta.MetaFault;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message reaches a person once, by the first channel that works for them at the time, and no
 * later than its plan says; what the platforms tell of it decides, and the timeline tells the
 * story.
 */
final class FallbackTest {
  private static final String NUMBER_ID = "106540352242922";
  private static final String TOKEN = "a-token-of-metas";
  private static final String APP_SECRET = "an-app-secret-of-metas";
  private static final String VERIFY = "verify-me";
  private static final String KEY_ID = "AKIAIOSFODNN7EXAMPLE";
  private static final String KEY = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY";

  private static People people;
  private static MetaEmulator meta;
  private static AwsEmulator aws;
  private static MailEmulator mail;
  private static World world;
  private static CustomerApp app;

  private Person person;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    InstantSource time = InstantSource.system();
    people = new People(time);
    meta =
        new MetaEmulator(
            MetaConfig.number("102290129340398", NUMBER_ID, "+15550783881", TOKEN, APP_SECRET),
            people,
            time,
            new Random(5));
    people.connect(meta);
    aws = new AwsEmulator(AwsConfig.account(KEY_ID, KEY), people, time, new Random(7));
    people.connect(aws);
    mail =
        new MailEmulator(
            MailConfig.relay("relay", "secret", "shop@sandbox.example")
                .withTls(MailConfig.Tls.NONE),
            people,
            time,
            new Random(6));
    people.connect(mail);
    world =
        World.reaching(
            Providers.REAL
                .whatsApp(new WhatsAppHost(meta.baseUri(), WhatsAppHost.VERSION))
                .aws(new AwsSettings(Optional.of(aws.baseUri()), AwsSettings.SNS)));
    app = CustomerApp.create(world, settings());
    world.receivesLine(app);
    meta.control()
        .subscribe(
            "http://127.0.0.1:" + world.gateway().publicPort() + "/hooks/whatsapp/" + app.id(),
            VERIFY);
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    meta.close();
    aws.close();
    mail.close();
    people.close();
  }

  /** Whatever a step still waits for is not left to the next test. */
  @AfterEach
  void everyStepEnds() {
    while (app.settled().isPresent()) {
      app.advance();
    }
  }

  private static ObjectNode settings() {
    ObjectNode settings = (ObjectNode) Api.json("{}");
    ArrayNode credentials = settings.putArray("channel_credentials");
    credentials.add(CustomerApp.account(World.CHANNEL_TOKEN, World.CHANNEL_SECRET, 0));
    ObjectNode whatsApp = credentials.addObject().put("channel", "WHATSAPP");
    whatsApp.putObject("static_bearer").put("claimed_identity", NUMBER_ID).put("token", TOKEN);
    whatsApp
        .putObject("whatsapp_settings")
        .put("app_secret", APP_SECRET)
        .put("verify_token", VERIFY);
    credentials
        .addObject()
        .put("channel", "SMS")
        .putObject("aws")
        .put("access_key_id", KEY_ID)
        .put("secret_access_key", KEY)
        .put("region", "us-east-1")
        .put("origination_identity", "+12065550100");
    credentials
        .addObject()
        .put("channel", "EMAIL")
        .putObject("smtp_credentials")
        .put("host", "127.0.0.1")
        .put("port", mail.port())
        .put("tls", "none")
        .put("username", "relay")
        .put("password", "secret")
        .put("from", "shop@sandbox.example");
    return settings;
  }

  @BeforeEach
  void somebody() throws Exception {
    int number = world.number();
    String user = world.friend();
    person =
        new Person(
            "person-" + number,
            "Hanako",
            user,
            "+8190%08d".formatted(number),
            "p" + number + "@people.example");
    people.add(person);
    text = "text " + number + ".";
    // WhatsApp takes what is said freely for a day after somebody wrote.
    people.write(
        person.id(), PhoneChannel.WHATSAPP, Optional.empty(), Optional.empty(), "hi " + text);
    app.called("message", "hi " + text);
  }

  @Test
  void blockedAndInAirplaneModeSomebodyIsReachedInTimeAndOnce() throws Exception {
    world.line.block(person.lineUserId());
    app.called("opt_out_notification", person.lineUserId());
    people.state(person.id(), Map.of(PhoneChannel.WHATSAPP, Condition.AIRPLANE));

    String id = send(plan());
    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(60));

    app.comesTo(id, "QUEUED_ON_CHANNEL", "");
    assertThat(shown(PhoneChannel.SMS)).hasSize(1);
    assertThat(shown(PhoneChannel.EMAIL)).isEmpty();
    assertThat(shown(PhoneChannel.WHATSAPP)).isEmpty();
    assertThat(world.requests("push", text)).isEmpty();
    World.eventually(() ->
        assertThat(app.told(id))
            .containsExactly(
                "SWITCHING_CHANNEL RECIPIENT_NOT_OPTED_IN",
                "QUEUED_ON_CHANNEL",
                "SWITCHING_CHANNEL DELIVERY_REPORT_TIME_OUT",
                "QUEUED_ON_CHANNEL"));
    assertThat(channelsTold(id)).containsExactly("LINE", "WHATSAPP", "WHATSAPP", "SMS");
    assertThat(app.message(id).path("channel_identity").path("channel").asString())
        .isEqualTo("SMS");
    assertThat(kinds(id))
        .containsSubsequence(
            "request",
            "status LINE",
            "step WHATSAPP",
            "attempt WHATSAPP",
            "outcome WHATSAPP",
            "time",
            "status WHATSAPP",
            "step SMS",
            "attempt SMS",
            "outcome SMS",
            "reached SMS");
    assertThat(app.settled()).isEmpty();
  }

  @Test
  void aReceiptOfDeliveryEndsThePlanAndAReadFollows() throws Exception {
    String id = send("WHATSAPP", "EMAIL");

    app.comesTo(id, "DELIVERED", "");
    people.open(person.id(), PhoneChannel.WHATSAPP);
    app.comesTo(id, "READ", "");

    World.eventually(() -> assertThat(app.settled()).isEmpty());
    assertThat(shown(PhoneChannel.WHATSAPP)).hasSize(1);
    assertThat(shown(PhoneChannel.EMAIL)).isEmpty();
    World.eventually(() -> assertThat(app.told(id)).endsWith("DELIVERED", "READ"));
    assertThat(kinds(id)).contains("receipt WHATSAPP", "reached WHATSAPP");
  }

  /** Of a phone whose receipts come long after it showed the message. */
  @Test
  void aLateReceiptUndoesNothing() throws Exception {
    meta.control().settings(meta.control().settings().withLateBy(Duration.ofSeconds(2)));
    people.state(person.id(), Map.of(PhoneChannel.WHATSAPP, Condition.LATE_RECEIPT));
    String id = send("WHATSAPP", "EMAIL");
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(60));
    World.eventually(() -> assertThat(shown(PhoneChannel.EMAIL)).hasSize(1));
    app.comesTo(id, "DELIVERED", "");

    app.settled();
    assertThat(shown(PhoneChannel.WHATSAPP)).hasSize(1);
    assertThat(shown(PhoneChannel.EMAIL)).hasSize(1);
    World.eventually(() ->
        assertThat(app.told(id))
            .startsWith("QUEUED_ON_CHANNEL", "SWITCHING_CHANNEL DELIVERY_REPORT_TIME_OUT")
            .endsWith("DELIVERED"));
    assertThat(kinds(id)).containsSubsequence("step EMAIL", "receipt WHATSAPP");
  }

  /** Of a phone that is told of as delivered before it is told of as sent. */
  @Test
  void receiptsOutOfOrderTakeNothingBack() throws Exception {
    people.state(person.id(), Map.of(PhoneChannel.WHATSAPP, Condition.OUT_OF_ORDER));
    String id = send("WHATSAPP", "EMAIL");

    app.comesTo(id, "DELIVERED", "");
    World.eventually(
        () -> assertThat(kinds(id).stream().filter("receipt WHATSAPP"::equals)).hasSize(2));

    app.settled();
    assertThat(app.status(id)).isEqualTo("DELIVERED");
    assertThat(app.told(id)).endsWith("DELIVERED");
    assertThat(shown(PhoneChannel.EMAIL)).isEmpty();
  }

  /** WhatsApp tells of no delivery where a message is read at once. */
  @Test
  void aReadImpliesDelivered() throws Exception {
    meta.control().setFaults(List.of(Scripted.times(MetaFault.STATUS, MetaFault.READ_AT_ONCE, 1)));

    String id = send("WHATSAPP", "EMAIL");

    app.comesTo(id, "READ", "");
    app.settled();
    assertThat(app.told(id)).doesNotContain("DELIVERED").endsWith("READ");
    assertThat(shown(PhoneChannel.EMAIL)).isEmpty();
  }

  @Test
  void aReceiptOfFailureMovesOnAtOnce() throws Exception {
    people.state(person.id(), Map.of(PhoneChannel.WHATSAPP, Condition.NO_APP));

    String id = send("WHATSAPP", "EMAIL");

    World.eventually(() -> assertThat(shown(PhoneChannel.EMAIL)).hasSize(1));
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");
    World.eventually(() -> {
      assertThat(app.told(id)).anyMatch(told -> told.startsWith("SWITCHING_CHANNEL"));
      assertThat(channelsTold(id)).endsWith("EMAIL");
    });
  }

  /** Without a plan, as the contract has it: by the order of the addresses. */
  @Test
  void aKnownBlockSwitchesTheChannelWithoutAPlanToo() throws Exception {
    world.line.block(person.lineUserId());
    app.called("opt_out_notification", person.lineUserId());

    String id = send(Optional.empty());

    app.comesTo(id, "DELIVERED", "");
    World.eventually(() -> {
      assertThat(channelsTold(id)).startsWith("LINE");
      assertThat(app.told(id)).startsWith("SWITCHING_CHANNEL RECIPIENT_NOT_OPTED_IN");
    });
    assertThat(shown(PhoneChannel.WHATSAPP)).hasSize(1);
    assertThat(shown(PhoneChannel.EMAIL)).isEmpty();
  }

  /** The contract's own fallback: an app setting, and no plan. */
  @Test
  void withoutAReportOfDeliveryTheNextChannelIsTriedWhereTheAppWantsThat() throws Exception {
    ObjectNode settings = settings();
    settings
        .putObject("delivery_report_based_fallback")
        .put("enabled", true)
        .put("delivery_report_waiting_time", 30);
    CustomerApp waiting = CustomerApp.create(world, settings);
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(person.lineUserId(), text));
    body.put("app_id", waiting.id());
    body.remove("channel_priority_order");
    ArrayNode addresses =
        ((ObjectNode) body.path("recipient").path("identified_by")).putArray("channel_identities");
    addresses.addObject().put("channel", "SMS").put("identity", person.phone().substring(1));
    addresses.addObject().put("channel", "EMAIL").put("identity", person.email());

    String id =
        world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
    assertThat(waiting.advance()).isEqualTo(Duration.ofSeconds(30));

    World.eventually(() ->
        assertThat(waiting.told(id))
            .containsExactly(
                "QUEUED_ON_CHANNEL",
                "SWITCHING_CHANNEL DELIVERY_REPORT_TIME_OUT",
                "QUEUED_ON_CHANNEL"));
    assertThat(shown(PhoneChannel.SMS)).hasSize(1);
    assertThat(shown(PhoneChannel.EMAIL)).hasSize(1);
    assertThat(waiting.settled()).isEmpty();
  }

  private static Optional<JsonNode> plan() {
    return Optional.of(
        Api.json(
            """
            {"steps":[
              {"channel":"LINE","within":"30s"},
              {"channel":"WHATSAPP","until":"device","within":"60s"},
              {"channel":"SMS","within":"60s"},
              {"channel":"EMAIL"}]}
            """));
  }

  private String send(String... channels) {
    ObjectNode plan = (ObjectNode) Api.json("{}");
    ArrayNode steps = plan.putArray("steps");
    for (String channel : channels) {
      steps.addObject().put("channel", channel).put("until", "device").put("within", "60s");
    }
    return send(Optional.of(plan));
  }

  private String send(Optional<? extends JsonNode> plan) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(person.lineUserId(), text));
    body.remove("channel_priority_order");
    ArrayNode addresses =
        (ArrayNode) body.path("recipient").path("identified_by").path("channel_identities");
    addresses.addObject().put("channel", "WHATSAPP").put("identity", person.phone().substring(1));
    addresses.addObject().put("channel", "SMS").put("identity", person.phone().substring(1));
    addresses.addObject().put("channel", "EMAIL").put("identity", person.email());
    plan.ifPresent(steps -> body.set("delivery_plan", steps));
    return world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
  }

  private List<JsonNode> shown(PhoneChannel channel) throws Exception {
    return people
        .messages(person.id(), Optional.of(channel), false, 0, Duration.ZERO)
        .path("messages")
        .valueStream()
        .filter(message -> message.path("_text").asString("").contains(text))
        .toList();
  }

  private static List<String> channelsTold(String message) {
    return app.calls("message_delivery_report", message).stream()
        .map(call -> call.payload().path("channel_identity").path("channel").asString())
        .toList();
  }

  private static List<String> kinds(String message) {
    return world
        .api()
        .get("/messages/" + message + "/timeline")
        .ok()
        .path("entries")
        .valueStream()
        .map(entry ->
            entry.path("kind").asString().equals("time")
                ? "time"
                : (entry.path("kind").asString() + " " + entry.path("channel").asString(""))
                    .strip())
        .toList();
  }
}
