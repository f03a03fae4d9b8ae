package dev.throughline.channel.sms;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.channel.aws.SnsEnvelope;
import dev.throughline.contract.Json;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Head;
import dev.throughline.message.InboundEvent.Receipt;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What AWS End User Messaging tells by SNS: what becomes of messages, and what people write (spec
 * providers.md §B.2.1).
 */
final class AwsSmsEvents {
  /** An event's own time before 2000 or from 2100 on is none. */
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

  private AwsSmsEvents() {}

  static ParsedWebhook parse(SnsEnvelope envelope, Bytes body) {
    InboundEvent event =
        switch (envelope.type()) {
          case SUBSCRIPTION_CONFIRMATION ->
              new InboundEvent.Subscription(
                  plain(envelope, body), InboundEvent.Subscription.State.OFFERED);
          case UNSUBSCRIBE_CONFIRMATION ->
              new InboundEvent.Subscription(
                  plain(envelope, body), InboundEvent.Subscription.State.ENDED);
          case NOTIFICATION -> notification(envelope, body);
        };
    return new ParsedWebhook.Events(Optional.empty(), List.of(event));
  }

  /** Whose it is: who wrote, or who was written to. */
  static Optional<Identity> owner(SnsEnvelope envelope) {
    return envelope.type() == SnsEnvelope.Type.NOTIFICATION
        ? said(envelope).flatMap(AwsSmsEvents::person)
        : Optional.empty();
  }

  private static Optional<Identity> person(JsonNode said) {
    return Json.string(said, said.has("inboundMessageId") ? "originationNumber" : DESTINATION)
        .flatMap(SmsNumbers::of);
  }

  private static final String DESTINATION = "destinationPhoneNumber";

  private static Optional<JsonNode> said(SnsEnvelope envelope) {
    return Json.parse(Bytes.utf8(envelope.message())).filter(JsonNode::isObject);
  }

  private static InboundEvent notification(SnsEnvelope envelope, Bytes body) {
    Optional<JsonNode> parsed = said(envelope);
    if (parsed.isEmpty()) {
      return new InboundEvent.Unknown(plain(envelope, body), "");
    }
    JsonNode said = parsed.get();
    Optional<String> inbound = Json.string(said, "inboundMessageId");
    Optional<String> text = Json.string(said, "messageBody");
    Optional<Identity> person = person(said);
    if (inbound.isPresent() && text.isPresent() && person.isPresent()) {
      Head head = head(envelope, body, envelope.timestamp(), person, person);
      return new InboundEvent.Message(
          head,
          inbound.get(),
          new Content.Text(SmsTexts.whole(text.get())),
          Json.string(said, "previousPublishedMessageId").filter(id -> !id.isEmpty()));
    }
    String type = Json.string(said, "eventType").orElse("");
    Head head = head(envelope, body, time(said).or(envelope::timestamp), Optional.empty(), person);
    Optional<Receipt.News> news = news(type, said);
    Optional<Receipt.Of> of = of(said);
    return news.isPresent() && of.isPresent()
        ? new Receipt(head, of.get(), news.get())
        : new InboundEvent.Unknown(head, type);
  }

  /** By our tag, which is there before AWS has answered the send, else by AWS's id. */
  private static Optional<Receipt.Of> of(JsonNode said) {
    Optional<String> tag =
        Json.string(said, "context", AwsSmsSender.TAG)
            .filter(value -> DeliveryTag.of(value).isPresent());
    return tag.<Receipt.Of>map(Receipt.Of.Tag::new)
        .or(() -> Json.string(said, "messageId").map(Receipt.Of.PlatformId::new));
  }

  private static Optional<Receipt.News> news(String type, JsonNode said) {
    Optional<Receipt.News> news = news(type);
    boolean isFinal = said.path("isFinal").asBoolean(true);
    if (news.isPresent() && news.get() instanceof Receipt.News.Failed) {
      // AWS tries on: nothing is decided.
      return !isFinal
          ? Optional.of(new Receipt.News.Reached(Assurance.ACCEPTED))
          : isOptOut(said)
              ? failed(
                  Code.RECIPIENT_NOT_OPTED_IN,
                  "The number is on the account's opt-out list at AWS.")
              : news;
    }
    return news;
  }

  private static Optional<Receipt.News> news(String type) {
    return switch (type) {
      case "TEXT_SENT", "TEXT_PENDING", "TEXT_QUEUED" -> reached(Assurance.ACCEPTED);
      case "TEXT_SUCCESSFUL" -> reached(Assurance.CARRIER);
      case "TEXT_DELIVERED" -> reached(Assurance.DEVICE);
      case "TEXT_INVALID" ->
          failed(Code.RECIPIENT_INVALID_CHANNEL_IDENTITY, "The number is no valid phone number.");
      case "TEXT_INVALID_MESSAGE" -> failed(Code.BAD_REQUEST, "The carrier refuses the message.");
      case "TEXT_UNREACHABLE" ->
          failed(Code.RECIPIENT_NOT_REACHABLE, "The phone is switched off or out of reach.");
      case "TEXT_CARRIER_UNREACHABLE" ->
          failed(Code.RECIPIENT_NOT_REACHABLE, "The phone's carrier could not be reached.");
      case "TEXT_BLOCKED" -> failed(Code.CHANNEL_REJECT, "The phone blocks SMS of this kind.");
      case "TEXT_CARRIER_BLOCKED" ->
          failed(Code.CHANNEL_REJECT, "The carrier blocks SMS to this number.");
      case "TEXT_SPAM" ->
          failed(Code.DELIVERY_REJECTED_DUE_TO_POLICY, "The carrier takes the message for spam.");
      case "TEXT_PROTECT_BLOCKED" ->
          failed(
              Code.DELIVERY_REJECTED_DUE_TO_POLICY,
              "The account's protect configuration at AWS blocks this number.");
      case "TEXT_TTL_EXPIRED" ->
          failed(Code.MESSAGE_EXPIRED, "The message could not be delivered in its time.");
      case "TEXT_UNKNOWN" ->
          failed(Code.UNKNOWN, "The carrier never said what became of the message.");
      default -> Optional.empty();
    };
  }

  private static boolean isOptOut(JsonNode said) {
    String words =
        (said.path("messageStatus").asString("")
                + " "
                + said.path("messageStatusDescription").asString(""))
            .toLowerCase(Locale.ROOT)
            .replace('_', ' ');
    return words.contains("opted out");
  }

  private static Optional<Receipt.News> reached(Assurance level) {
    return Optional.of(new Receipt.News.Reached(level));
  }

  private static Optional<Receipt.News> failed(Code code, String sentence) {
    return Optional.of(new Receipt.News.Failed(new Reason(code, sentence)));
  }

  private static Optional<Instant> time(JsonNode said) {
    JsonNode millis = said.path("eventTimestamp");
    return millis.isIntegralNumber() && millis.canConvertToLong()
        ? Optional.of(Instant.ofEpochMilli(millis.longValue()))
        : Optional.empty();
  }

  private static Head plain(SnsEnvelope envelope, Bytes body) {
    return head(envelope, body, envelope.timestamp(), Optional.empty(), Optional.empty());
  }

  private static Head head(
      SnsEnvelope envelope,
      Bytes body,
      Optional<Instant> time,
      Optional<Identity> chat,
      Optional<Identity> author) {
    return new Head(
        Optional.of(envelope.messageId()),
        time.filter(at -> !at.isBefore(EARLIEST) && at.isBefore(LATEST)),
        chat,
        author,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        body.asUtf8(),
        List.of());
  }
}
