package dev.throughline.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.contract.Json;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Receipt;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.InboundEvent.Receipt.Of;
import dev.throughline.message.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * What SES tells of a mail, as the developer guide's examples have it, is a receipt of ours by our
 * tag, else by SES's id; a complaint is the end of mails to whoever complained.
 */
class SesEventsTest {
  private static final String CODE = "tl-01K9Z0000000000000000MESSA-01K9Z0000000000000000MESSA";
  private static final Identity TARO = new Identity(ChannelName.EMAIL, "taro@example.org");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Send          | send          | {}                                                | ACCEPTED
          DeliveryDelay | deliveryDelay | {"delayType":"MailboxFull"}                       | ACCEPTED
          Delivery      | delivery      | {"timestamp":"2026-11-21T10:00:02Z","recipients":[]} | CARRIER
          Open          | open          | {"ipAddress":"192.0.2.1","userAgent":"x"}         | READ
          Click         | click         | {"link":"https://example.com/"}                   | READ
          Bounce        | bounce        | {"bounceType":"Transient","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"taro@example.org"}]} | ACCEPTED
          """)
  void aMailGetsSoFar(String type, String member, String what, Assurance level) {
    assertThat(receipt(type, member, what).news()).isEqualTo(new News.Reached(level));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Bounce | bounce | {"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"action":"failed","status":"5.1.1"}]} | RECIPIENT_INVALID_CHANNEL_IDENTITY
          Bounce | bounce | {"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"action":"failed","status":"5.0.0"}]} | RECIPIENT_NOT_REACHABLE
          Bounce | bounce | {"bounceType":"Permanent","bounceSubType":"NoEmail","bouncedRecipients":[{}]} | RECIPIENT_INVALID_CHANNEL_IDENTITY
          Bounce | bounce | {"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList","bouncedRecipients":[{}]} | RECIPIENT_NOT_REACHABLE
          Bounce | bounce | {"bounceType":"Transient","bounceSubType":"General","bouncedRecipients":[{"action":"failed","status":"4.4.7"}]} | RECIPIENT_NOT_REACHABLE
          Bounce | bounce | {"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[{}]} | RECIPIENT_NOT_REACHABLE
          Bounce | bounce | {"bounceType":"Transient","bounceSubType":"MessageTooLarge","bouncedRecipients":[{}]} | BAD_REQUEST
          Bounce | bounce | {"bounceType":"Undetermined","bounceSubType":"Undetermined"} | RECIPIENT_NOT_REACHABLE
          Reject | reject | {"reason":"Bad content"} | DELIVERY_REJECTED_DUE_TO_POLICY
          Rendering Failure | failure | {"templateName":"order","errorMessage":"Attribute 'n' is not present"} | TEMPLATE_INSUFFICIENT_PARAMETERS
          Complaint | complaint | {"complaintSubType":"OnAccountSuppressionList","complainedRecipients":[]} | RECIPIENT_NOT_OPTED_IN
          """)
  void aMailFails(String type, String member, String what, Reason.Code code) {
    assertThat(receipt(type, member, what).news())
        .isInstanceOfSatisfying(
            News.Failed.class, failed -> assertThat(failed.reason().code()).isEqualTo(code));
  }

  @Test
  void aMailIsKnownByOurTagElseByTheirId() {
    assertThat(receipt("Send", "send", "{}").of()).isEqualTo(new Of.Tag(EmailGoldenTest.TAG));
    ObjectNode untagged = event("Delivery", "delivery", "{}");
    ((ObjectNode) untagged.path("mail")).remove("tags");
    assertThat(((Receipt) parsed(untagged)).of()).isEqualTo(new Of.PlatformId("0106-abc"));
    untagged.put("notificationType", "Delivery").remove("eventType");
    assertThat(parsed(untagged)).as("feedback of an identity").isInstanceOf(Receipt.class);
  }

  @Test
  void aComplaintIsOfWhoeverComplained() {
    InboundEvent event =
        parsed(
            event(
                "Complaint",
                "complaint",
                "{\"complaintFeedbackType\":\"abuse\",\"complainedRecipients\":"
                    + "[{\"emailAddress\":\"taro@EXAMPLE.org\"}]}"));

    assertThat(event).isInstanceOf(InboundEvent.Complained.class);
    assertThat(event.head().chat()).contains(TARO);
    assertThat(parsed(event("Complaint", "complaint", "{\"complaintFeedbackType\":\"not-spam\"}")))
        .isInstanceOf(InboundEvent.Unknown.class);
  }

  @Test
  void whoUnsubscribesAtSesHasUnsubscribed() {
    assertThat(
            parsed(
                event(
                    "Subscription",
                    "subscription",
                    "{\"newTopicPreferences\":{\"unsubscribeAll\":true}}")))
        .isInstanceOfSatisfying(
            InboundEvent.Unsubscribed.class,
            event -> assertThat(event.head().chat()).contains(TARO));
  }

  @Test
  void aMailThatSesReceivedIsAPersons() {
    ObjectNode received = Json.object();
    received.put("notificationType", "Received");
    received.put(
        "content", "From: Taro <taro@example.org>\r\nMessage-ID: <a@b>\r\n\r\nHello shop\r\n");

    InboundEvent event = parsed(received);

    assertThat(((InboundEvent.Message) event).content()).isEqualTo(new Content.Text("Hello shop"));
    assertThat(event.head().author()).contains(TARO);
    assertThat(MailEvents.split(body(received)).getFirst().owner()).contains(TARO);
    received.putObject("receipt").putObject("spamVerdict").put("status", "FAIL");
    assertThat(parsed(received)).isInstanceOf(InboundEvent.Unknown.class);
  }

  @Test
  void whatNobodyKnowsIsKept() {
    assertThat(parsed(event("Teleported", "teleported", "{}")))
        .isInstanceOfSatisfying(
            InboundEvent.Unknown.class, kept -> assertThat(kept.type()).isEqualTo("Teleported"));
  }

  private static Receipt receipt(String type, String member, String what) {
    return (Receipt) parsed(event(type, member, what));
  }

  private static ObjectNode event(String type, String member, String what) {
    ObjectNode event = Json.object();
    event.put("eventType", type);
    ObjectNode mail = event.putObject("mail");
    mail.put("timestamp", "2026-11-21T10:00:00.000Z").put("messageId", "0106-abc");
    mail.putArray("destination").add("taro@example.org");
    mail.putObject("tags").putArray("throughline").add(CODE);
    event.set(member, Json.parse(Bytes.utf8(what)).orElseThrow());
    return event;
  }

  private static InboundEvent parsed(ObjectNode event) {
    ParsedWebhook.Events events = (ParsedWebhook.Events) MailEvents.parse(body(event));
    assertThat(events.events()).hasSize(1);
    return events.events().getFirst();
  }

  private static Bytes body(ObjectNode event) {
    ObjectNode envelope = Json.object();
    envelope.put("Type", "Notification").put("MessageId", "m-1");
    envelope.put("TopicArn", "arn:aws:sns:eu-west-1:123456789012:mail");
    envelope.put("Timestamp", "2026-11-21T10:00:03.000Z");
    envelope.put("Message", Json.text(event));
    return Json.bytes(envelope);
  }
}
