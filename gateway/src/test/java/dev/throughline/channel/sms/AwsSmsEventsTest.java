package dev.throughline.channel.sms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.channel.aws.SnsEnvelope;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Receipt;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Each word of AWS's about an SMS comes to what docs/channels/sms.md says; nothing that SNS brings
 * makes parsing fail, and whatever is not known stays as it is.
 */
final class AwsSmsEventsTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String TAG =
      new DeliveryTag(new MessageId(new Ulid(1L << 40, 1)), new Ulid(1L << 40, 2)).toString();

  @ParameterizedTest
  @CsvSource({
    "TEXT_SENT, Reached, ACCEPTED",
    "TEXT_PENDING, Reached, ACCEPTED",
    "TEXT_QUEUED, Reached, ACCEPTED",
    "TEXT_SUCCESSFUL, Reached, CARRIER",
    "TEXT_DELIVERED, Reached, DEVICE",
    "TEXT_INVALID, Failed, RECIPIENT_INVALID_CHANNEL_IDENTITY",
    "TEXT_INVALID_MESSAGE, Failed, BAD_REQUEST",
    "TEXT_UNREACHABLE, Failed, RECIPIENT_NOT_REACHABLE",
    "TEXT_CARRIER_UNREACHABLE, Failed, RECIPIENT_NOT_REACHABLE",
    "TEXT_BLOCKED, Failed, CHANNEL_REJECT",
    "TEXT_CARRIER_BLOCKED, Failed, CHANNEL_REJECT",
    "TEXT_SPAM, Failed, DELIVERY_REJECTED_DUE_TO_POLICY",
    "TEXT_PROTECT_BLOCKED, Failed, DELIVERY_REJECTED_DUE_TO_POLICY",
    "TEXT_TTL_EXPIRED, Failed, MESSAGE_EXPIRED",
    "TEXT_UNKNOWN, Failed, UNKNOWN",
  })
  void anEventBecomes(String type, String kind, String what) {
    Receipt receipt = (Receipt) event(status(type));

    assertThat(receipt.of()).isEqualTo(new Receipt.Of.Tag(TAG));
    assertThat(told(receipt)).isEqualTo(kind + " " + what);
    assertThat(receipt.head().eventId()).contains("sns-1");
    assertThat(receipt.head().occurredAt()).contains(Instant.parse("2026-11-21T10:00:00Z"));
    assertThat(receipt.head().author()).contains(new Identity(ChannelName.SMS, "819012345678"));
    assertThat(receipt.head().chat()).isEmpty();
  }

  @Test
  void whatIsNotFinalIsNoFailureYet() {
    ObjectNode status = status("TEXT_UNREACHABLE").put("isFinal", false);

    assertThat(told((Receipt) event(status))).isEqualTo("Reached ACCEPTED");
  }

  @Test
  void anOptOutAtAwsIsNamedAsOne() {
    ObjectNode status =
        status("TEXT_BLOCKED").put("messageStatusDescription", "Phone number is opted out");

    assertThat(told((Receipt) event(status))).isEqualTo("Failed RECIPIENT_NOT_OPTED_IN");
  }

  @Test
  void withoutOurTagItIsKnownByAwssId() {
    ObjectNode foreign = status("TEXT_DELIVERED");
    foreign.putObject("context").put("throughline", "somebody else's");
    ObjectNode none = status("TEXT_DELIVERED");
    none.remove("context");

    assertThat(((Receipt) event(foreign)).of()).isEqualTo(new Receipt.Of.PlatformId("m-1"));
    assertThat(((Receipt) event(none)).of()).isEqualTo(new Receipt.Of.PlatformId("m-1"));
  }

  @Test
  void whatSomebodyWritesIsAMessage() {
    ObjectNode said = JSON.createObjectNode();
    said.put("originationNumber", "+819012345678");
    said.put("destinationNumber", "+81312345678");
    said.put("messageKeyword", "KEYWORD_1");
    said.put("messageBody", "こんにちは HALF");
    said.put("inboundMessageId", "in-1");
    said.put("previousPublishedMessageId", "m-1");

    String text = JSON.writeValueAsString(said).replace("HALF", "\\ud800");
    InboundEvent.Message message = (InboundEvent.Message) parsed(envelope("Notification", text));

    assertThat(((Content.Text) message.content()).text()).isEqualTo("こんにちは \ufffd");
    assertThat(message.platformMessageId()).isEqualTo("in-1");
    assertThat(message.answeredId()).contains("m-1");
    assertThat(message.head().chat()).contains(new Identity(ChannelName.SMS, "819012345678"));
    assertThat(message.head().eventId()).contains("sns-1");
  }

  @Test
  void othersAndUnreadableOnesStayAsTheyAre() {
    assertThat(event(status("VOICE_COMPLETED"))).isInstanceOf(InboundEvent.Unknown.class);
    assertThat(parsed(envelope("Notification", "no JSON")))
        .isInstanceOf(InboundEvent.Unknown.class);
    assertThat(parsed(envelope("SubscriptionConfirmation", "x")))
        .isInstanceOfSatisfying(
            InboundEvent.Subscription.class,
            told -> assertThat(told.state()).isEqualTo(InboundEvent.Subscription.State.OFFERED));
    assertThat(parsed(envelope("UnsubscribeConfirmation", "x")))
        .isInstanceOfSatisfying(
            InboundEvent.Subscription.class,
            told -> assertThat(told.state()).isEqualTo(InboundEvent.Subscription.State.ENDED));
  }

  @Test
  void nothingThatSnsBringsFails() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String whole = JSON.writeValueAsString(status("TEXT_DELIVERED"));
    for (int i = 0; i < 2_000; i++) {
      StringBuilder broken = new StringBuilder(whole);
      for (int j = random.nextInt(4); j >= 0; j--) {
        broken.setCharAt(random.nextInt(broken.length()), (char) (' ' + random.nextInt(95)));
      }
      assertThat(parsed(envelope("Notification", broken.toString())))
          .as("seed %d", seed)
          .isNotNull();
    }
  }

  private static ObjectNode status(String type) {
    ObjectNode status = JSON.createObjectNode();
    status.put("eventType", type);
    status.put("eventVersion", "1.0");
    status.put("eventTimestamp", Instant.parse("2026-11-21T10:00:00Z").toEpochMilli());
    status.put("isFinal", true);
    status.put("originationPhoneNumber", "+81312345678");
    status.put("destinationPhoneNumber", "+819012345678");
    status.put("messageId", "m-1");
    status.put("messageStatus", "WHATEVER");
    status.putObject("context").put("throughline", TAG).put("other", "x");
    return status;
  }

  private static InboundEvent event(ObjectNode message) {
    return parsed(envelope("Notification", JSON.writeValueAsString(message)));
  }

  private static Bytes envelope(String type, String message) {
    Map<String, String> fields =
        Map.of(
            "Type", type,
            "MessageId", "sns-1",
            "TopicArn", "arn:aws:sns:eu-west-1:123456789012:texts",
            "Message", message,
            "Timestamp", "2026-11-21T10:00:01.000Z",
            "Token", "t",
            "SubscribeURL", "https://sns.eu-west-1.amazonaws.com/");
    return Bytes.wrap(JSON.writeValueAsBytes(fields));
  }

  private static InboundEvent parsed(Bytes body) {
    ParsedWebhook parsed = AwsSmsEvents.parse(SnsEnvelope.of(body).orElseThrow(), body);
    return ((ParsedWebhook.Events) parsed).events().getFirst();
  }

  static String told(Receipt receipt) {
    return switch (receipt.news()) {
      case Receipt.News.Reached(var level) -> "Reached " + level;
      case Receipt.News.Failed(var reason) -> "Failed " + reason.code();
    };
  }
}
