package dev.throughline.channel.sms;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Quote;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Card;
import dev.throughline.message.Content.Carousel;
import dev.throughline.message.Content.Choices;
import dev.throughline.message.Content.ContactCard;
import dev.throughline.message.Content.Frame;
import dev.throughline.message.Content.Item;
import dev.throughline.message.Content.ItemList;
import dev.throughline.message.Content.Labelled;
import dev.throughline.message.Content.Location;
import dev.throughline.message.Content.Media;
import dev.throughline.message.Content.Section;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Content to the text of an SMS; the table stands in docs/channels/sms.md. Choices are numbered
 * lines, files and places are links. Nothing is cut short: what does not fit is refused.
 */
final class SmsRendering {
  static final String SENDER = "SMS_SENDER";
  static final String FLASH = "SMS_FLASH_MESSAGE";
  static final String MOST_PARTS = "SMS_MAX_NUMBER_OF_MESSAGE_PARTS";
  static final String TYPE = "SMS_MESSAGE_TYPE";

  /** More reach many phones in pieces or not at all; AWS takes 1,600 characters besides. */
  static final int MAX_PARTS = 10;

  private static final int MAX_SENDER = 256;

  private final StringBuilder text = new StringBuilder();
  private final Set<String> lost = new LinkedHashSet<>();
  private int number;

  /** A message that the channel cannot carry. */
  private static final class ImpossibleException extends RuntimeException {
    private final String why;

    ImpossibleException(String why) {
      super(why, null, false, false);
      this.why = why;
    }
  }

  static Rendered render(Composed message) {
    try {
      return new SmsRendering().rendered(message);
    } catch (ImpossibleException e) {
      return new Rendered.Impossible(e.why);
    }
  }

  private Rendered rendered(Composed message) {
    Map<String, String> properties = message.properties();
    Optional<String> sender = property(properties, SENDER);
    boolean flash = property(properties, FLASH).filter("true"::equalsIgnoreCase).isPresent();
    if (message.content() instanceof Content.Native(String given)) {
      ObjectNode own = own(given);
      text.append(own.path("text").stringValue());
      sender = Json.string(own, "sender").or(() -> property(properties, SENDER));
      flash |= own.path("flash").asBoolean(false);
    } else {
      write(message.content());
      message.agent().ifPresent(_ -> lost.add("SMS does not show who speaks for the app."));
    }
    message.quote().ifPresent(SmsRendering.this::unquoted);
    sender.ifPresent(SmsRendering::checkSender);
    Optional<Boolean> promotional = property(properties, TYPE).map(SmsRendering::isPromotional);
    Segments segments = segments(text.toString(), property(properties, MOST_PARTS));
    return new Rendered.Ready(
        new SmsMessage(text.toString(), sender, flash, promotional).toJson(segments),
        List.copyOf(lost),
        false,
        message.content().choices().stream().anyMatch(Choice.Say.class::isInstance));
  }

  private void unquoted(Quote quote) {
    switch (quote) {
      case Quote.By _, Quote.Impossible _ -> lost.add("SMS quotes no messages.");
    }
  }

  private Segments segments(String said, Optional<String> mostParts) {
    if (said.isBlank()) {
      throw new ImpossibleException(
          "An SMS needs at least one character that is not a space: send some text.");
    }
    int lone = SmsTexts.loneSurrogate(said);
    if (lone >= 0) {
      throw new ImpossibleException(
          "The text holds half of a surrogate pair at UTF-16 position "
              + lone
              + ", which no encoding can carry: send whole characters.");
    }
    if (said.indexOf('\0') >= 0) {
      throw new ImpossibleException("The text holds a NUL, which no SMS can carry: leave it out.");
    }
    Segments segments = Segments.of(said);
    int parts = segments.parts().size();
    int most = mostParts.map(SmsRendering::mostParts).orElse(MAX_PARTS);
    if (parts > most) {
      throw new ImpossibleException(
          "It would be %d SMS in %s, and %d is the most: shorten the text%s."
              .formatted(
                  parts,
                  segments.encoding(),
                  most,
                  segments.encoding() == Segments.Encoding.UCS2
                      ? ", or use characters of the GSM alphabet only, of which an SMS holds more"
                      : ""));
    }
    if (parts > 1) {
      lost.add("It is sent, and paid for, as " + parts + " SMS in " + segments.encoding() + ".");
    }
    return segments;
  }

  // --- What is said -----------------------------------------------------------------------------

  private void write(Content.Outbound content) {
    switch (content) {
      case Content.Text(String said) -> text.append(said);
      case Media media -> media(media);
      case Location location -> location(location);
      case Choices choices -> {
        line(choices.text());
        choices(choices.choices());
        frame(choices.frame());
      }
      case Card card -> {
        card(card);
        frame(card.frame());
      }
      case Carousel carousel -> {
        for (Card card : carousel.cards()) {
          gap();
          card(card);
        }
        if (!carousel.overall().isEmpty()) {
          gap();
          choices(carousel.overall());
        }
      }
      case ItemList list -> list(list);
      case ContactCard contact -> contact(contact);
      case Content.Native _ -> throw new IllegalArgumentException("not rendered here: " + content);
      case Content.Notification _ ->
          throw new ImpossibleException("SMS has no templates of LINE's.");
      case Content.Specific(String type, var _) ->
          throw new ImpossibleException(
              type.equals(Content.Specific.TEMPLATE)
                  ? "SMS keeps no templates: use one of the project's."
                  : "SMS has no messages of the type " + type + ".");
    }
  }

