package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Gateway;
import dev.throughline.Providers;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.AwsResult;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.http.Http;
import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsControl;
import dev.throughline.sandbox.aws.AwsEmulator;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.aws.Subscription;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.pinpointsmsvoicev2.PinpointSmsVoiceV2Client;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.EventType;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * SMS through an emulated AWS, over the wire: a message reaches the phone once and its status says
 * how far it came, in whatever order and however often AWS tells; what AWS did not answer is
 * unknown until it tells more; what somebody texts reaches the app, by webhook or by queue; and a
 * number that answers numbered lines is the choice that stands there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AwsSmsTest {
  private static final String KEY = "AKIAIOSFODNN7EXAMPLE";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  private static final String OWN = "+12065550100";
  private static final String QUEUED = "+12065550102";
  private static final String SEND = "sms.SendTextMessage";
  private static final String CHOSEN = "/contact_message/choice_response_message/postback_data";

  private final AtomicReference<@Nullable World> opened = new AtomicReference<>();
  private final InstantSource clock =
      () -> {
        World world = opened.get();
        return world == null ? Instant.parse("2026-11-20T09:00:00Z") : world.clock.instant();
      };
  private final People people = new People(clock);
  private final AwsEmulator emulator =
      new AwsEmulator(
          AwsConfig.account(KEY, SECRET)
              .withPace(AwsConfig.Pace.AT_ONCE)
              .withTexting(
                  new AwsConfig.Texting(
                      List.of(
                          new AwsConfig.OwnNumber(OWN, false),
                          new AwsConfig.OwnNumber(QUEUED, false)),
                      List.of(),
                      Map.of(),
                      1_000)),
          people,
          clock,
          new Random(7));
  private final AwsControl aws = emulator.control();
  private final AwsSettings settings = settings();
  private final Http http = new Http(Http.Settings.of(Gateway.VERSION));
  private final AwsCredentials owner =
      new AwsCredentials(KEY, SECRET, Optional.empty(), "us-east-1", List.of(), Optional.empty());
  private final World world = open();
  private CustomerApp app;
  private CustomerApp polling;
  private String topic;

  private AwsSettings settings() {
    try {
      X509Certificate authority =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(
                          emulator.certificateAuthority().getBytes(StandardCharsets.US_ASCII)));
      return new AwsSettings(
          Optional.of(emulator.baseUri()),
          Pattern.compile("http://127\\.0\\.0\\.1:" + emulator.port()),
          Optional.of(authority));
    } catch (java.security.cert.CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  private World open() {
    try {
      people.connect(emulator);
      World started = World.reaching(Providers.REAL.aws(settings));
      opened.set(started);
      return started;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeAll
  void connect() {
    topic = aws.topic("texts", "2");
    AwsClients<PinpointSmsVoiceV2Client> sms =
        AwsClients.of(PinpointSmsVoiceV2Client::builder, settings, http, clock);
    call(sms, client -> client.createConfigurationSet(set -> set.configurationSetName("set")));
    call(
        sms,
        client ->
            client.createEventDestination(destination ->
                destination
                    .configurationSetName("set")
                    .eventDestinationName("sns")
                    .matchingEventTypes(EventType.TEXT_ALL)
                    .snsDestination(sns -> sns.topicArn(topic))));
    receive(sms, OWN, topic);
    app = app(topic, "");
    aws.subscribe(
        topic,
        "http",
        "http://127.0.0.1:" + world.gateway().publicPort() + "/hooks/sms/" + app.id());
    World.eventually(
        () -> assertThat(aws.subscriptions()).filteredOn(Subscription::confirmed).hasSize(1));

    String inbox = aws.topic("inbox", "1");
    AwsClients<SqsClient> sqs = AwsClients.of(SqsClient::builder, settings, http, clock);
    String queue =
        call(sqs, client -> client.createQueue(made -> made.queueName("texts"))).queueUrl();
    String arn =
        call(
                sqs,
                client ->
                    client.getQueueAttributes(asked ->
                        asked.queueUrl(queue).attributeNames(QueueAttributeName.QUEUE_ARN)))
            .attributes()
            .getOrDefault(QueueAttributeName.QUEUE_ARN, "");
    aws.subscribe(inbox, "sqs", arn);
    receive(sms, QUEUED, inbox);
    polling = app(inbox, queue);
  }

  @AfterEach
  void clearFaults() {
    aws.clearFaults();
  }

  @AfterAll
  void close() throws Exception {
    emulator.close();
    people.close();
    world.close();
    http.close();
  }

  @Test
  void aMessageReachesThePhoneAndSaysSo() throws Exception {
    String phone = somebody();

    String message = send(phone, "Größe 5 €");

    app.comesTo(message, "DELIVERED", "");
    app.settled();
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL", "DELIVERED");
    assertThat(taken(phone)).containsExactly("Größe 5 €");
  }

  @ParameterizedTest
  @EnumSource(names = {"DUPLICATE", "REORDER"})
  void howeverAwsTells(Fault fault) throws Exception {
    String phone = somebody();
    aws.setFaults(List.of(Scripted.always(Fault.EVENTS + "sms", fault)));

    String message = send(phone, "hello");

    app.comesTo(message, "DELIVERED", "");
    app.settled();
    assertThat(app.told(message)).endsWith("DELIVERED").doesNotHaveDuplicates();
    assertThat(taken(phone)).hasSize(1);
  }

  @Test
  void aThrottledSendComesAgain() throws Exception {
    String phone = somebody();
    aws.setFaults(List.of(Scripted.times(SEND, Fault.THROTTLE, 1)));

    String message = send(phone, "hello");
    app.advance();

    app.comesTo(message, "DELIVERED", "");
    assertThat(taken(phone)).hasSize(1);
  }

  @Test
  void anOptOutAtAwsIsTheContractsWord() throws Exception {
    String phone = somebody();
    aws.setFaults(
        List.of(
            Scripted.times(SEND, Fault.REJECT, 1)
                .withDetail("ConflictException/DESTINATION_PHONE_NUMBER_OPTED_OUT")));

    String message = send(phone, "hello");

    app.comesTo(message, "FAILED", "RECIPIENT_NOT_OPTED_IN");
    assertThat(taken(phone)).isEmpty();
  }

  @Test
  void whatAwsTookWithoutAnAnswerIsKnownByItsReceipt() throws Exception {
    String phone = somebody();
    aws.setFaults(List.of(Scripted.times(SEND, Fault.RESET_AFTER, 1)));

    String message = send(phone, "hello");

    app.comesTo(message, "DELIVERED", "");
    assertThat(taken(phone)).hasSize(1);
  }

  @Test
  void whatAwsNeverTookStaysUnknownAndIsNotSentAgain() throws Exception {
    String phone = somebody();
    aws.setFaults(List.of(Scripted.times(SEND, Fault.RESET_BEFORE, 1)));

    String message = send(phone, "hello");
    World.eventually(() -> assertThat(app.status(message)).isEqualTo("QUEUED_ON_CHANNEL"));
    app.settled();

    assertThat(taken(phone)).isEmpty();
  }

  /** A message with numbered lines is answered by a number, as a LINE postback answers. */
  @Test
  void aNumberIsAChoiceFromTheLastMessageThatOfferedOne() throws Exception {
    String phone = somebody();
    String first = offer(phone, "Coming?", "Yes", "No");
    app.comesTo(first, "DELIVERED", "");
    String second = offer(phone, "When?", "Noon", "Evening");
    app.comesTo(second, "DELIVERED", "");
    assertThat(taken(phone)).contains("When?\n1. Noon\n2. Evening\n3. Shop: https://example.com/");
    app.comesTo(send(phone, "Looking forward to it"), "DELIVERED", "");

    aws.text(phone, Optional.of(OWN), "２");

    JsonNode answer = app.called("message", "Evening-data").payload();
    assertThat(answer.path("contact_message").path("choice_response_message"))
        .isEqualTo(
            Api.json(
                "{\"message_id\":\"%s\",\"postback_data\":\"Evening-data\"}".formatted(second)));
    assertThat(answer.path("metadata").asString()).isEqualTo("about When?");
    for (String other : List.of("3", "4", "1 or 2", "21" + world.number())) {
      aws.text(phone, Optional.of(OWN), other);
      app.called("message", call -> other.equals(textOf(call)));
    }
  }

  @Test
  void aNumberIsATextForWhoeverWasOfferedNothing() throws Exception {
    String asked = somebody();
    app.comesTo(offer(asked, "Coming?", "Yes", "No"), "DELIVERED", "");
    String other = somebody();

    aws.text(other, Optional.of(OWN), "1");

    app.called(
        "message", call -> "1".equals(textOf(call)) && call.text().contains(other.substring(1)));
  }

  @Test
  void whatWasRefusedOffersNothing() throws Exception {
    String phone = somebody();
    String first = offer(phone, "Coming?", "Yes", "No");
    app.comesTo(first, "DELIVERED", "");
    aws.setFaults(
        List.of(
            Scripted.times(SEND, Fault.REJECT, 1).withDetail("ConflictException/BLOCKED_AT_AWS")));
    app.comesTo(offer(phone, "When?", "Noon", "Evening"), "FAILED", "CHANNEL_REJECT");

    aws.text(phone, Optional.of(OWN), "1.");

    assertThat(app.called("message", first).payload().at(CHOSEN).asString()).isEqualTo("Yes-data");
  }

  @Test
  void anOfferStandsForThreeDays() throws Exception {
    String phone = somebody();
    String offer = offer(phone, "Coming?", "Yes", "No");
    app.comesTo(offer, "DELIVERED", "");
    world.advance(Duration.ofHours(71));
    aws.text(phone, Optional.of(OWN), "2");
    assertThat(app.called("message", offer).payload().at(CHOSEN).asString()).isEqualTo("No-data");

    world.advance(Duration.ofHours(2));
    aws.text(phone, Optional.of(OWN), "2");

    app.called(
        "message", call -> "2".equals(textOf(call)) && call.text().contains(phone.substring(1)));
  }

  private static String textOf(CallbackTarget.Call call) {
    return call.payload().at("/contact_message/text_message/text").asString("");
  }

  private String offer(String phone, String text, String... answers) {
    ObjectNode message = (ObjectNode) Api.json("{}");
    ObjectNode choice = message.putObject("choice_message");
    choice.putObject("text_message").put("text", text);
    ArrayNode choices = choice.putArray("choices");
    for (String answer : answers) {
      choices
          .addObject()
          .put("postback_data", answer + "-data")
          .putObject("text_message")
          .put("text", answer);
    }
    choices
        .addObject()
        .putObject("url_message")
        .put("title", "Shop")
        .put("url", "https://example.com/");
    return send(phone, message, "about " + text);
  }

  @Test
  void whatSomebodyTextsReachesTheApp() throws Exception {
    String phone = somebody();

    String text = "こんにちは " + world.number();
    aws.text(phone, Optional.of(OWN), text);

    assertThat(app.called("message", text).text()).contains(phone.substring(1));
    app.settled();
    assertThat(app.calls("message", text)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"BAD_SIGNATURE", "FOREIGN_CERTIFICATE"})
  void aForgedNotificationIsNoMessage(Fault fault) throws Exception {
    String phone = somebody();
    String forged = "forged " + world.number();
    aws.setFaults(List.of(Scripted.always(Fault.NOTICES, fault)));
    aws.text(phone, Optional.of(OWN), forged);
    World.eventually(() ->
        assertThat(aws.notices().after(0, 10_000).entries())
            .anySatisfy(notice -> {
              assertThat(notice.value().body()).contains(forged);
              assertThat(notice.value().status()).isEqualTo(401);
            }));
    app.settled();

    assertThat(app.calls("message", forged)).isEmpty();
  }

  @Test
  void whatLiesInAQueueReachesTheApp() throws Exception {
    String phone = somebody();
    String text = "queued " + world.number();

    aws.text(phone, Optional.of(QUEUED), text);

    assertThat(polling.called("message", text).text()).contains(phone.substring(1));
    polling.settled();
    assertThat(polling.calls("message", text)).hasSize(1);
  }

  private void receive(AwsClients<PinpointSmsVoiceV2Client> sms, String number, String of) {
    String id =
        call(sms, client -> client.describePhoneNumbers(all -> {})).phoneNumbers().stream()
            .filter(one -> one.phoneNumber().equals(number))
            .findFirst()
            .orElseThrow()
            .phoneNumberId();
    call(
        sms,
        client ->
            client.updatePhoneNumber(
                change -> change.phoneNumberId(id).twoWayEnabled(true).twoWayChannelArn(of)));
  }

  private <C, R> R call(AwsClients<C> clients, Function<C, R> request) {
    AwsResult<R> result = clients.call(owner, Duration.ofSeconds(20), request);
    if (result instanceof AwsResult.Done<R>(R answer, var exchange)) {
      return answer;
    }
    throw new AssertionError(result + " " + result.exchange().response().asUtf8());
  }

  private CustomerApp app(String ofTopic, String queue) {
    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode account =
        settings.putArray("channel_credentials").addObject().put("channel", "SMS").putObject("aws");
    account.put("access_key_id", KEY).put("secret_access_key", SECRET).put("region", "us-east-1");
    account.put("origination_identity", OWN).put("configuration_set", "set");
    account.putArray("topic_arns").add(ofTopic);
    account.put("queue_url", queue);
    return CustomerApp.create(world, settings);
  }

  private String somebody() throws ControlRefusal {
    int n = world.number();
    String phone = "+8190%08d".formatted(n);
    people.add(
        new Person("texter-" + n, "Texter " + n, "U%032x".formatted(n), phone, n + "@example.com"));
    return phone;
  }

  private List<String> taken(String phone) {
    return aws.accepted().after(0, 1_000).entries().stream()
        .map(entry -> entry.value())
        .filter(one -> one.to().contains(phone))
        .map(one -> one.text())
        .toList();
  }

  private String send(String phone, String text) {
    ObjectNode message = (ObjectNode) Api.json("{}");
    message.putObject("text_message").put("text", text);
    return send(phone, message, "");
  }

  private String send(String phone, ObjectNode message, String metadata) {
    ObjectNode send = (ObjectNode) Api.json("{}");
    send.put("app_id", app.id()).put("message_metadata", metadata);
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "SMS")
        .put("identity", phone);
    send.set("message", message);
    JsonNode sent = world.api().post("/messages:send", send.toString()).ok();
    return sent.path("message_id").asString();
  }
}
