package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.aws.AwsControl;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Person;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import software.amazon.awssdk.services.socialmessaging.model.WhatsAppBusinessAccountEventDestination;
import software.amazon.awssdk.services.socialmessaging.model.WhatsAppPhoneNumberSummary;
import tools.jackson.databind.node.ObjectNode;

/**
 * WhatsApp over an emulated AWS End User Messaging Social, by the wire: what people write comes by
 * SNS, what is answered arrives once, and its receipts find it by the tag, whatever AWS answered.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WhatsAppOverAwsTest {
  private final AwsWorld cloud;
  private final AwsControl aws;
  private final World world;
  private final CustomerApp app;

  WhatsAppOverAwsTest() throws Exception {
    cloud = new AwsWorld(account -> account);
    aws = cloud.aws;
    world = cloud.world;
    app = app();
  }

  /** As its owner would set it up: notifications of the account go to a topic, and that to us. */
  private CustomerApp app() throws Exception {
    String topic = aws.topic("whatsapp", "2");
    var destination =
        WhatsAppBusinessAccountEventDestination.builder().eventDestinationArn(topic).build();
    String account =
        call(client -> client.listLinkedWhatsAppBusinessAccounts(all -> {}))
            .linkedAccounts()
            .getFirst()
            .id();
    call(client ->
        client.putWhatsAppBusinessAccountEventDestinations(
            put -> put.id(account).eventDestinations(destination)));
    WhatsAppPhoneNumberSummary number =
        call(client -> client.getLinkedWhatsAppBusinessAccount(get -> get.id(account)))
            .account()
            .phoneNumbers()
            .getFirst();
    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode entry =
        settings.putArray("channel_credentials").addObject().put("channel", "WHATSAPP");
    cloud
        .account(entry.putObject("whatsapp_aws_social"), topic)
        .put("origination_phone_number_id", number.phoneNumberId())
        .put("meta_phone_number_id", number.metaPhoneNumberId());
    CustomerApp created = CustomerApp.create(world, settings);
    cloud.subscribe(topic, "whatsapp", created);
    return created;
  }

  private <R> R call(Function<SocialMessagingClient, R> request) {
    return cloud.call(SocialMessagingClient::builder, request);
  }

  @AfterAll
  void close() throws Exception {
    cloud.close();
  }

  /** Somebody new, who has written. */
  private String friend() throws ControlRefusal {
    Person person = cloud.somebody();
    String phone = person.phone().substring(1);
    ObjectNode message = (ObjectNode) Api.json("{\"type\":\"text\"}");
    message.putObject("text").put("body", "hello from " + phone);
    aws.whatsApp(person.phone(), person.name(), Optional.empty(), message);
    app.called("message", "hello from " + phone);
    return phone;
  }

  private String send(String phone, String text) {
    return cloud.send(app, "WHATSAPP", phone, AwsWorld.text(text));
  }

  private long taken(String text) {
    return aws.accepted().after(0, 1_000).entries().stream()
        .filter(each -> each.value().text().contains(text))
        .count();
  }

  @Test
  void awsKnowsTheNumber() {
    assertThat(cloud.state(app)).isEqualTo("ACTIVE");

    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode entry =
        settings.putArray("channel_credentials").addObject().put("channel", "WHATSAPP");
    cloud
        .account(entry.putObject("whatsapp_aws_social"), "arn:aws:sns:us-east-1:123456789012:none")
        .put("origination_phone_number_id", "phone-number-id-" + "0".repeat(32));
    assertThat(cloud.state(CustomerApp.create(world, settings))).startsWith("FAILING AWS knows no");
  }

  @Test
  void whatIsAnsweredArrivesOnceAndSaysSo() throws Exception {
    String phone = friend();

    String message = send(phone, "over AWS to " + phone);

    app.comesTo(message, "DELIVERED", "");
    assertThat(taken("over AWS to " + phone)).isEqualTo(1);
  }

  @Test
  void whatAwsTookWithoutAnAnswerIsKnownByItsReceipt() throws Exception {
    String phone = friend();
    aws.setFaults(List.of(Scripted.times("social.SendWhatsAppMessage", Fault.RESET_AFTER, 1)));

    String message = send(phone, "unanswered to " + phone);

    app.comesTo(message, "DELIVERED", "");
    assertThat(taken("unanswered to " + phone)).isEqualTo(1);
    assertThat(aws.activeFaults()).hasSize(1).allMatch(fault -> fault.struck() == 1);
  }

  /** AWS hands on Meta's own JSON, so a file goes by its link here as well: nothing is uploaded. */
  @Test
  void aFileGoesByItsLink() throws Exception {
    String phone = friend();
    String file = "https://example.com/" + phone + "/menu.pdf";
    ObjectNode message = (ObjectNode) Api.json("{}");
    message.putObject("media_message").put("url", file);

    String sent = cloud.send(app, "WHATSAPP", phone, message);

    app.comesTo(sent, "DELIVERED", "");
    Person person =
        cloud.people.all().stream()
            .filter(one -> one.phone().endsWith(phone))
            .findFirst()
            .orElseThrow();
    assertThat(
            cloud
                .people
                .messages(person.id(), Optional.empty(), false, 0, Duration.ZERO)
                .toString())
        .contains(file);
  }
}
