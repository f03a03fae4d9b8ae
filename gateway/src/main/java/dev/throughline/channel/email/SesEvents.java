package dev.throughline.channel.email;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.channel.aws.SnsEnvelope;
import dev.throughline.contract.EmailAddresses;
import dev.throughline.contract.Json;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Head;
import dev.throughline.message.InboundEvent.Receipt;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What SES tells by SNS (spec providers.md §B.1.2): what becomes of mails, by a configuration set's
 * events or an identity's feedback, and mails that it received itself.
 */
final class SesEvents {
  private static final String RECEIVED = "Received";

  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

  private final SnsEnvelope envelope;
  private final Bytes body;
  private final JsonNode said;
  private final String type;

  private SesEvents(SnsEnvelope envelope, Bytes body) {
    this.envelope = envelope;
    this.body = body;
    this.said = said(envelope);
    this.type = type(said);
  }

  static ParsedWebhook parse(SnsEnvelope envelope, Bytes body) {
    SesEvents events = new SesEvents(envelope, body);
    Head plain = events.head(Optional.empty());
    return switch (envelope.type()) {
      case SUBSCRIPTION_CONFIRMATION ->
          one(new InboundEvent.Subscription(plain, InboundEvent.Subscription.State.OFFERED));
      case UNSUBSCRIBE_CONFIRMATION ->
          one(new InboundEvent.Subscription(plain, InboundEvent.Subscription.State.ENDED));
      case NOTIFICATION -> events.type.equals(RECEIVED) ? events.received() : one(events.event());
    };
  }

  /** Whose it is: who wrote, or who was written to. */
  static Optional<Identity> owner(SnsEnvelope envelope) {
    JsonNode said = said(envelope);
    return type(said).equals(RECEIVED) ? mail(said).flatMap(MailEvents::owner) : recipient(said);
  }

  private static ParsedWebhook one(InboundEvent event) {
    return new ParsedWebhook.Events(Optional.empty(), List.of(event));
  }

  private static JsonNode said(SnsEnvelope envelope) {
    return envelope.type() == SnsEnvelope.Type.NOTIFICATION
        ? Json.parse(Bytes.utf8(envelope.message())).orElseGet(Json::object)
        : Json.object();
  }

  private static String type(JsonNode said) {
    return Json.string(said, "eventType")
        .or(() -> Json.string(said, "notificationType"))
        .orElse("");
  }

  /** A mail as it came, which SES may write as base64; one that it takes for spam is no message. */
  private ParsedWebhook received() {
    boolean unwanted =
        List.of("spamVerdict", "virusVerdict").stream()
            .anyMatch(verdict ->
                said.path("receipt").path(verdict).path("status").asString("").equals("FAIL"));
    Optional<Bytes> mime = mime(said);
    return unwanted || mime.isEmpty()
        ? one(new InboundEvent.Unknown(head(Optional.empty()), unwanted ? "spam" : RECEIVED))
        : MailEvents.parse(mime.get());
  }

  private static Optional<Mail> mail(JsonNode said) {
    return mime(said).flatMap(Mail::read);
  }

