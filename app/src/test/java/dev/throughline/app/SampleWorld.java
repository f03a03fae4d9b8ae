package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Providers;
import dev.throughline.api.Limits;
import dev.throughline.app.Api.Answer;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.whatsapp.WhatsAppHost;
import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsControl;
import dev.throughline.sandbox.aws.AwsEmulator;
import dev.throughline.sandbox.aws.Subscription;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.Friendship;
import dev.throughline.sandbox.line.LineControl;
import dev.throughline.sandbox.mail.MailConfig;
import dev.throughline.sandbox.mail.MailEmulator;
import dev.throughline.sandbox.meta.MetaConfig;
import dev.throughline.sandbox.meta.MetaControl;
import dev.throughline.sandbox.meta.MetaEmulator;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.store.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the AWS sample's users have, at one gateway: one app with LINE, WhatsApp, SMS by AWS and
 * mail, each platform emulated and telling what becomes of messages; and people with all four. One
 * clock is everybody's.
 */
public final class SampleWorld implements AutoCloseable {
  /** Senders as the sample's requests name them. */
  public static final String LINE = World.BOT;

  public static final String LINE_SECRET = World.CHANNEL_SECRET;

  public static final String WHATSAPP = "106540352242922";
  public static final String SMS = "+12065550100";
  public static final String EMAIL = "shop@sandbox.example";
  public static final String CONFIGURATION_SET = "sample";

  /** How much an app may have waiting. */
  public static final int QUEUE = 100;

  /** A test's messages are done with by then. */
  private static final int MOST_WAITS = 50;

  private static final Instant BEGIN = Instant.parse("2026-11-20T09:00:00Z");
  private static final String TOKEN = "a-token-of-metas";
  private static final String APP_SECRET = "an-app-secret-of-metas";
  private static final String VERIFY = "verify-me";
  private static final String KEY_ID = "AKIAIOSFODNN7EXAMPLE";
  private static final String KEY = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY";
  private static final String MAIL_SECRET = "the secret of mails that are handed in";

  private final AtomicReference<@Nullable World> opened = new AtomicReference<>();
  private final InstantSource time =
      () -> {
        World started = opened.get();
        return started == null ? BEGIN : started.clock.instant();
      };
  private final People people = new People(time);
  private final MetaEmulator meta;
  private final AwsEmulator aws;
  private final MailEmulator mail;
  private final World world;
  private final CustomerApp app;
  private final String topic;

  public static SampleWorld start() throws Exception {
    return new SampleWorld();
  }

  private SampleWorld() throws Exception {
    meta =
        new MetaEmulator(
            MetaConfig.number("102290129340398", WHATSAPP, "+15550783881", TOKEN, APP_SECRET),
            people,
            time,
            new Random(5));
    people.connect(meta);
    meta.control().settings(meta.control().settings().withoutLimits());
    aws =
        new AwsEmulator(
            AwsConfig.account(KEY_ID, KEY)
                .withPace(AwsConfig.Pace.AT_ONCE)
                .withTexting(
                    new AwsConfig.Texting(
                        List.of(
                            new AwsConfig.OwnNumber(SMS, false),
                            new AwsConfig.OwnNumber("+12065550102", false),
                            new AwsConfig.OwnNumber("+12065550103", false),
                            new AwsConfig.OwnNumber("+12065550104", false)),
                        List.of(),
                        Map.of(),
                        1_000)),
            people,
            time,
            new Random(7));
    people.connect(aws);
    mail =
        new MailEmulator(
            MailConfig.relay("relay", "secret", EMAIL).withTls(MailConfig.Tls.NONE),
            people,
            time,
            new Random(6));
    people.connect(mail);
    world =
        World.reaching(
            Providers.REAL
                .whatsApp(new WhatsAppHost(meta.baseUri(), WhatsAppHost.VERSION))
                .aws(notifying(aws)),
            new Limits(0, QUEUE, 0));
    opened.set(world);
    topic = aws.control().topic("texts", "2");
    ObjectNode settings = (ObjectNode) Api.json("{}");
    settings.set("channel_credentials", credentials(World.CHANNEL_TOKEN));
    app = CustomerApp.create(world, settings);
    connect();
  }

