package dev.throughline.channel.sms;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Sha256;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Head;
import dev.throughline.message.InboundEvent.Receipt;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an SMSC delivered, as {@link SmppDelivery} keeps it: what somebody wrote, or a piece of it,
 * or what became of a message.
 */
final class SmppEvents {
  /** That no more is waited for the pieces of a text. */
  private static final String OVERDUE = "overdue";

  /** The message type within esm_class (SMPP 3.4, 5.2.12). */
  private static final int TYPE = 0x3C;

  private static final int RECEIPT = 0x04;
  private static final int ACKNOWLEDGEMENT = 0x08;
  private static final int NOTIFICATION = 0x20;
  private static final int MESSAGE_STATE = 0x0427;

  private static final int ID_LENGTH = 32;

  private SmppEvents() {}

  static boolean isOne(JsonNode json) {
    return Json.string(json, SmppDelivery.MARK).isPresent();
  }

  static ParsedWebhook parse(JsonNode json, Bytes body) {
    if (Json.string(json, SmppDelivery.MARK).filter(OVERDUE::equals).isPresent()) {
      return overdue(json, body)
          .<ParsedWebhook>map(event -> new ParsedWebhook.Events(Optional.empty(), List.of(event)))
          .orElseGet(() -> new ParsedWebhook.Malformed("no group of pieces"));
    }
    return SmppDelivery.of(json)
        .<ParsedWebhook>map(
            delivery -> new ParsedWebhook.Events(Optional.empty(), List.of(event(delivery, body))))
        .orElseGet(() -> new ParsedWebhook.Malformed("no deliver_sm"));
  }

  /** Who wrote; of a receipt, who was written to: both stand where the PDU comes from. */
  static Optional<Identity> owner(JsonNode json) {
    return Json.string(json, "source").flatMap(SmsNumbers::of);
  }

  private static InboundEvent event(SmppDelivery delivery, Bytes body) {
    Optional<Identity> person = SmsNumbers.of(delivery.source());
    Head unaddressed = head(delivery.received(), Optional.empty(), person, body);
    int type = delivery.esmClass() & TYPE;
    // By its text alone anybody could write a receipt.
    if (type == RECEIPT || type == NOTIFICATION || delivery.tlv(MESSAGE_STATE).isPresent()) {
      return SmppReceipt.of(delivery)
          .<InboundEvent>map(receipt ->
              new Receipt(unaddressed, new Receipt.Of.PlatformId(receipt.id()), receipt.news()))
          .orElseGet(() -> new InboundEvent.Unknown(unaddressed, "receipt"));
    }
    SmppText said = SmppText.of(delivery);
    if (person.isEmpty() || said.text().isEmpty() || type == ACKNOWLEDGEMENT) {
      return new InboundEvent.Unknown(unaddressed, SmppDelivery.KIND);
    }
    Head head = head(delivery.received(), person, person, body);
    String id = id(body);
    String text = said.text().get();
    return said.place()
        .<InboundEvent>map(place -> piece(delivery, head, id, place, text))
        .orElseGet(() ->
            new InboundEvent.Message(
                head, id, new Content.Text(SmsTexts.whole(text)), Optional.empty()));
  }

  /** A piece may hold half of a pair whose other half comes with the next. */
  private static InboundEvent piece(
      SmppDelivery delivery, Head head, String id, SmppText.Place place, String text) {
    String group =
        id(Bytes.utf8(delivery.destination() + "/" + place.reference() + "/" + place.count()));
    ObjectNode overdue = Json.object();
    overdue.put(SmppDelivery.MARK, OVERDUE);
    overdue.put("received", delivery.received().toString());
    overdue.put("source", delivery.source());
    overdue.put("group", group);
    return new InboundEvent.Piece(
        head, id, group, place.count(), place.number(), text, Json.bytes(overdue));
  }

  private static Optional<InboundEvent> overdue(JsonNode json, Bytes body) {
    Optional<Identity> person = owner(json);
    Optional<String> group = Json.string(json, "group");
    Optional<Instant> received = Json.string(json, "received").flatMap(SmppEvents::time);
    return person.isPresent() && group.isPresent() && received.isPresent()
        ? Optional.of(
            new InboundEvent.PiecesOverdue(head(received.get(), person, person, body), group.get()))
        : Optional.empty();
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** SMPP has no ids of what people write: the time and the session's number are in the body. */
  private static String id(Bytes body) {
    return HexFormat.of().formatHex(Sha256.hash(body.array()).bytes()).substring(0, ID_LENGTH);
  }

  private static Head head(
      Instant time, Optional<Identity> chat, Optional<Identity> author, Bytes body) {
    return new Head(
        Optional.empty(),
        Optional.of(time),
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
