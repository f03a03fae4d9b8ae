package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsControl;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import software.amazon.awssdk.services.sesv2.model.EventType;
import tools.jackson.databind.node.ObjectNode;

/**
 * Mail through an emulated Amazon SES, over the wire: it arrives once, and what SES tells of it, by
 * SNS to the webhook or by way of a queue, becomes its status, whatever SES answered; what is
 * forged becomes nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SesTest {
  private static final String SEND = "ses.SendEmail";

  private final AwsWorld cloud;
  private final AwsControl aws;
  private final CustomerApp posted;
  private final CustomerApp queued;

  SesTest() throws Exception {
    cloud =
        new AwsWorld(account ->
            account.withMailing(
                new AwsConfig.Mailing(List.of("shop@example.com"), true, 50_000, 1_000)));
    aws = cloud.aws;
    String topic = topic("posted");
    posted = app("posted", topic, "");
    cloud.subscribe(topic, "email", posted);
    String other = topic("queued");
    queued = app("queued", other, cloud.queue("mails", other));
  }

  /** The events of a configuration set of this name go there. */
  private String topic(String name) {
    String topic = aws.topic(name, "2");
    ses(client -> client.createConfigurationSet(set -> set.configurationSetName(name)));
    ses(client ->
        client.createConfigurationSetEventDestination(destination ->
            destination
                .configurationSetName(name)
                .eventDestinationName("sns")
                .eventDestination(events ->
                    events
                        .enabled(true)
                        .matchingEventTypes(
                            EventType.SEND,
                            EventType.DELIVERY,
                            EventType.BOUNCE,
                            EventType.COMPLAINT,
                            EventType.OPEN,
                            EventType.REJECT)
                        .snsDestination(sns -> sns.topicArn(topic)))));
    return topic;
  }

  private CustomerApp app(String set, String topic, String queue) {
    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode entry = settings.putArray("channel_credentials").addObject().put("channel", "EMAIL");
    cloud
        .account(entry.putObject("ses_credentials"), topic)
        .put("from", "shop@example.com")
        .put("from_name", "Shop")
        .put("configuration_set", set)
        .put("queue_url", queue);
    return CustomerApp.create(cloud.world, settings);
  }

  private <R> R ses(Function<SesV2Client, R> request) {
    return cloud.call(SesV2Client::builder, request);
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
  void sesTakesTheKey() {
    assertThat(cloud.state(posted)).isEqualTo("ACTIVE");
  }

  @Test
  void aMailArrivesOnceAndSaysSo() throws Exception {
    Person person = cloud.somebody();

    String message = send(posted, person, "Will you come?");

    posted.comesTo(message, "DELIVERED", "");
    posted.settled();
    assertThat(posted.told(message)).containsExactly("QUEUED_ON_CHANNEL", "DELIVERED");
    assertThat(cloud.taken(person.email())).singleElement().asString().contains("Will you come?");
  }

  @Test
  void whatLiesInTheQueueIsTheSame() throws Exception {
    Person person = cloud.somebody();

    String message = send(queued, person, "Will you come?");

    queued.comesTo(message, "DELIVERED", "");
    queued.settled();
    assertThat(queued.told(message)).containsExactly("QUEUED_ON_CHANNEL", "DELIVERED");
  }

  /** That a mailbox takes nothing is told after SES took the mail. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBounceIsTheMessagesEnd(boolean byQueue) throws Exception {
    CustomerApp app = byQueue ? queued : posted;
    Person person = cloud.somebody();
    cloud.people.state(person.id(), Map.of(PhoneChannel.EMAIL, Condition.BLOCKED));

    String message = send(app, person, "Will you come?");

    app.comesTo(message, "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  @ParameterizedTest
  @EnumSource(names = {"DUPLICATE", "REORDER"})
  void howeverSesTells(Fault fault) throws Exception {
    Person person = cloud.somebody();
    aws.setFaults(List.of(Scripted.always(Fault.EVENTS + "ses", fault)));

    String message = send(posted, person, "hello");

    posted.comesTo(message, "DELIVERED", "");
    posted.settled();
    assertThat(posted.told(message)).endsWith("DELIVERED").doesNotHaveDuplicates();
    assertThat(cloud.taken(person.email())).hasSize(1);
  }

  @Test
  void whatSesTookWithoutAnAnswerIsKnownByItsEvents() throws Exception {
    Person person = cloud.somebody();
    aws.setFaults(List.of(Scripted.times(SEND, Fault.RESET_AFTER, 1)));

    String message = send(posted, person, "hello");

    posted.comesTo(message, "DELIVERED", "");
    assertThat(cloud.taken(person.email())).hasSize(1);
  }

  @Test
  void aThrottledMailComesAgain() throws Exception {
    Person person = cloud.somebody();
    aws.setFaults(List.of(Scripted.times(SEND, Fault.THROTTLE, 1)));

    String message = send(posted, person, "hello");
    posted.advance();

    posted.comesTo(message, "DELIVERED", "");
    assertThat(cloud.taken(person.email())).hasSize(1);
  }

  @Test
  void whatIsForgedIsNoReceipt() throws Exception {
    Person person = cloud.somebody();
    aws.setFaults(List.of(Scripted.always(Fault.NOTICES, Fault.BAD_SIGNATURE)));

    String message = send(posted, person, "hello");

    World.eventually(() ->
        assertThat(aws.notices().after(0, 10_000).entries())
            .anySatisfy(notice -> {
              assertThat(notice.value().body()).contains(person.email());
              assertThat(notice.value().status()).isEqualTo(401);
            }));
    posted.settled();
    assertThat(posted.status(message)).isEqualTo("QUEUED_ON_CHANNEL");
  }

  private String send(CustomerApp app, Person person, String text) {
    return cloud.send(app, "EMAIL", person.email(), AwsWorld.text(text));
  }
}