  private void media(Media media) {
    lost.add("SMS carries text only: files are links.");
    media.fileName().ifPresent(this::line);
    line(link(media.url()));
  }

  private void location(Location location) {
    line(location.title());
    if (!location.label().isEmpty()) {
      line(location.label());
    }
    line(map(location));
  }

  private void card(Card card) {
    line(card.title());
    line(card.description());
    card.media().ifPresent(this::media);
    choices(card.choices());
  }

  /** Numbered on from what went before, so that a number says which. */
  private void choices(List<Choice> choices) {
    for (Choice choice : choices) {
      numbered(
          switch (choice) {
            case Choice.Say(String title, String _) -> {
              lost.add("SMS has no buttons: what can be chosen is a numbered line.");
              yield title;
            }
            case Choice.Open(String title, String url) -> title + ": " + link(url);
            case Choice.Call(String title, String phone) -> title + ": " + phone;
            case Choice.Show(Location place) -> place.title() + ": " + map(place);
            case Choice.Note note -> {
              lost.add("SMS puts nothing into calendars: the event's page is a link.");
              yield note.title() + ": " + link(note.fallbackUrl());
            }
            case Choice.ShareLocation(String title, String url) -> {
              lost.add("SMS cannot ask where somebody is: the page that asks is a link.");
              yield title + ": " + link(url);
            }
          });
    }
  }

  private void list(ItemList list) {
    line(list.title());
    line(list.description());
    list.media().ifPresent(this::media);
    lost.add("SMS has no buttons: what can be chosen is a numbered line.");
    for (Section section : list.sections()) {
      gap();
      line(section.title());
      for (Item item : section.items()) {
        String description = item.description();
        numbered(
            description.isEmpty()
                ? item.choice().title()
                : item.choice().title() + " - " + description);
        item.media().ifPresent(this::media);
      }
    }
    frame(list.frame());
  }

  private void contact(ContactCard contact) {
    lost.add("SMS keeps no contacts: the card is shown as text.");
    line(contact.fullName());
    line(contact.organization());
    contact.phoneNumbers().forEach(this::labelled);
    contact.emailAddresses().forEach(this::labelled);
    contact.urls().forEach(this::labelled);
    contact.addresses().forEach(this::labelled);
    line(contact.birthday());
  }

  /** What some channels show round a message. */
  private void frame(Frame frame) {
    if (!frame.equals(Frame.NONE)) {
      lost.add("SMS shows no header, footer or menu round a message.");
    }
  }

  // --- Lines ------------------------------------------------------------------------------------

  private void line(String said) {
    if (!said.isEmpty()) {
      if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
        text.append('\n');
      }
      text.append(said);
    }
  }

  private void numbered(String said) {
    line(++number + ". " + said);
  }

  private void labelled(Labelled value) {
    line(value.label().isEmpty() ? value.value() : value.label() + ": " + value.value());
  }

  private void gap() {
    if (!text.isEmpty()) {
      text.append("\n\n");
    }
  }

  /** One character beyond the GSM alphabet would more than double the price. */
  private static String link(String url) {
    if (url.chars().allMatch(c -> c < 0x80)) {
      return url;
    }
    try {
      URI uri = new URI(url);
      return uri.getHost() == null ? url : uri.toASCIIString();
    } catch (URISyntaxException e) {
      return url;
    }
  }

  private static String map(Location place) {
    return "https://www.google.com/maps/search/?api=1&query="
        + place.latitude()
        + "%2C"
        + place.longitude();
  }

  // --- Properties -------------------------------------------------------------------------------

  private static Optional<String> property(Map<String, String> properties, String name) {
    return Optional.ofNullable(properties.get(name)).filter(value -> !value.isEmpty());
  }

  /** A number, a short code, a name, or what AWS calls a pool or number. */
  private static void checkSender(String sender) {
    if (sender.length() > MAX_SENDER
        || !sender.chars().allMatch(c -> c >= ' ' && c < 127)
        || !sender.strip().equals(sender)) {
      throw new ImpossibleException(
          SENDER + " must be a number, a short code or a name in ASCII characters.");
    }
  }

  private static boolean isPromotional(String type) {
    return switch (type) {
      case SmsMessage.PROMOTIONAL -> true;
      case SmsMessage.TRANSACTIONAL -> false;
      default -> throw new ImpossibleException(TYPE + " must be PROMOTIONAL or TRANSACTIONAL.");
    };
  }

  private static int mostParts(String value) {
    if (!value.matches("[1-9][0-9]{0,2}")) {
      throw new ImpossibleException(MOST_PARTS + " must be a whole number from 1 to 999.");
    }
    return Math.min(MAX_PARTS, Integer.parseInt(value));
  }

  // --- Our own form -----------------------------------------------------------------------------

  private static ObjectNode own(String given) {
    Set<String> known = Set.of("text", "sender", "flash");
    JsonNode json = Json.parse(Bytes.utf8(given)).orElse(null);
    if (!(json instanceof ObjectNode own)
        || !own.path("text").isString()
        || own.has("sender") && !own.path("sender").isString()
        || own.has("flash") && !own.path("flash").isBoolean()
        || !known.containsAll(own.propertyNames())) {
      throw new ImpossibleException(
          "An SMS of its own is a JSON object with text, and maybe sender and flash (true or"
              + " false).");
    }
    return own;
  }
}