  private static AwsSettings notifying(AwsEmulator aws) throws Exception {
    X509Certificate authority =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(
                        aws.certificateAuthority().getBytes(StandardCharsets.US_ASCII)));
    return new AwsSettings(
        Optional.of(aws.baseUri()),
        Pattern.compile("http://127\\.0\\.0\\.1:" + aws.port()),
        Optional.of(authority));
  }

  private void connect() throws ControlRefusal {
    String hooks = "http://127.0.0.1:" + world.gateway().publicPort() + "/hooks/";
    world.receivesLine(app);
    meta.control().subscribe(hooks + "whatsapp/" + app.id(), VERIFY);
    aws.control().texting(CONFIGURATION_SET, topic);
    aws.control().subscribe(topic, "http", hooks + "sms/" + app.id());
    mail.hook(hooks + "email/" + app.id(), "x-throughline-secret", MAIL_SECRET);
    World.eventually(
        () -> assertThat(aws.control().subscriptions()).allMatch(Subscription::confirmed));
  }

  // --- Credentials ------------------------------------------------------------------------------

  /**
   * Those of the app that everybody uses.
   *
   * @param lineToken LINE's channel access token
   */
  public ArrayNode credentials(String lineToken) {
    ArrayNode credentials = (ArrayNode) Api.json("[]");
    credentials.add(CustomerApp.account(lineToken, World.CHANNEL_SECRET, 0));
    credentials.add(whatsApp());
    credentials.add(sms(SMS));
    credentials.add(email(EMAIL));
    return credentials;
  }

  private static JsonNode whatsApp() {
    ObjectNode whatsApp = (ObjectNode) Api.json("{\"channel\":\"WHATSAPP\"}");
    whatsApp.putObject("static_bearer").put("claimed_identity", WHATSAPP).put("token", TOKEN);
    whatsApp
        .putObject("whatsapp_settings")
        .put("app_secret", APP_SECRET)
        .put("verify_token", VERIFY);
    return whatsApp;
  }

  public JsonNode sms(String origination) {
    ObjectNode sms = (ObjectNode) Api.json("{\"channel\":\"SMS\"}");
    sms.putObject("aws")
        .put("access_key_id", KEY_ID)
        .put("secret_access_key", KEY)
        .put("region", "us-east-1")
        .put("origination_identity", origination)
        .put("configuration_set", CONFIGURATION_SET)
        .putArray("topic_arns")
        .add(topic);
    return sms;
  }

  public JsonNode email(String from) {
    ObjectNode email = (ObjectNode) Api.json("{\"channel\":\"EMAIL\"}");
    email.put("callback_secret", MAIL_SECRET);
    email
        .putObject("smtp_credentials")
        .put("host", "127.0.0.1")
        .put("port", mail.port())
        .put("tls", "none")
        .put("username", "relay")
        .put("password", "secret")
        .put("from", from)
        .put("bounce_address", "bounce@sandbox.example");
    return email;
  }

  /** Another app of the project; its id. */
  public String anotherApp(ObjectNode settings) {
    return CustomerApp.create(world, settings).id();
  }

  /** Changes the app that everybody uses. */
  public void patch(ObjectNode change) {
    world.api().patch("/apps/" + app.id(), change.toString()).ok();
  }

  public String appId() {
    return app.id();
  }

  // --- People -----------------------------------------------------------------------------------

  /** Somebody new with all four channels, who has just written on WhatsApp and is LINE's friend. */
  public Person somebody() throws Exception {
    return somebody(Friendship.FRIEND);
  }

  /** As {@link #somebody()}, with whatever they are to the account on LINE. */
  public Person somebody(Friendship friendship) throws Exception {
    int number = world.number();
    Person person =
        new Person(
            "person-" + number,
            "Hanako",
            world.line.addUser("Hanako " + number, friendship).userId(),
            "+8190%08d".formatted(number),
            "p" + number + "@people.example");
    people.add(person);
    String words = "hello from " + person.id() + ".";
    people.write(person.id(), PhoneChannel.WHATSAPP, Optional.empty(), Optional.empty(), words);
    app.called("message", words);
    return person;
  }

  public void state(Person person, PhoneChannel channel, Condition condition) throws Exception {
    people.state(person.id(), Map.of(channel, condition));
  }

  /** They look at what they got. */
  public void opens(Person person, PhoneChannel channel) throws Exception {
    people.open(person.id(), channel);
  }

  /** They block the account, and the gateway has heard of it. */
  public void blocksLine(Person person) throws Exception {
    world.line.block(person.lineUserId());
    app.called("opt_out_notification", person.lineUserId());
  }

  /** What they were shown on a channel that contains this. */
  public List<String> shown(Person person, PhoneChannel channel, String about) throws Exception {
    if (channel == PhoneChannel.LINE) {
      return world.line.accepted(0).entries().stream()
          .filter(send -> send.toString().contains(person.lineUserId()))
          .map(send -> send.path("text").asString(""))
          .filter(text -> text.contains(about))
          .toList();
    }
    return people
        .messages(person.id(), Optional.of(channel), false, 0, Duration.ZERO)
        .path("messages")
        .valueStream()
        .map(message -> message.path("_text").asString(""))
        .filter(text -> text.contains(about))
        .toList();
  }

  /** They come to be shown this, once. */
  public void comesToShow(Person person, PhoneChannel channel, String about) {
    World.eventually(() -> assertThat(shown(person, channel, about)).hasSize(1));
  }

  // --- The sample's API -------------------------------------------------------------------------

  /** What a call was answered with. */
  public record Answered(int status, JsonNode json) {
    static Answered of(Answer answer) {
      return new Answered(answer.status(), answer.json());
    }

    /** Of the first message that was taken. */
    public String id() {
      return json.path("messages").path(0).path("message_id").asString();
    }

    /** Our stable code. */
    public String reason() {
      return json.at("/error/details")
          .valueStream()
          .map(detail -> detail.path("reason").asString(""))
          .filter(reason -> !reason.isEmpty())
          .findFirst()
          .orElse("");
    }

    /** The field that was wrong. */
    public String field() {
      return json.at("/error/details/0/field_violations/0/field").asString("");
    }
  }

  /** Under the project's key. */
  public Answered asks(JsonNode request, String... headers) {
    return asks(request.toString(), headers);
  }

  public Answered asks(String body, String... headers) {
    return Answered.of(world.api().post("/omnichannel/messages", body, headers));
  }

  /** Under these headers only. */
  public Answered asksUnder(String project, JsonNode request, String... headers) {
    return Answered.of(
        world
            .open()
            .under("/v1/projects/" + project)
            .post("/omnichannel/messages", request.toString(), headers));
  }

  /** Taken, as one message; its id. */
  public String sends(JsonNode request) {
    Answered answer = asks(request);
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
    return answer.id();
  }

  // --- Everything else of the API ---------------------------------------------------------------

  public String project() {
    return world.project;
  }

  public Answered get(String path) {
    return Answered.of(world.api().get(path));
  }

  public Answered post(String path, JsonNode body) {
    return Answered.of(world.api().post(path, body.toString()));
  }

  public Answered delete(String path) {
    return Answered.of(world.api().delete(path));
  }

  public Answered administrator(String method, String path) {
    return Answered.of(
        method.equals("DELETE") ? world.admin().delete(path) : world.admin().post(path, "{}"));
  }

  /** The message comes to this status. */
  public void comesTo(String message, String status) {
    World.eventually(() ->
        assertThat(app.message(message).path("message_status").path("status").asString())
            .isEqualTo(status));
  }

  /** What the app was told of a message, in order: statuses with their reasons. */
  public List<String> told(String message) {
    return app.told(message);
  }

  /** What happened to a message, in order, such as {@code attempt SMS}. */
  public List<String> timeline(String message) {
    return entries(message).stream()
        .map(entry ->
            (entry.path("kind").asString() + " " + entry.path("channel").asString("")).strip())
        .toList();
  }

  public List<JsonNode> entries(String message) {
    return world
        .api()
        .get("/messages/" + message + "/timeline")
        .ok()
        .path("entries")
        .valueStream()
        .toList();
  }

  // --- Time -------------------------------------------------------------------------------------

  /** Everything that is due is done; when the next is due. */
  public Optional<Instant> settled() {
    return app.settled();
  }

  /** Once everything that is due is done: until when this message's plan waits. */
  public Optional<Instant> waits(String message) {
    settled();
    return world
        .database()
        .database()
        .read(c -> {
          try (PreparedStatement s =
              c.prepareStatement("select due from task where lane = ? and state = 'ready'")) {
            s.setString(1, "plan:" + message);
            try (ResultSet row = s.executeQuery()) {
              return row.next()
                  ? Optional.of(row.getObject(1, OffsetDateTime.class).toInstant())
                  : Optional.empty();
            }
          }
        });
  }

  /** Moves everybody's clock to what is next, and waits until that is done; how far it was. */
  public Duration advance() {
    return app.advance();
  }

  /** Nothing waits any more: whoever comes next finds no task but their own. */
  public void rest() {
    for (int i = 0; i < MOST_WAITS && settled().isPresent(); i++) {
      advance();
    }
    assertThat(settled()).isEmpty();
  }

  public void advance(Duration by) {
    world.advance(by);
    app.settled();
  }

  public Instant now() {
    return time.instant();
  }

  public static void eventually(org.awaitility.core.ThrowingRunnable assertion) {
    World.eventually(assertion);
  }

  // --- The platforms ----------------------------------------------------------------------------

  public MetaControl meta() {
    return meta.control();
  }

  public AwsControl aws() {
    return aws.control();
  }

  public MailEmulator mail() {
    return mail;
  }

  public LineControl lineControl() {
    return world.line;
  }

  /** Where the emulated LINE answers. */
  public String lineUrl() {
    return world.emulator.baseUri().toString();
  }

  /** The customer's server refuses the next callback for good. */
  public void refusesTheNextCallback() {
    world.customer.next(app.path(), CallbackTarget.Reply.of(400));
  }

  /** LINE strikes pushes that contain this text. */
  public void strikesPushes(Fault fault, String about, int times) {
    world.fault("push", fault, about, times);
  }

  /** How often LINE was asked to push this. */
  public int pushes(String about) {
    return world.requests("push", about).size();
  }

  /** How often AWS took a text message that contains this, whatever it answered. */
  public long texted(String about) {
    return aws.control().accepted().after(0, 1_000).entries().stream()
        .filter(entry -> entry.value().text().contains(about))
        .count();
  }

  public TestDatabase database() {
    return world.database();
  }

  /** A number that nobody had yet. */
  public int number() {
    return world.number();
  }

  /** Nothing goes wrong any more. */
  public void heal() {
    meta.control().clearFaults();
    aws.control().clearFaults();
    mail.clearFaults();
  }

  @Override
  public void close() throws IOException {
    world.close();
    meta.close();
    aws.close();
    mail.close();
    people.close();
  }
}
