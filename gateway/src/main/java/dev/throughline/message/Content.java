package dev.throughline.message;

import dev.throughline.message.Ids.MessageId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one message says, in the generic form of the Conversation API. Texts are as they were given:
 * whatever limit a channel has is the channel's. Empty text stands for what was left out. Nothing
 * here shows what it holds: {@code toString} says the kind only.
 */
public sealed interface Content {
  /** What an app says to a contact. */
  sealed interface Outbound extends Content {
    /** All that the contact can choose from, in the order in which it is read. */
    default List<Choice> choices() {
      return List.of();
    }
  }

  /** What a contact says to an app. */
  sealed interface Inbound extends Content {}

  /** Plain text. */
  record Text(String text) implements Outbound, Inbound {
    /** Shows the length only. */
    @Override
    public String toString() {
      return "Text(" + text.length() + " characters)";
    }
  }

  /** A picture, a film, a sound or any other file, by its address. */
  record Media(String url, Optional<String> thumbnailUrl, Optional<String> fileName)
      implements Outbound {
    @Override
    public String toString() {
      return "Media";
    }
  }

  /**
   * @param latitude in degrees, −90 to 90
   * @param longitude in degrees, −180 to 180
   */
  record Location(double latitude, double longitude, String title, String label)
      implements Outbound, Inbound {
    @Override
    public String toString() {
      return "Location";
    }
  }

  /** A picture, and always what it says. */
  record MediaCard(String url, String caption) implements Inbound {
    @Override
    public String toString() {
      return "MediaCard";
    }
  }

  /**
   * What some channels show round what there is to choose (the contract's {@code
   * message_properties}); empty texts stand for what was left out.
   *
   * @param menu what stands on the button that opens a list
   * @param catalogId where the products of a list are found
   */
  record Frame(String header, String footer, String menu, String catalogId) {
    public static final Frame NONE = new Frame("", "", "", "");

    @Override
    public String toString() {
      return "Frame";
    }
  }

  /** A text, and up to ten things to choose from. */
  record Choices(String text, List<Choice> choices, Frame frame) implements Outbound {
    public Choices {
      choices = List.copyOf(choices);
    }

    public Choices(String text, List<Choice> choices) {
      this(text, choices, Frame.NONE);
    }

    @Override
    public String toString() {
      return "Choices(" + choices.size() + ")";
    }
  }

  /** A picture with a title, a description and up to ten choices. */
  record Card(
      String title,
      String description,
      Optional<Media> media,
      List<Choice> choices,
      Height height,
      Frame frame)
      implements Outbound {
    public Card {
      choices = List.copyOf(choices);
    }

    public Card(
        String title,
        String description,
        Optional<Media> media,
        List<Choice> choices,
        Height height) {
      this(title, description, media, choices, height, Frame.NONE);
    }

    @Override
    public String toString() {
      return "Card";
    }
  }

  /** How high the picture of a card is shown. */
  enum Height {
    UNSPECIFIED_HEIGHT,
    SHORT,
    MEDIUM,
    TALL
  }

  /**
   * One to ten cards side by side.
   *
   * @param overall up to three choices that belong to no card
   */
  record Carousel(List<Card> cards, List<Choice> overall) implements Outbound {
    public Carousel {
      cards = List.copyOf(cards);
      overall = List.copyOf(overall);
    }

    @Override
    public List<Choice> choices() {
      List<Choice> all = new ArrayList<>();
      cards.forEach(card -> all.addAll(card.choices()));
      all.addAll(overall);
      return all;
    }

    @Override
    public String toString() {
      return "Carousel(" + cards.size() + ")";
    }
  }

  /** Sections of items, each of which can be chosen. */
  record ItemList(
      String title, String description, Optional<Media> media, List<Section> sections, Frame frame)
      implements Outbound {
    public ItemList {
      sections = List.copyOf(sections);
    }

    public ItemList(
        String title, String description, Optional<Media> media, List<Section> sections) {
      this(title, description, media, sections, Frame.NONE);
    }

    @Override
    public List<Choice> choices() {
      return sections.stream()
          .flatMap(section -> section.items().stream())
          .<Choice>map(Item::choice)
          .toList();
    }

    @Override
    public String toString() {
      return "ItemList";
    }
  }

  record Section(String title, List<Item> items) {
    public Section {
      items = List.copyOf(items);
    }

    @Override
    public String toString() {
      return "Section(" + items.size() + ")";
    }
  }

  /**
   * @param choice of a product, its id is what is shown
   * @param product whether it is one of a catalog
   */
  record Item(Choice.Say choice, String description, Optional<Media> media, boolean product) {
    public Item(Choice.Say choice, String description, Optional<Media> media) {
      this(choice, description, media, false);
    }

    @Override
    public String toString() {
      return "Item";
    }
  }

  /** A card of a person or firm, to be kept by whoever receives it. */
  record ContactCard(
      String fullName,
      List<Labelled> phoneNumbers,
      List<Labelled> emailAddresses,
      List<Labelled> urls,
      List<Labelled> addresses,
      String organization,
      String birthday)
      implements Outbound {
    public ContactCard {
      phoneNumbers = List.copyOf(phoneNumbers);
      emailAddresses = List.copyOf(emailAddresses);
      urls = List.copyOf(urls);
      addresses = List.copyOf(addresses);
    }

    @Override
    public String toString() {
      return "ContactCard";
    }
  }

