package dev.throughline.sandbox.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ConflictException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.EventType;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.MessageType;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ResourceNotFoundException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.SendTextMessageRequest;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ServiceQuotaExceededException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ValidationException;
import tools.jackson.databind.JsonNode;

/**
 * End User Messaging SMS as Amazon's own client sees it: what is accepted reaches the phone once,
 * what is refused carries AWS's exception and reason and reaches nobody, and the events say what
 * became of a message.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SmsSdkTest {
  private final Cloud cloud = new Cloud();
  private final Inbox inbox = new Inbox();
  private final String topic = cloud.topic("sms-events", inbox);

  SmsSdkTest() {
    cloud.sms.createConfigurationSet(set -> set.configurationSetName("all"));
    cloud.sms.createEventDestination(destination ->
        destination
            .configurationSetName("all")
            .eventDestinationName("topic")
            .matchingEventTypes(EventType.TEXT_ALL)
            .snsDestination(sns -> sns.topicArn(topic)));
  }

  @AfterAll
  void close() {
    cloud.close();
    inbox.close();
  }

  private String send(String to, String text, Consumer<SendTextMessageRequest.Builder> more) {
    return cloud
        .sms
        .sendTextMessage(request -> {
          request.destinationPhoneNumber(to).messageBody(text);
          more.accept(request);
        })
        .messageId();
  }

  /** The events of one message, up to a final one. */
  private List<JsonNode> events(String messageId) {
    List<JsonNode> events = new ArrayList<>();
    while (true) {
      JsonNode event = inbox.next().message();
      assertThat(event.path("messageId").stringValue("")).isEqualTo(messageId);
      events.add(event);
      if (event.path("isFinal").booleanValue(false)) {
        return events;
      }
    }
  }

  private static List<String> types(List<JsonNode> events) {
    return events.stream().map(event -> event.path("eventType").stringValue("")).toList();
  }

  @Test
  void aTextReachesThePhoneOnceAndItsEventsCarryTheContext() {
    String to = "+819000000001";
    String id =
        send(
            to,
            "明日 10 時です",
            request ->
                request
                    .configurationSetName("all")
                    .originationIdentity(Cloud.OWN_NUMBER)
                    .context(Map.of("attempt", "01K0")));

    assertThat(cloud.phones.texts(to)).containsExactly("明日 10 時です");
    List<JsonNode> events = events(id);
    assertThat(types(events))
        .containsExactly("TEXT_QUEUED", "TEXT_SENT", "TEXT_SUCCESSFUL", "TEXT_DELIVERED");
    JsonNode last = events.getLast();
    assertThat(last.path("context").path("attempt").stringValue("")).isEqualTo("01K0");
    assertThat(last.path("destinationPhoneNumber").stringValue("")).isEqualTo(to);
    assertThat(last.path("messageEncoding").stringValue("")).isEqualTo("Unicode");
    assertThat(last.path("isoCountryCode").stringValue("")).isEqualTo("JP");
    assertThat(last.path("totalMessageParts").intValue(0)).isEqualTo(1);
    assertThat(cloud.accepted("sms"))
        .filteredOn(one -> one.messageId().equals(id))
        .singleElement()
        .satisfies(one -> assertThat(one.to()).containsExactly(to));
  }

  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, TEXT_UNREACHABLE",
    "BLOCKED, TEXT_CARRIER_BLOCKED",
    "BOUNCES, TEXT_CARRIER_UNREACHABLE",
    "NO_APP, TEXT_INVALID",
    "NOBODY, TEXT_INVALID"
  })
  void whoCannotBeReachedEndsTheMessageAccordingly(Condition condition, String ending) {
    String to = Cloud.numberOf("+8190100002", condition);
    cloud.phones.set(to, condition);

    String id = send(to, "hello", request -> request.configurationSetName("all"));

    assertThat(types(events(id))).endsWith(ending).doesNotContain("TEXT_DELIVERED");
    assertThat(cloud.phones.shown(to)).isEmpty();
  }

  @Test
  void aPhoneThatIsOffGetsItWhenItIsOnAgain() {
    String to = "+819000000002";
    cloud.phones.set(to, Condition.AIRPLANE);
    String id = send(to, "later", request -> request.configurationSetName("all"));
    assertThat(inbox.next().message().path("eventType").stringValue("")).isEqualTo("TEXT_QUEUED");
    assertThat(inbox.next().message().path("eventType").stringValue("")).isEqualTo("TEXT_SENT");
    assertThat(cloud.phones.shown(to)).isEmpty();

    cloud.phones.set(to, Condition.OK);

    assertThat(types(events(id))).containsExactly("TEXT_SUCCESSFUL", "TEXT_DELIVERED");
    assertThat(cloud.phones.texts(to)).containsExactly("later");
  }

  @Test
  void aTextForAPhoneThatStaysOffExpires() {
    String to = "+819000000003";
    cloud.phones.set(to, Condition.AIRPLANE);
    String id = send(to, "soon", request -> request.configurationSetName("all").timeToLive(60));
    inbox.next();
    inbox.next();

    cloud.clock.advance(Duration.ofSeconds(61));

    assertThat(types(events(id))).containsExactly("TEXT_TTL_EXPIRED");
  }

  @Test
  void aDryRunAnswersAndSendsNothing() {
    String to = "+819000000004";
    String id = send(to, "nothing", request -> request.dryRun(true));

    assertThat(id).isNotEmpty();
    assertThat(cloud.phones.shown(to)).isEmpty();
    assertThat(cloud.accepted("sms")).noneMatch(one -> one.to().contains(to));
  }

  @Test
  void whatBreaksALimitIsAValidationExceptionThatNamesTheField() {
    record Case(String field, Consumer<SendTextMessageRequest.Builder> request) {}
    for (Case one :
        List.of(
            new Case("MessageBody", request -> request.messageBody("x".repeat(1_601))),
            new Case("TimeToLive", request -> request.timeToLive(4)),
            new Case("TimeToLive", request -> request.timeToLive(259_201)),
            new Case("MaxPrice", request -> request.maxPrice("a lot")),
            new Case("Context", request -> request.context(Map.of("k".repeat(101), "v"))),
            new Case("Context", request -> request.context(Map.of("k", "v".repeat(801)))),
            new Case(
                "Context",
                request ->
                    request.context(Map.of("1", "", "2", "", "3", "", "4", "", "5", "", "6", ""))),
            new Case(
                "DestinationPhoneNumber", request -> request.destinationPhoneNumber("0901")))) {
      ValidationException refused =
          catchThrowableOfType(
              ValidationException.class, () -> send(Cloud.ALICE, "x", one.request));
      assertThat(refused).as(one.field).isNotNull();
      assertThat(refused.reasonAsString()).isEqualTo("FIELD_VALIDATION_FAILED");
      assertThat(refused.fields()).extracting(field -> field.name()).containsExactly(one.field);
    }
    assertThat(cloud.phones.shown(Cloud.ALICE)).isEmpty();
  }

  @Test
  void aTextThatWouldCostMoreThanAllowedIsRefused() {
    ValidationException refused =
        catchThrowableOfType(
            ValidationException.class,
            () -> send("+819000000005", "x".repeat(161), request -> request.maxPrice("0.10")));

    assertThat(refused.reasonAsString()).isEqualTo("PRICE_OVER_THRESHOLD");
    send("+819000000005", "x".repeat(160), request -> request.maxPrice("0.10"));
  }

  @Test
  void anOptedOutNumberIsRefusedUntilItIsOptedInAgain() {
    String to = "+819000000006";
    cloud.sms.putOptedOutNumber(request -> request.optOutListName("Default").optedOutNumber(to));
    assertThat(
            cloud
                .sms
                .describeOptedOutNumbers(request -> request.optOutListName("Default"))
                .optedOutNumbers())
        .anySatisfy(out -> {
          assertThat(out.optedOutNumber()).isEqualTo(to);
          assertThat(out.endUserOptedOut()).isFalse();
        });

    ConflictException refused =
        catchThrowableOfType(ConflictException.class, () -> send(to, "hello", request -> {}));
    assertThat(refused.reasonAsString()).isEqualTo("DESTINATION_PHONE_NUMBER_OPTED_OUT");

    cloud.sms.deleteOptedOutNumber(request -> request.optOutListName("Default").optedOutNumber(to));
    send(to, "again", request -> {});
    assertThat(cloud.phones.texts(to)).containsExactly("again");
  }

  @Test
  void theOriginationIdentityIsANumberItsIdAPoolOrASenderId() {
    String id = cloud.sms.describePhoneNumbers(all -> {}).phoneNumbers().getFirst().phoneNumberId();
    String to = "+819000000007";
    for (String identity : List.of(Cloud.OWN_NUMBER, id, "pool-1", "EXAMPLE")) {
      send(to, identity, request -> request.originationIdentity(identity));
    }
    assertThat(cloud.phones.shown(to))
        .extracting(delivery -> delivery.from())
        .containsExactly(Cloud.OWN_NUMBER, Cloud.OWN_NUMBER, Cloud.OWN_NUMBER, "EXAMPLE");
    assertThat(
            catchThrowableOfType(
                ResourceNotFoundException.class,
                () -> send(to, "x", request -> request.originationIdentity("phone-0"))))
        .isNotNull();
    assertThat(
            catchThrowableOfType(
                    ConflictException.class,
                    () ->
                        send(
                            to,
                            "x",
                            request ->
                                request
                                    .originationIdentity(Cloud.OWN_NUMBER)
                                    .messageType(MessageType.PROMOTIONAL)))
                .reasonAsString())
        .isEqualTo("MESSAGE_TYPE_MISMATCH");
  }

  @Test
  void theMonthsSpendLimitAndBlockedCountriesHold() {
    try (Cloud poor = new Cloud()) {
      AwsControl.Limits limits = poor.control.limits();
      poor.control.limits(new AwsControl.Limits(50_000, 14, true, false, 0.1, Set.of("TH")));
      poor.sms.sendTextMessage(r -> r.destinationPhoneNumber(Cloud.ALICE).messageBody("1"));
      assertThat(
              catchThrowableOfType(
                      ServiceQuotaExceededException.class,
                      () ->
                          poor.sms.sendTextMessage(
                              r -> r.destinationPhoneNumber(Cloud.ALICE).messageBody("2")))
                  .reasonAsString())
          .isEqualTo("MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT");
      assertThat(
              catchThrowableOfType(
                      ValidationException.class,
                      () ->
                          poor.sms.sendTextMessage(
                              r -> r.destinationPhoneNumber("+66812345678").messageBody("3")))
                  .reasonAsString())
          .isEqualTo("DESTINATION_COUNTRY_BLOCKED");
      poor.clock.advance(Duration.ofDays(31));
      poor.sms.sendTextMessage(r -> r.destinationPhoneNumber(Cloud.ALICE).messageBody("4"));
      assertThat(poor.phones.texts(Cloud.ALICE)).containsExactly("1", "4");
      assertThat(limits.smsSpendLimitUsd()).isEqualTo(1_000);
    }
  }

  @Test
  void whatAPersonTextsIsPublishedWithTheMessageThatItAnswers() {
    String person = "+819000000008";
    String twoWay = cloud.topic("sms-inbound", inbox);
    String number =
        cloud.sms.describePhoneNumbers(all -> {}).phoneNumbers().getFirst().phoneNumberId();
    cloud.sms.updatePhoneNumber(
        request -> request.phoneNumberId(number).twoWayEnabled(true).twoWayChannelArn(twoWay));
    String sent = send(person, "Shall we?", request -> {});

    String id =
        cloud.emulator.bring(
            new Written(
                PhoneChannel.SMS, person, "", Optional.empty(), Optional.empty(), "Yes please"));

    JsonNode published = inbox.next().message();
    assertThat(published.path("originationNumber").stringValue("")).isEqualTo(person);
    assertThat(published.path("destinationNumber").stringValue("")).isEqualTo(Cloud.OWN_NUMBER);
    assertThat(published.path("messageKeyword").stringValue("")).isEqualTo("YES");
    assertThat(published.path("messageBody").stringValue("")).isEqualTo("Yes please");
    assertThat(published.path("inboundMessageId").stringValue("")).isEqualTo(id);
    assertThat(published.path("previousPublishedMessageId").stringValue("")).isEqualTo(sent);

    cloud.control.text(person, Optional.empty(), "stop");
    assertThat(inbox.next().message().path("messageKeyword").stringValue("")).isEqualTo("STOP");
    assertThat(
            catchThrowableOfType(ConflictException.class, () -> send(person, "no", r -> {}))
                .reasonAsString())
        .isEqualTo("DESTINATION_PHONE_NUMBER_OPTED_OUT");
    assertThat(cloud.phones.texts(person).getLast()).startsWith("You are now opted out");

    cloud.control.text(person, Optional.empty(), "START");
    inbox.next();
    send(person, "yes", r -> {});

    cloud.sms.updatePhoneNumber(
        request -> request.phoneNumberId(number).selfManagedOptOutsEnabled(true));
    cloud.control.text(person, Optional.empty(), "STOP");
    inbox.next();
    send(person, "still", r -> {});
    cloud.sms.updatePhoneNumber(
        request -> request.phoneNumberId(number).selfManagedOptOutsEnabled(false));
  }

  @ParameterizedTest
  @CsvSource({
    "DUPLICATE, TEXT_QUEUED TEXT_QUEUED TEXT_SENT TEXT_SENT TEXT_SUCCESSFUL TEXT_SUCCESSFUL"
        + " TEXT_DELIVERED TEXT_DELIVERED",
    "REORDER, TEXT_DELIVERED TEXT_SUCCESSFUL TEXT_SENT TEXT_QUEUED",
    "CONTRADICT, TEXT_QUEUED TEXT_SENT TEXT_SUCCESSFUL TEXT_DELIVERED TEXT_UNREACHABLE",
    "LOSE, ''"
  })
  void receiptsComeAsTheFaultHasThem(Fault fault, String expected) {
    String to = Cloud.numberOf("+8190200000", fault);
    cloud.control.setFaults(List.of(Scripted.always("events.sms", fault).about(to)));
    send(to, "hello", request -> request.configurationSetName("all"));
    List<String> told = new ArrayList<>();
    List<String> wanted = expected.isEmpty() ? List.of() : List.of(expected.split(" "));
    for (int i = 0; i < wanted.size(); i++) {
      told.add(inbox.next().message().path("eventType").stringValue(""));
    }
    assertThat(told).isEqualTo(wanted);
    assertThat(inbox.quiet(Duration.ofMillis(60))).isTrue();
    assertThat(cloud.phones.texts(to)).containsExactly("hello");
  }

  @Test
  void lateReceiptsWaitForTheirTimeByTheClock() {
    String to = "+819000000009";
    cloud.phones.set(to, Condition.LATE_RECEIPT);
    String id = send(to, "hello", request -> request.configurationSetName("all"));
    assertThat(inbox.next().message().path("eventType").stringValue("")).isEqualTo("TEXT_QUEUED");
    assertThat(inbox.quiet(Duration.ofMillis(60))).isTrue();

    cloud.clock.advance(Duration.ofMinutes(11));

    assertThat(types(events(id))).endsWith("TEXT_DELIVERED");
  }

  @ParameterizedTest
  @CsvSource({"TEXT_SPAM", "TEXT_BLOCKED", "TEXT_INVALID_MESSAGE", "TEXT_PROTECT_BLOCKED"})
  void everyOtherEndingCanBeScripted(String ending) {
    String to = "+819000000" + (100 + ending.length());
    cloud.control.setFaults(
        List.of(Scripted.always("events.sms", Fault.STATUS).withDetail(ending).about(to)));
    String id = send(to, "hello", request -> request.configurationSetName("all"));

    assertThat(types(events(id))).endsWith(ending);
    assertThat(cloud.phones.shown(to)).isEmpty();
  }
}
