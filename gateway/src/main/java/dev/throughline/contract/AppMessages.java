package dev.throughline.contract;

import dev.throughline.message.AppMessage;
import dev.throughline.message.AppMessage.Agent;
import dev.throughline.message.AppMessage.Source;
import dev.throughline.message.AppMessage.TemplateReference;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Card;
import dev.throughline.message.Content.ContactCard;
import dev.throughline.message.Content.Height;
import dev.throughline.message.Content.Item;
import dev.throughline.message.Content.ItemList;
import dev.throughline.message.Content.Labelled;
import dev.throughline.message.Content.Location;
import dev.throughline.message.Content.Media;
import dev.throughline.message.Content.Section;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads {@code app_message} (spec conversation-api.md §3.2). Refused is what no channel could show;
 * the limits of one channel are that channel's.
 */
public final class AppMessages {
  static final int MAX_CHOICES = 10;
  static final int MAX_CARDS = 10;
  static final int MAX_OVERALL_CHOICES = 3;

  /** The contract names no limit; these bound what one message can cost. */
  private static final int MAX_SECTIONS = 100;

  private static final int MAX_ITEMS = 100;
  private static final int MAX_LABELLED = 100;
  private static final int MAX_STRING = 4_096;

  /** Far above every channel's own limit; a channel says by its reason what is too long for it. */
  private static final int MAX_TEXT = 100_000;

  private static final double MAX_LATITUDE = 90;
  private static final double MAX_LONGITUDE = 180;

  private static final Set<String> HEIGHTS =
      Arrays.stream(Height.values()).map(Height::name).collect(Collectors.toSet());

  private static final Pattern PHONE = Pattern.compile("\\+?[0-9]{3,15}");

  static final String TEMPLATE = "template_message";

  /** What a message can be, one at a time. */
  static final Set<String> KINDS =
      Set.of(
          "text_message",
          "media_message",
          "choice_message",
          "card_message",
          "carousel_message",
          "location_message",
          "contact_info_message",
          "list_message",
          TEMPLATE);

  private static final Set<String> CHOICES =
      Set.of(
          "text_message",
          "url_message",
          "call_message",
          "location_message",
          "calendar_message",
          "share_location_message");

  private AppMessages() {}

  /** What was accepted once; empty for what this version does not know. */
  public static Optional<AppMessage> stored(JsonNode message) {
    try {
      return message.isObject()
          ? Optional.of(read(Fields.of(message.asObject())))
          : Optional.empty();
    } catch (WrongFieldException ofAnotherVersion) {
      return Optional.empty();
    }
  }

  /** What was said on a channel by a message that was accepted once; placeholders filled in. */
  public static Optional<Content.Outbound> said(
      JsonNode message, Optional<ObjectNode> filled, ChannelName channel) {
    return stored(filled.<JsonNode>map(text -> text).orElse(message))
        .flatMap(known -> known.on(channel))
        .flatMap(source ->
            switch (source) {
              case Source.Given(Content.Outbound content) -> Optional.of(content);
              case Source.ChannelTemplate(var template) -> Optional.of(template(template));
              case Source.Stored _ -> Optional.empty();
            });
  }

  public static AppMessage read(Fields message) {
    Optional<String> kind = kind(message, KINDS);
    Map<ChannelName, Source> own = ChannelMessages.own(message);
    Optional<Source> general = Optional.empty();
    if (kind.isPresent() && kind.get().equals(TEMPLATE)) {
      Fields template = message.requiredObject(TEMPLATE);
      ChannelMessages.channelTemplates(template).forEach(own::putIfAbsent);
      general = ChannelMessages.omniTemplate(template);
      if (general.isEmpty() && !template.has("channel_template")) {
        throw template.wrong("omni_template", "is required.");
      }
    } else if (kind.isPresent()) {
      general = Optional.of(new Source.Given(content(message, kind.get())));
    } else if (own.isEmpty()) {
      throw message.wrong("text_message", "is required.");
    }
    return new AppMessage(
        Json.text(message.json()),
        general,
        own,
        message.object("agent").map(AppMessages::agent),
        message.object("reply_to").map(AppMessages::replyTo));
  }

  /** What a message says on all channels, which is no template. */
  static Content.Outbound content(Fields message) {
    Set<String> kinds = new HashSet<>(KINDS);
    kinds.remove(TEMPLATE);
    String kind =
        kind(message, kinds)
            .orElseThrow(() ->
                message.wrong(
                    "", "must have one of " + kinds.stream().sorted().collect(joined()) + "."));
    return content(message, kind);
  }

  /** What a template that the channel itself keeps says: the channel knows, and nobody else. */
  static Content.Specific template(TemplateReference reference) {
    ObjectNode json = Json.object();
    json.put("template_id", reference.id());
    json.put("version", reference.version());
    reference.language().ifPresent(code -> json.put("language_code", code));
    ObjectNode parameters = json.putObject("parameters");
    new TreeMap<>(reference.parameters()).forEach(parameters::put);
    return new Content.Specific(Content.Specific.TEMPLATE, Json.text(json));
  }

