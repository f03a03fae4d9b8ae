package dev.throughline.channel.whatsapp;

import dev.throughline.channel.ChoiceData;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Attachment;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Head;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads one inbound message (spec providers.md B.3.1; docs/channels/whatsapp.md has the table). A
 * property of another shape than Meta documents counts as absent; a message that lacks what its
 * kind needs stays unknown.
 */
final class MessageReader {
  /** Before and after this, a time is not Meta's: it could not be ordered by or shown. */
  private static final long EARLIEST = Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();

  private static final long LATEST = Instant.parse("2100-01-01T00:00:00Z").getEpochSecond();

  private static final double MAX_LATITUDE = 90;
  private static final double MAX_LONGITUDE = 180;
  private static final int MAX_PRODUCTS = 1_000;

  private final JsonNode json;
  private final String type;
  private final Optional<String> id;
  private final Head head;

  /**
   * @param author as the splitter found them
   * @param alias their user id, if they are known by a number
   */
  MessageReader(JsonNode json, String raw, Optional<Identity> author, Optional<Identity> alias) {
    this.json = json;
    this.type = text("type");
    this.id = WhatsAppIds.usable(text("id"));
    Optional<Identity> group = WhatsAppIds.identity(text("group_id"));
    this.head =
        new Head(
            id,
            time(json),
            group.isPresent() ? group : author,
            author,
            false,
            false,
            Optional.empty(),
            id,
            raw,
            List.of(),
            alias);
  }

  List<InboundEvent> events() {
    List<InboundEvent> events = new ArrayList<>();
    events.add(event());
    if (json.path("referral").isObject()) {
      // An advertisement that led here: the contract's message has no place for it.
      events.add(new InboundEvent.Unknown(named("referral"), "referral"));
    }
    return events;
  }

  private InboundEvent event() {
    if (id.isEmpty() || head.chat().isEmpty()) {
      return unknown();
    }
    return switch (type) {
      case "interactive" -> interactive();
      case "button" -> button();
      case "reaction" -> reaction();
      case "edit" -> edit();
      case "revoke" -> revoke();
      default -> content().<InboundEvent>map(this::message).orElseGet(this::unknown);
    };
  }

  private Optional<Content.Inbound> content() {
    return switch (type) {
      case "text" -> body("text", "body").map(Content.Text::new);
      case "image" -> file(Attachment.Kind.IMAGE);
      case "sticker" -> file(Attachment.Kind.IMAGE);
      case "video" -> file(Attachment.Kind.VIDEO);
      case "audio", "voice" -> file(Attachment.Kind.AUDIO);
      case "document" -> file(Attachment.Kind.FILE);
      case "location" -> place();
      case "order" -> order();
      case "contacts" ->
          json.path("contacts").isArray()
              ? Optional.of(
                  new Content.Fallback(head.raw(), "The contact sent cards of other people."))
              : Optional.empty();
      case "unsupported" ->
          Optional.of(
              new Content.Fallback(
                  head.raw(),
                  "The contact sent something that WhatsApp does not pass on to businesses."));
      default -> Optional.empty();
    };
  }

  private Optional<Content.Inbound> file(Attachment.Kind kind) {
    JsonNode file = json.path(type);
    Optional<String> fileId = WhatsAppIds.usable(WhatsAppJson.text(file, "id"));
    return fileId.map(known ->
        new Attachment(
            kind,
            Optional.empty(),
            present(file, "filename"),
            Optional.of(known),
            present(file, "caption")));
  }

  private Optional<Content.Inbound> place() {
    JsonNode place = json.path("location");
    double latitude = number(place.path("latitude"));
    double longitude = number(place.path("longitude"));
    return Math.abs(latitude) <= MAX_LATITUDE && Math.abs(longitude) <= MAX_LONGITUDE
        ? Optional.of(
            new Content.Location(
                latitude,
                longitude,
                present(place, "name").orElse(""),
                present(place, "address").orElse("")))
        : Optional.empty();
  }

