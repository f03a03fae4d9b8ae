package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.channel.aws.SnsEnvelope;
import dev.throughline.channel.whatsapp.WebhookScan.Change;
import dev.throughline.channel.whatsapp.WebhookScan.Element;
import dev.throughline.ledger.Sha256;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Head;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A webhook body to events, tolerantly: each message and each status is one, and so is whatever
 * else a change says, which is kept as it is. Nothing is lost and nothing is thrown.
 */
final class WebhookEvents {
  private static final String MESSAGES = "messages";

  /** Of what a change holds besides what happened. */
  private static final Set<String> ABOUT = Set.of("contacts");

  /** What Meta tells of the account, its number and its templates. */
  private static final Set<String> ACCOUNT =
      Set.of(
          "account_alerts",
          "account_review_update",
          "account_settings_update",
          "account_update",
          "business_capability_update",
          "business_status_update",
          "flows",
          "message_template_components_update",
          "message_template_quality_update",
          "message_template_status_update",
          "partner_solutions",
          "payment_configuration_update",
          "phone_number_name_update",
          "phone_number_quality_update",
          "security",
          "template_category_update");

  /** The one name that the contract gives (4.1). */
  private static final String QUALITY = "phone_number_quality_update";

  private WebhookEvents() {}

  static ParsedWebhook parse(Bytes body) {
    Optional<Bytes> inner = SnsMessage.webhook(body);
    Optional<SnsEnvelope> envelope = SnsEnvelope.of(body);
    if (inner.isEmpty() && envelope.isPresent()) {
      return new ParsedWebhook.Events(Optional.empty(), List.of(ofAws(envelope.get(), body)));
    }
    WebhookScan scan = WebhookScan.of(inner.orElse(body).array());
    if (!scan.understood()) {
      return new ParsedWebhook.Malformed("no JSON object with a list of entries");
    }
    List<ParsedWebhook.Events> byNumber = new ArrayList<>();
    for (Change change : scan.changes()) {
      List<InboundEvent> events = events(scan, change);
      Optional<String> number = change.phoneNumberId();
      boolean same = !byNumber.isEmpty() && byNumber.getLast().destination().equals(number);
      if (same) {
        List<InboundEvent> more = new ArrayList<>(byNumber.removeLast().events());
        more.addAll(events);
        events = more;
      }
      byNumber.add(new ParsedWebhook.Events(number, events));
    }
    return switch (byNumber.size()) {
      case 0 -> new ParsedWebhook.Events(Optional.empty(), List.of());
      case 1 -> byNumber.getFirst();
      default -> new ParsedWebhook.Several(byNumber);
    };
  }

  /** What SNS says of the subscription, or something of AWS's that is no entry of Meta's. */
  private static InboundEvent ofAws(SnsEnvelope envelope, Bytes body) {
    Head head =
        head(
            body.asUtf8(),
            WhatsAppIds.usable(envelope.messageId()).map(id -> "sns/" + id),
            envelope.timestamp(),
            Optional.empty());
    return switch (envelope.type()) {
      case SUBSCRIPTION_CONFIRMATION ->
          new InboundEvent.Subscription(head, InboundEvent.Subscription.State.OFFERED);
      case UNSUBSCRIBE_CONFIRMATION ->
          new InboundEvent.Subscription(head, InboundEvent.Subscription.State.ENDED);
      case NOTIFICATION -> new InboundEvent.Unknown(head, "notification");
    };
  }

  private static List<InboundEvent> events(WebhookScan scan, Change change) {
    if (ACCOUNT.contains(change.field())) {
      return List.of(news(scan, change));
    }
    List<InboundEvent> events = new ArrayList<>();
    for (Element element : change.elements()) {
      if (!ABOUT.contains(element.list())) {
        events.addAll(events(scan, change, element));
      }
    }
    if (events.isEmpty()) {
      Head head = head(scan.text(change.range()), Optional.empty(), when(change), Optional.empty());
      events.add(new InboundEvent.Unknown(head, name(change.field())));
    }
    return events;
  }

  private static List<InboundEvent> events(WebhookScan scan, Change change, Element element) {
    String raw = scan.text(element.range());
    if (change.field().equals(MESSAGES) && element.json().isObject()) {
      switch (element.list()) {
        case MESSAGES -> {
          return new MessageReader(element.json(), raw, element.owner(), element.alias()).events();
        }
        case "statuses" -> {
          return List.of(StatusReader.event(element.json(), raw, element.owner(), element.alias()));
        }
        default -> {
          // As any other.
        }
      }
    }
    Optional<String> id =
        WhatsAppIds.usable(WhatsAppJson.text(element.json(), "id"))
            .map(own -> element.list() + "/" + own);
    Head head = head(raw, id, when(change), element.owner());
    return List.of(new InboundEvent.Unknown(head, name(element.list())));
  }

  private static InboundEvent news(WebhookScan scan, Change change) {
    String raw = scan.text(change.range());
    byte[] hash = Sha256.hash(raw.getBytes(StandardCharsets.UTF_8)).bytes();
    Optional<String> id = Optional.of(change.field() + "/" + HexFormat.of().formatHex(hash, 0, 16));
    String type =
        change.field().equals(QUALITY)
            ? "QUALITY_RATING_CHANGED"
            : change.field().toUpperCase(Locale.ROOT);
    return new InboundEvent.AccountNews(
        head(raw, id, when(change), Optional.empty()), "WHATS_APP_" + type, raw);
  }

  private static Head head(
      String raw, Optional<String> id, Optional<Instant> when, Optional<Identity> chat) {
    return new Head(
        id, when, chat, chat, false, false, Optional.empty(), Optional.empty(), raw, List.of());
  }

  private static Optional<Instant> when(Change change) {
    return MessageReader.time(change.time());
  }

  private static String name(String word) {
    return WhatsAppIds.usable(word).orElse("");
  }
}