  /** The one of these kinds that a message is. */
  static Optional<String> kind(Fields message, Set<String> kinds) {
    List<String> found = kinds.stream().filter(message::has).sorted().toList();
    if (found.size() > 1) {
      throw message.wrong(found.getLast(), "stands beside " + found.getFirst() + ": send one.");
    }
    return found.stream().findFirst();
  }

  private static Agent agent(Fields agent) {
    agent.oneOf("type", Set.of("UNKNOWN_AGENT_TYPE", "HUMAN", "BOT"));
    return new Agent(
        optional(agent, "display_name"),
        agent
            .string("picture_url", MAX_STRING)
            .filter(url -> !url.isEmpty())
            .map(url -> SendRequests.webUrl(agent, "picture_url", url)));
  }

  private static MessageId replyTo(Fields replyTo) {
    return Ulids.parse(replyTo.requiredString("message_id", MAX_STRING))
        .map(MessageId::new)
        .orElseThrow(() -> replyTo.wrong("message_id", "must be a ULID."));
  }

  private static Content.Outbound content(Fields message, String kind) {
    Fields fields = message.requiredObject(kind);
    return switch (kind) {
      case "text_message" -> new Content.Text(fields.requiredString("text", MAX_TEXT));
      case "media_message" -> media(fields);
      case "location_message" -> location(fields);
      case "choice_message" -> choiceMessage(fields);
      case "card_message" -> card(fields);
      case "carousel_message" -> carousel(fields);
      case "list_message" -> list(fields);
      case "contact_info_message" -> contact(fields);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static Media media(Fields fields) {
    return new Media(
        url(fields, "url"),
        fields
            .string("thumbnail_url", MAX_STRING)
            .filter(url -> !url.isEmpty())
            .map(url -> SendRequests.webUrl(fields, "thumbnail_url", url)),
        fields.string("filename_override", MAX_STRING).filter(name -> !name.isEmpty()));
  }

  private static Location location(Fields fields) {
    Fields coordinates = fields.requiredObject("coordinates");
    return new Location(
        coordinates.number("latitude", MAX_LATITUDE),
        coordinates.number("longitude", MAX_LONGITUDE),
        fields.requiredString("title", MAX_STRING),
        optional(fields, "label"));
  }

  private static Content.Choices choiceMessage(Fields fields) {
    String text = fields.requiredObject("text_message").requiredString("text", MAX_TEXT);
    List<Choice> choices = choices(fields, MAX_CHOICES);
    if (choices.isEmpty()) {
      throw fields.wrong("choices", "is required.");
    }
    return new Content.Choices(text, choices, frame(fields));
  }

  private static List<Choice> choices(Fields fields, int max) {
    return fields.objects("choices", max).stream().map(AppMessages::choice).toList();
  }

  private static Choice choice(Fields choice) {
    List<String> kinds = CHOICES.stream().filter(choice::has).sorted().toList();
    if (kinds.size() != 1) {
      throw choice.wrong(
          "", "must have exactly one of " + CHOICES.stream().sorted().collect(joined()) + ".");
    }
    Fields fields = choice.requiredObject(kinds.getFirst());
    return switch (kinds.getFirst()) {
      case "text_message" ->
          new Choice.Say(
              fields.requiredString("text", MAX_STRING), optional(choice, "postback_data"));
      case "url_message" -> new Choice.Open(title(fields), url(fields, "url"));
      case "call_message" -> new Choice.Call(title(fields), phone(fields));
      case "location_message" -> new Choice.Show(location(fields));
      case "calendar_message" -> calendar(fields);
      default -> new Choice.ShareLocation(title(fields), url(fields, "fallback_url"));
    };
  }

  private static Choice.Note calendar(Fields fields) {
    Instant start = time(fields, "event_start");
    Instant end = time(fields, "event_end");
    if (end.isBefore(start)) {
      throw fields.wrong("event_end", "is before event_start.");
    }
    return new Choice.Note(
        title(fields),
        start,
        end,
        fields.requiredString("event_title", MAX_STRING),
        optional(fields, "event_description"),
        url(fields, "fallback_url"));
  }

  private static Card card(Fields fields) {
    Card card =
        new Card(
            optional(fields, "title"),
            optional(fields, "description"),
            fields.object("media_message").map(AppMessages::media),
            choices(fields, MAX_CHOICES),
            fields.oneOf("height", HEIGHTS).map(Height::valueOf).orElse(Height.UNSPECIFIED_HEIGHT),
            frame(fields));
    if (card.title().isEmpty() && card.description().isEmpty() && card.media().isEmpty()) {
      throw fields.wrong("", "must have a title, a description or a media_message.");
    }
    return card;
  }

  private static Content.Carousel carousel(Fields fields) {
    List<Card> cards = fields.objects("cards", MAX_CARDS).stream().map(AppMessages::card).toList();
    if (cards.isEmpty()) {
      throw fields.wrong("cards", "is required.");
    }
    return new Content.Carousel(cards, choices(fields, MAX_OVERALL_CHOICES));
  }

  private static ItemList list(Fields fields) {
    List<Section> sections = new ArrayList<>();
    for (Fields section : fields.objects("sections", MAX_SECTIONS)) {
      List<Item> items =
          section.objects("items", MAX_ITEMS).stream().map(AppMessages::item).toList();
      if (items.isEmpty()) {
        throw section.wrong("items", "is required.");
      }
      sections.add(new Section(optional(section, "title"), items));
    }
    if (sections.isEmpty()) {
      throw fields.wrong("sections", "is required.");
    }
    return new ItemList(
        fields.requiredString("title", MAX_STRING),
        optional(fields, "description"),
        fields.object("media").map(AppMessages::media),
        sections,
        frame(fields));
  }

  private static Content.Frame frame(Fields fields) {
    return fields
        .object("message_properties")
        .map(properties ->
            new Content.Frame(
                optional(properties, "whatsapp_header"),
                optional(properties, "whatsapp_footer"),
                optional(properties, "menu"),
                optional(properties, "catalog_id")))
        .orElse(Content.Frame.NONE);
  }

  private static Item item(Fields item) {
    Optional<Fields> choice = item.object("choice");
    Optional<Fields> product = item.object("product");
    if (choice.isPresent() == product.isPresent()) {
      throw item.wrong("", "must have either choice or product.");
    }
    if (choice.isPresent()) {
      Fields fields = choice.get();
      return new Item(
          new Choice.Say(title(fields), optional(fields, "postback_data")),
          optional(fields, "description"),
          fields.object("media").map(AppMessages::media));
    }
    Fields fields = product.orElseThrow();
    fields.requiredString("marketplace", MAX_STRING);
    String id = fields.requiredString("id", MAX_STRING);
    return new Item(new Choice.Say(id, id), price(fields), Optional.empty(), true);
  }

  /** Such as {@code 2 × 9.9 EUR}. */
  private static String price(Fields product) {
    String quantity = product.node("quantity").map(JsonNode::asString).orElse("");
    String price = product.node("item_price").map(JsonNode::asString).orElse("");
    String amount =
        Stream.of(price, optional(product, "currency"))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" "));
    return Stream.of(quantity, amount)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" × "));
  }

  private static ContactCard contact(Fields fields) {
    Fields name = fields.requiredObject("name");
    List<Labelled> phones =
        labelled(
            fields, "phone_numbers", "type", f -> f.requiredString("phone_number", MAX_STRING));
    if (phones.isEmpty()) {
      throw fields.wrong("phone_numbers", "is required.");
    }
    return new ContactCard(
        name.requiredString("full_name", MAX_STRING),
        phones,
        labelled(
            fields, "email_addresses", "type", f -> f.requiredString("email_address", MAX_STRING)),
        labelled(fields, "urls", "type", f -> url(f, "url")),
        labelled(fields, "addresses", "type", AppMessages::address),
        fields.object("organization").map(AppMessages::organization).orElse(""),
        optional(fields, "birthday"));
  }

  private static List<Labelled> labelled(
      Fields fields, String name, String label, Function<Fields, String> value) {
    return fields.objects(name, MAX_LABELLED).stream()
        .map(each -> new Labelled(value.apply(each), optional(each, label)))
        .filter(each -> !each.value().isEmpty())
        .toList();
  }

  private static String address(Fields address) {
    return Stream.of("street", "city", "state", "zip", "country")
        .map(part -> optional(address, part))
        .filter(part -> !part.isEmpty())
        .collect(joined());
  }

  private static String organization(Fields organization) {
    return Stream.of("company", "department", "title")
        .map(part -> optional(organization, part))
        .filter(part -> !part.isEmpty())
        .collect(joined());
  }

  private static Collector<CharSequence, ?, String> joined() {
    return Collectors.joining(", ");
  }

  private static String title(Fields fields) {
    return fields.requiredString("title", MAX_STRING);
  }

  private static String optional(Fields fields, String name) {
    return fields.string(name, MAX_STRING).orElse("");
  }

  private static String url(Fields fields, String name) {
    return SendRequests.webUrl(fields, name, fields.requiredString(name, MAX_STRING));
  }

  private static String phone(Fields fields) {
    String number = fields.requiredString("phone_number", MAX_STRING);
    if (!PHONE.matcher(number).matches()) {
      throw fields.wrong("phone_number", "must be an E.164 number, such as +81312345678.");
    }
    return number.startsWith("+") ? number : "+" + number;
  }

  private static Instant time(Fields fields, String name) {
    String text = fields.requiredString(name, MAX_STRING);
    try {
      return Objects.requireNonNull(OffsetDateTime.parse(text)).toInstant();
    } catch (DateTimeParseException e) {
      throw fields.wrong(name, "must be an RFC 3339 time, such as 2026-11-21T09:00:00Z.");
    }
  }
}