  private Optional<Content.Inbound> order() {
    JsonNode order = json.path("order");
    List<Content.Product> products = new ArrayList<>();
    for (JsonNode item : order.path("product_items")) {
      String product = WhatsAppJson.text(item, "product_retailer_id");
      if (product.isEmpty() || products.size() == MAX_PRODUCTS) {
        return Optional.empty();
      }
      double quantity = number(item.path("quantity"));
      products.add(
          new Content.Product(
              wellFormed(product),
              Double.isNaN(quantity) ? 1 : (int) quantity,
              number(item.path("item_price")),
              present(item, "currency").orElse("")));
    }
    return products.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Content.Products(
                present(order, "text").orElse(""),
                present(order, "catalog_id").orElse(""),
                products));
  }

  private InboundEvent interactive() {
    JsonNode interactive = json.path("interactive");
    String kind = WhatsAppJson.text(interactive, "type");
    return switch (kind) {
      case "button_reply", "list_reply" ->
          present(interactive.path(kind), "id")
              .<InboundEvent>map(this::chosen)
              .orElseGet(this::unknown);
      case "nfm_reply" -> {
        if (!interactive.path(kind).isObject()) {
          yield unknown();
        }
        ObjectNode reply = WhatsAppJson.object().put("type", kind);
        reply.set(kind, interactive.path(kind));
        yield message(new Content.SpecificReply(kind, reply.toString()));
      }
      default -> unknown();
    };
  }

  /** A button of a template: its data is what the app gave, else the words on it. */
  private InboundEvent button() {
    JsonNode button = json.path("button");
    return present(button, "payload")
        .filter(payload -> !payload.isEmpty())
        .or(() -> present(button, "text"))
        .<InboundEvent>map(this::chosen)
        .orElseGet(this::unknown);
  }

  private InboundEvent chosen(String data) {
    return new InboundEvent.Chosen(head, ChoiceData.read(data));
  }

  private InboundEvent reaction() {
    JsonNode reaction = json.path("reaction");
    return WhatsAppIds.usable(WhatsAppJson.text(reaction, "message_id"))
        .<InboundEvent>map(message ->
            new InboundEvent.Reacted(head, message, present(reaction, "emoji").orElse("")))
        .orElseGet(this::unknown);
  }

  /** Of texts only; whatever else was changed is passed on as it is. */
  private InboundEvent edit() {
    JsonNode edit = json.path("edit");
    Optional<String> original = WhatsAppIds.usable(WhatsAppJson.text(edit, "original_message_id"));
    Optional<String> text =
        Optional.of(edit.path("message").path("text"))
            .filter(body -> body.path("body").isString())
            .map(body -> wellFormed(WhatsAppJson.text(body, "body")));
    return original.isPresent() && text.isPresent()
        ? new InboundEvent.Edited(head, original.get(), new Content.Text(text.get()))
        : unknown();
  }

  private InboundEvent revoke() {
    return WhatsAppIds.usable(WhatsAppJson.text(json, "revoke", "original_message_id"))
        .<InboundEvent>map(original -> new InboundEvent.Unsent(head, original))
        .orElseGet(this::unknown);
  }

  private InboundEvent message(Content.Inbound content) {
    return new InboundEvent.Message(
        head,
        id.orElseThrow(),
        content,
        WhatsAppIds.usable(WhatsAppJson.text(json, "context", "id")));
  }

  private InboundEvent unknown() {
    return new InboundEvent.Unknown(head, WhatsAppIds.usable(type).orElse(""));
  }

  /** Another event of the same message. */
  private Head named(String what) {
    return new Head(
        id.map(known -> known + "/" + what),
        head.occurredAt(),
        head.chat(),
        head.author(),
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        head.raw(),
        List.of());
  }

  private String text(String name) {
    return WhatsAppJson.text(json, name);
  }

  private Optional<String> body(String object, String name) {
    return present(json.path(object), name);
  }

  private static Optional<String> present(JsonNode object, String name) {
    JsonNode value = object.path(name);
    return value.isString() ? Optional.of(wellFormed(value.stringValue())) : Optional.empty();
  }

  /** Meta writes some numbers as strings. */
  private static double number(JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    String text = node.isString() ? node.stringValue() : "";
    return text.matches("-?[0-9]{1,15}(\\.[0-9]{1,15})?") ? Double.parseDouble(text) : Double.NaN;
  }

  /** The seconds since 1970 in which a message or status says when it was, as Meta wrote them. */
  static String seconds(JsonNode json) {
    JsonNode time = json.path("timestamp");
    String text =
        time.isString() ? time.stringValue() : time.isIntegralNumber() ? time.toString() : "";
    return text.matches("[0-9]{1,12}") ? text : "";
  }

  static Optional<Instant> time(JsonNode json) {
    String seconds = seconds(json);
    return seconds.isEmpty() ? Optional.empty() : time(Long.parseLong(seconds));
  }

  static Optional<Instant> time(long seconds) {
    return seconds >= EARLIEST && seconds < LATEST
        ? Optional.of(Instant.ofEpochSecond(seconds))
        : Optional.empty();
  }

  /** With a replacement where half of a surrogate pair stands alone. */
  private static String wellFormed(String text) {
    StringBuilder fixed = new StringBuilder(text);
    for (int i = 0; i < fixed.length(); i++) {
      char c = fixed.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < fixed.length()
          && Character.isLowSurrogate(fixed.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        fixed.setCharAt(i, '\uFFFD');
      }
    }
    return fixed.toString();
  }
}