  private static Optional<Bytes> mime(JsonNode said) {
    Optional<String> content = Json.string(said, "content");
    boolean encoded =
        said.path("receipt").path("action").path("encoding").asString("").equals("BASE64");
    try {
      return content.map(
          text -> encoded ? Bytes.wrap(Base64.getMimeDecoder().decode(text)) : Bytes.utf8(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private InboundEvent event() {
    if (type.equals("Complaint") && !isSuppressed(said.path("complaint"))) {
      Optional<Identity> by = recipient(said).filter(_ -> isUnwanted());
      return by.isPresent()
          ? new InboundEvent.Complained(head(by))
          : new InboundEvent.Unknown(head(Optional.empty()), type);
    }
    if (type.equals("Subscription")) {
      boolean nothing =
          said.path("subscription")
              .path("newTopicPreferences")
              .path("unsubscribeAll")
              .asBoolean(false);
      return nothing && recipient(said).isPresent()
          ? new InboundEvent.Unsubscribed(head(recipient(said)))
          : new InboundEvent.Unknown(head(Optional.empty()), type);
    }
    Optional<News> news = news();
    Optional<Receipt.Of> of = of();
    Head head = head(Optional.empty());
    return news.isPresent() && of.isPresent()
        ? new Receipt(head, of.get(), news.get())
        : new InboundEvent.Unknown(head, type);
  }

  private boolean isUnwanted() {
    return !said.path("complaint").path("complaintFeedbackType").asString("").equals("not-spam");
  }

  /** By our tag, which is there before SES has answered the send, else by SES's id. */
  private Optional<Receipt.Of> of() {
    JsonNode mail = said.path("mail");
    Optional<String> tag =
        MailTag.ofCode(mail.path("tags").path(SesSender.TAG).path(0).asString(""));
    return tag.<Receipt.Of>map(Receipt.Of.Tag::new)
        .or(() -> Json.string(mail, "messageId").map(Receipt.Of.PlatformId::new));
  }

  private Optional<News> news() {
    return switch (type) {
      case "Send", "DeliveryDelay" -> reached(Assurance.ACCEPTED);
      case "Delivery" -> reached(Assurance.CARRIER);
      // A picture was loaded, perhaps by a proxy that loads all of them; or a link was followed.
      case "Open", "Click" -> reached(Assurance.READ);
      case "Bounce" -> Optional.of(bounce(said.path("bounce")));
      case "Complaint" ->
          failed(
              Code.RECIPIENT_NOT_OPTED_IN,
              "SES did not send: the recipient complained about an earlier mail of the account.");
      case "Reject" ->
          failed(Code.DELIVERY_REJECTED_DUE_TO_POLICY, "SES found bad content in the mail.");
      case "Rendering Failure" ->
          failed(
              Code.TEMPLATE_INSUFFICIENT_PARAMETERS,
              "SES could not fill in the template with the data that came with it.");
      default -> Optional.empty();
    };
  }

  private static News bounce(JsonNode bounce) {
    String kind = bounce.path("bounceType").asString("");
    String sub = bounce.path("bounceSubType").asString("");
    JsonNode recipient = bounce.path("bouncedRecipients").path(0);
    Optional<String> status =
        Json.string(recipient, "status").filter(s -> s.matches("[245](\\.\\d{1,3}){2}"));
    String shown = status.orElseGet(() -> word(kind) + "/" + word(sub));
    return switch (kind) {
      case "Permanent" -> permanent(sub, status, shown);
      case "Transient" ->
          switch (sub) {
            case "MessageTooLarge", "ContentRejected", "AttachmentRejected" ->
                new News.Failed(
                    new Reason(
                        Code.BAD_REQUEST,
                        "The recipient's mail server does not take such a mail (%s)."
                            .formatted(shown)));
            case "General" -> general(recipient, shown);
            default -> unreachable(shown);
          };
      default -> unreachable(shown);
    };
  }

  /** SES reports the answers of absent people so, too: those mails have arrived. */
  private static News general(JsonNode recipient, String shown) {
    return recipient.path("action").asString("").equalsIgnoreCase("failed")
        ? unreachable(shown)
        : new News.Reached(Assurance.ACCEPTED);
  }

  private static News permanent(String sub, Optional<String> status, String shown) {
    return switch (sub) {
      case "NoEmail" ->
          new News.Failed(
              new Reason(
                  Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
                  "The recipient's mail server knows no such address (%s).".formatted(shown)));
      case "Suppressed", "OnAccountSuppressionList" ->
          new News.Failed(
              new Reason(
                  Code.RECIPIENT_NOT_REACHABLE,
                  "SES did not send: the address is on its suppression list."));
      default ->
          new News.Failed(
              status
                  .filter(s -> s.startsWith("5"))
                  .map(s -> MailStatus.reason(Optional.of(s), 0, shown))
                  .filter(reason -> reason.code() != Code.CHANNEL_REJECT)
                  .orElseGet(() ->
                      new Reason(
                          Code.RECIPIENT_NOT_REACHABLE,
                          "The mail came back for good (%s).".formatted(shown))));
    };
  }

  private static News unreachable(String shown) {
    return new News.Failed(
        new Reason(
            Code.RECIPIENT_NOT_REACHABLE,
            "The recipient's mailbox or its server took no mail for as long as SES tried (%s)."
                .formatted(shown)));
  }

  private static boolean isSuppressed(JsonNode complaint) {
    return complaint.path("complaintSubType").asString("").equals("OnAccountSuppressionList");
  }

  /** The one that it is about; of mails with several recipients none can be told. */
  private static Optional<Identity> recipient(JsonNode said) {
    JsonNode named =
        said.path("complaint").path("complainedRecipients").path(0).path("emailAddress");
    Optional<String> address = EmailAddresses.normal(named.asString(""));
    JsonNode destination = said.path("mail").path("destination");
    return address
        .or(() ->
            destination.size() == 1
                ? EmailAddresses.normal(destination.path(0).asString(""))
                : Optional.empty())
        .map(value -> new Identity(ChannelName.EMAIL, value));
  }

  private static Optional<News> reached(Assurance level) {
    return Optional.of(new News.Reached(level));
  }

  private static Optional<News> failed(Code code, String sentence) {
    return Optional.of(new News.Failed(new Reason(code, sentence)));
  }

  private static String word(String text) {
    return text.matches("[A-Za-z]{1,40}") ? text : "?";
  }

  /** What happened has its own time, under the event's name in small letters. */
  private Optional<Instant> occurredAt() {
    String member =
        type.isEmpty() ? "" : type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
    return Json.string(said.path(member), "timestamp")
        .or(() -> Json.string(said.path("mail"), "timestamp"))
        .flatMap(SesEvents::instant)
        .or(envelope::timestamp)
        .filter(time -> !time.isBefore(EARLIEST) && time.isBefore(LATEST));
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private Head head(Optional<Identity> chat) {
    return new Head(
        Optional.of(envelope.messageId()),
        occurredAt(),
        chat,
        chat,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        body.asUtf8(),
        List.of());
  }
}