  /** A number or address, and what it is for, such as {@code work}; empty if that is not said. */
  record Labelled(String value, String label) {
    @Override
    public String toString() {
      return "Labelled";
    }
  }

  /**
   * A file that a contact sent; its bytes are fetched from the channel.
   *
   * @param externalUrl where the bytes are if the channel does not have them itself
   * @param fileName as the contact's device calls it
   * @param fileId the channel's id of the file, where it is not the message's
   * @param caption what the contact wrote under it
   * @param bytes the file itself, from a channel that sends it along with the message
   */
  record Attachment(
      Kind kind,
      Optional<String> externalUrl,
      Optional<String> fileName,
      Optional<String> fileId,
      Optional<String> caption,
      Optional<Bytes> bytes)
      implements Inbound {
    /** Of a channel that keeps the file until it is fetched. */
    public Attachment(
        Kind kind,
        Optional<String> externalUrl,
        Optional<String> fileName,
        Optional<String> fileId,
        Optional<String> caption) {
      this(kind, externalUrl, fileName, fileId, caption, Optional.empty());
    }

    /** Known by the message that it came with. */
    public Attachment(Kind kind, Optional<String> externalUrl, Optional<String> fileName) {
      this(kind, externalUrl, fileName, Optional.empty(), Optional.empty());
    }

    /** Sent along with its message. */
    public Attachment(Kind kind, Optional<String> fileName, Bytes bytes) {
      this(
          kind, Optional.empty(), fileName, Optional.empty(), Optional.empty(), Optional.of(bytes));
    }

    /** What sort of file it is, by the channel's word. */
    public enum Kind {
      IMAGE,
      VIDEO,
      AUDIO,
      FILE
    }

    /** Shows the sort only. */
    @Override
    public String toString() {
      return "Attachment(" + kind + ")";
    }
  }

  /**
   * A message in the form of the one channel it is for, passed on untouched.
   *
   * @param body what the channel's own API takes, without recipient
   */
  record Native(String body) implements Outbound {
    /** Shows the length only. */
    @Override
    public String toString() {
      return "Native(" + body.length() + " characters)";
    }
  }

  /**
   * LINE's notification message by a template that LINE approved (NOTIFICATION_MESSAGE_TEMPLATE).
   *
   * @param items each with its key and what it shows
   * @param buttons each with its key and the page that it opens
   */
  record Notification(
      String templateKey, Optional<Filled> emphasized, List<Filled> items, List<Filled> buttons)
      implements Outbound {
    public Notification {
      items = List.copyOf(items);
      buttons = List.copyOf(buttons);
    }

    @Override
    public String toString() {
      return "Notification";
    }
  }

  /** A place of a template, and what goes there. */
  record Filled(String key, String value) {
    @Override
    public String toString() {
      return "Filled[" + key + "]";
    }
  }

  /**
   * A message of a kind that only one channel has, such as WhatsApp's FLOWS.
   *
   * @param json the contract's {@code channel_specific_message} of the channel; of a {@link
   *     #TEMPLATE}, the contract's {@code channel_template} of the channel
   */
  record Specific(String type, String json) implements Outbound {
    /** A template that the channel itself keeps. */
    public static final String TEMPLATE = "TEMPLATE";

    @Override
    public String toString() {
      return "Specific[" + type + "]";
    }
  }

  /**
   * Things of a catalog that a contact ordered, or asks about.
   *
   * @param text what the contact wrote with it; may be empty
   */
  record Products(String text, String catalogId, List<Product> products) implements Inbound {
    public Products {
      products = List.copyOf(products);
    }

    @Override
    public String toString() {
      return "Products(" + products.size() + ")";
    }
  }

  /**
   * @param id the seller's own
   * @param price of one; not a number where none was said
   */
  record Product(String id, int quantity, double price, String currency) {
    @Override
    public String toString() {
      return "Product";
    }
  }

  /**
   * An answer of a kind that only one channel has, such as a filled-in form of WhatsApp's.
   *
   * @param type as the contract's {@code channel_specific_message} names it
   * @param json its {@code message}
   */
  record SpecificReply(String type, String json) implements Inbound {
    @Override
    public String toString() {
      return "SpecificReply[" + type + "]";
    }
  }

  /**
   * Something that a contact said and that nobody here has a form for.
   *
   * @param raw as the channel had it
   * @param why in a sentence
   */
  record Fallback(String raw, String why) implements Inbound {
    @Override
    public String toString() {
      return "Fallback(" + raw.length() + " characters)";
    }
  }

  /**
   * What a contact chose.
   *
   * @param message that the choice was offered in; empty if it was none of ours
   * @param choice where the data did not fit: the place of the choice among {@link
   *     Outbound#choices}, under which the data is found
   */
  record ChoiceResponse(Optional<MessageId> message, String data, Optional<Integer> choice)
      implements Inbound {
    @Override
    public String toString() {
      return "ChoiceResponse";
    }
  }
}
