package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsControl;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.pinpointsmsvoicev2.PinpointSmsVoiceV2Client;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.EventType;
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
  private static final String OWN = "+12065550100";
  private static final String QUEUED = "+12065550102";
  private static final String SEND = "sms.SendTextMessage";
  private static final Duration VISIBLE_AGAIN = Duration.ofSeconds(31);
  private static final String CHOSEN = "/contact_message/choice_response_message/postback_data";

  private final AwsWorld cloud;
  private final AwsControl aws;
  private final World world;
  private final CustomerApp app;
  private final CustomerApp polling;

  AwsSmsTest() throws Exception {
    cloud =
        new AwsWorld(account ->
            account.withTexting(
                new AwsConfig.Texting(
                    List.of(
                        new AwsConfig.OwnNumber(OWN, false),
                        new AwsConfig.OwnNumber(QUEUED, false)),
                    List.of(),
                    Map.of(),
                    1_000)));
    aws = cloud.aws;
    world = cloud.world;
    String topic = aws.topic("texts", "2");
    sms(client -> client.createConfigurationSet(set -> set.configurationSetName("set")));
    sms(client ->
        client.createEventDestination(destination ->
            destination
                .configurationSetName("set")
                .eventDestinationName("sns")
                .matchingEventTypes(EventType.TEXT_ALL)
                .snsDestination(sns -> sns.topicArn(topic))));
    receive(OWN, topic);
    app = app(topic, "");
    cloud.subscribe(topic, "sms", app);

    String inbox = aws.topic("inbox", "1");
    receive(QUEUED, inbox);
    polling = app(inbox, cloud.queue("texts", inbox));
  }

  @AfterEach
  void clearFaults() {
    aws.clearFaults();
  }

  @AfterAll
  void close() throws Exception {
    cloud.close();
  }

  @Test
  void whetherAwsTakesTheKeyIsToldWhenItIsSaved() {
    assertThat(cloud.state(app)).isEqualTo("ACTIVE");

    ObjectNode wrong = settings("arn:aws:sns:us-east-1:123456789012:none", "");
    ((ObjectNode) wrong.at("/channel_credentials/0/aws")).put("secret_access_key", "another");
    assertThat(cloud.state(CustomerApp.create(world, wrong)))
        .isEqualTo(
            "FAILING AWS refuses the access key: check it and the region, or save a new one in the"
                + " app.");

    aws.setFaults(List.of(Scripted.always("sms.DescribeAccountAttributes", Fault.ERROR_BEFORE)));
    assertThat(
            cloud.state(
                CustomerApp.create(world, settings("arn:aws:sns:us-east-1:123456789012:none", ""))))
        .isEqualTo("PENDING The channel did not answer when the credentials were saved.");
  }

  @Test
  void aMessageReachesThePhoneAndSaysSo() throws Exception {
    String phone = somebody();

    String message = send(phone, "Größe 5 €");

    app.comesTo(message, "DELIVERED", "");
    app.settled();
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL", "DELIVERED");
    assertThat(cloud.taken(phone)).containsExactly("Größe 5 €");
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
    assertThat(cloud.taken(phone)).hasSize(1);
  }

  @Test
  void aThrottledSendComesAgain() throws Exception {
    String phone = somebody();
    aws.setFaults(List.of(Scripted.times(SEND, Fault.THROTTLE, 1)));

    String message = send(phone, "hello");
    app.advance();

    app.comesTo(message, "DELIVERED", "");
    assertThat(cloud.taken(phone)).hasSize(1);
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
    assertThat(cloud.taken(phone)).isEmpty();
  }

  @Test
  void whatAwsTookWithoutAnAnswerIsKnownByItsReceipt() throws Exception {
    String phone = somebody();
    aws.setFaults(List.of(Scripted.times(SEND, Fault.RESET_AFTER, 1)));

    String message = send(phone, "hello");

    app.comesTo(message, "DELIVERED", "");
    assertThat(cloud.taken(phone)).hasSize(1);
  }

  @Test
  void whatAwsNeverTookStaysUnknownAndIsNotSentAgain() throws Exception {
    String phone = somebody();
    aws.setFaults(List.of(Scripted.times(SEND, Fault.RESET_BEFORE, 1)));

    String message = send(phone, "hello");
    World.eventually(() -> assertThat(app.status(message)).isEqualTo("QUEUED_ON_CHANNEL"));
    app.settled();

    assertThat(cloud.taken(phone)).isEmpty();
  }

  /** A message with numbered lines is answered by a number, as a LINE postback answers. */
  @Test
  void aNumberIsAChoiceFromTheLastMessageThatOfferedOne() throws Exception {
    String phone = somebody();
    String first = offer(phone, "Coming?", "Yes", "No");
    app.comesTo(first, "DELIVERED", "");
    String second = offer(phone, "When?", "Noon", "Evening");
    app.comesTo(second, "DELIVERED", "");
    assertThat(cloud.taken(phone))
        .contains("When?\n1. Noon\n2. Evening\n3. Shop: https://example.com/");
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
    return cloud.send(app, "SMS", phone, message, more("message_metadata", "about " + text));
  }

  /** A message's {@code ttl} is AWS's as well: a phone that is off too long never gets it. */
  @Test
  void whatIsOfNoUseAnyMoreIsNotDelivered() throws Exception {
    Person person = cloud.somebody();
    cloud.people.state(person.id(), Map.of(PhoneChannel.SMS, Condition.AIRPLANE));
    String message =
        cloud.send(app, "SMS", person.phone(), AwsWorld.text("now or never"), more("ttl", "600s"));
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");

    world.advance(Duration.ofSeconds(605));

    app.comesTo(message, "FAILED", "MESSAGE_EXPIRED");
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

    await()
        .pollInterval(Duration.ofMillis(200))
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> {
          // A poll that ends as the message comes takes it along: SQS gives it out again later.
          world.advance(VISIBLE_AGAIN);
          assertThat(polling.calls("message", text)).isNotEmpty();
        });
    assertThat(polling.called("message", text).text()).contains(phone.substring(1));
    polling.settled();
    assertThat(polling.calls("message", text)).hasSize(1);
  }

  private <R> R sms(Function<PinpointSmsVoiceV2Client, R> request) {
    return cloud.call(PinpointSmsVoiceV2Client::builder, request);
  }

  private void receive(String number, String of) {
    String id =
        sms(client -> client.describePhoneNumbers(all -> {})).phoneNumbers().stream()
            .filter(one -> one.phoneNumber().equals(number))
            .findFirst()
            .orElseThrow()
            .phoneNumberId();
    sms(client ->
        client.updatePhoneNumber(
            change -> change.phoneNumberId(id).twoWayEnabled(true).twoWayChannelArn(of)));
  }

  private CustomerApp app(String topic, String queue) {
    return CustomerApp.create(world, settings(topic, queue));
  }

  private ObjectNode settings(String topic, String queue) {
    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode entry = settings.putArray("channel_credentials").addObject().put("channel", "SMS");
    cloud
        .account(entry.putObject("aws"), topic)
        .put("origination_identity", OWN)
        .put("configuration_set", "set")
        .put("queue_url", queue);
    return settings;
  }

  private String somebody() throws ControlRefusal {
    return cloud.somebody().phone();
  }

  private static ObjectNode more(String name, String value) {
    return ((ObjectNode) Api.json("{}")).put(name, value);
  }

  private String send(String phone, String text) {
    return cloud.send(app, "SMS", phone, AwsWorld.text(text));
  }
}
