package dev.throughline.channel.line;

import dev.throughline.message.Choice;
import dev.throughline.message.Content.Card;
import dev.throughline.message.Content.ContactCard;
import dev.throughline.message.Content.Height;
import dev.throughline.message.Content.Item;
import dev.throughline.message.Content.ItemList;
import dev.throughline.message.Content.Labelled;
import dev.throughline.message.Content.Media;
import dev.throughline.message.Content.Section;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Bubbles of Flex messages (spec line.md §3.2): for what LINE's templates are too small for. */
final class LineFlex {
  static final int MAX_BUBBLES = 12;
  static final int MAX_BUBBLE_BYTES = 30 * 1024;
  static final int MAX_CAROUSEL_BYTES = 50 * 1024;

  /** As the rectangle of LINE's templates. */
  private static final String RECTANGLE = "151:100";

  private static final String SQUARE = "1:1";
  private static final String GREY = "#888888";

  /** LINE's pictures have no time zone to show a time in; this one says what it means. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private final LineActions actions;
  private final LineMedia files;
  private final List<String> lost;

  LineFlex(LineActions actions, LineMedia files, List<String> lost) {
    this.actions = actions;
    this.files = files;
    this.lost = lost;
  }

  /** Text, if any, over buttons. */
  ObjectNode choices(String text, List<Choice> choices) {
    ObjectNode bubble = bubble();
    if (!text.isEmpty()) {
      body(bubble).add(text(text));
    }
    buttons(bubble, choices);
    return bubble;
  }

  ObjectNode card(Card card) {
    ObjectNode bubble = bubble();
    Optional<Media> file = card.media().filter(media -> !hero(bubble, media, card.height()));
    if (!card.title().isEmpty()) {
      body(bubble).add(text(card.title()).put("weight", "bold").put("size", "xl"));
    }
    if (!card.description().isEmpty()) {
      body(bubble).add(text(card.description()));
    }
    file.ifPresent(media -> body(bubble).add(link(media)));
    buttons(bubble, card.choices());
    return bubble;
  }

  /** Everything in one bubble. */
  ObjectNode list(ItemList list) {
    ObjectNode bubble = bubble();
    list.media().ifPresent(media -> hero(bubble, media, Height.UNSPECIFIED_HEIGHT));
    ArrayNode body = body(bubble);
    body.add(text(list.title()).put("weight", "bold").put("size", "xl"));
    if (!list.description().isEmpty()) {
      body.add(text(list.description()));
    }
    for (Section section : list.sections()) {
      section(body, section);
    }
    return bubble;
  }

  /** A bubble of one section of a list that is too large for one. */
  ObjectNode section(Section section) {
    ObjectNode bubble = bubble();
    section(body(bubble), section);
    return bubble;
  }

  ObjectNode contact(ContactCard contact) {
    ObjectNode bubble = bubble();
    ArrayNode body = body(bubble);
    body.add(text(contact.fullName()).put("weight", "bold").put("size", "xl"));
    if (!contact.organization().isEmpty()) {
      body.add(text(contact.organization()).put("color", GREY));
    }
    contact.phoneNumbers().forEach(phone -> body.add(tappable(phone, "tel:" + digits(phone))));
    contact.emailAddresses().forEach(email -> body.add(row(email)));
    contact.urls().forEach(url -> body.add(tappable(url, actions.page(url.value()))));
    contact.addresses().forEach(address -> body.add(row(address)));
    if (!contact.birthday().isEmpty()) {
      body.add(row(new Labelled(contact.birthday(), "🎂")));
    }
    return bubble;
  }

  private static String digits(Labelled phone) {
    return phone.value().replaceAll("[^0-9+]", "");
  }

  private static ObjectNode tappable(Labelled value, String uri) {
    ObjectNode row = row(value);
    row.putObject("action").put("type", "uri").put("uri", uri);
    return row;
  }

  private static ObjectNode row(Labelled value) {
    ObjectNode row = box();
    if (!value.label().isEmpty()) {
      contents(row).add(text(value.label()).put("size", "xs").put("color", GREY));
    }
    contents(row).add(text(value.value()));
    return row;
  }

  private void section(ArrayNode body, Section section) {
    if (!body.isEmpty()) {
      body.addObject().put("type", "separator").put("margin", "lg");
    }
    if (!section.title().isEmpty()) {
      body.add(text(section.title()).put("weight", "bold").put("margin", "lg"));
    }
    section.items().forEach(item -> body.add(item(item)));
  }

  private ObjectNode item(Item item) {
    ObjectNode row = box();
    row.put("margin", "md");
    row.set("action", actions.of(item.choice(), false));
    Optional<String> picture = item.media().flatMap(files::picture);
    ArrayNode words = contents(row);
    if (picture.isPresent()) {
      row.put("layout", "horizontal").put("spacing", "md");
      words
          .addObject()
          .put("type", "image")
          .put("url", picture.get())
          .put("size", "xs")
          .put("flex", 0)
          .put("aspectMode", "cover");
      ObjectNode column = box();
      words.add(column);
      words = contents(column);
    } else if (item.media().isPresent()) {
      lost.add("LINE cannot show the file of the item " + item.choice().title() + ".");
    }
    words.add(text(item.choice().title()));
    if (!item.description().isEmpty()) {
      words.add(text(item.description()).put("size", "sm").put("color", GREY));
    }
    return row;
  }

  private void buttons(ObjectNode bubble, List<Choice> choices) {
    if (choices.isEmpty()) {
      return;
    }
    ObjectNode footer = box();
    footer.put("spacing", "sm");
    bubble.set("footer", footer);
    for (Choice choice : choices) {
      if (choice instanceof Choice.Note note) {
        body(bubble).add(event(note));
      }
      contents(footer).add(button(choice));
    }
  }

  private ObjectNode button(Choice choice) {
    if (LineActions.fits(choice, LineActions.MAX_FLEX_LABEL)) {
      ObjectNode button = LineJson.MAPPER.createObjectNode();
      button.put("type", "button").put("style", "secondary").put("height", "sm");
      button.set("action", actions.of(choice, true));
      return button;
    }
    // Longer than any label: a text that can be tapped.
    ObjectNode row = box();
    row.put("backgroundColor", "#DCDFE5").put("cornerRadius", "md").put("paddingAll", "md");
    row.set("action", actions.of(choice, false));
    contents(row).add(text(choice.title()).put("align", "center"));
    return row;
  }

  private static ObjectNode event(Choice.Note note) {
    ObjectNode event = box();
    event.put("margin", "lg");
    ArrayNode lines = contents(event);
    lines.add(text(note.eventTitle()).put("weight", "bold"));
    lines.add(text(time(note.start()) + " – " + time(note.end())).put("size", "sm"));
    if (!note.eventDescription().isEmpty()) {
      lines.add(text(note.eventDescription()).put("size", "sm").put("color", GREY));
    }
    return event;
  }

  private static String time(Instant at) {
    return TIME.format(at);
  }

  /** Whether LINE shows it as a picture. */
  private boolean hero(ObjectNode bubble, Media media, Height height) {
    Optional<String> picture = files.picture(media);
    picture.ifPresent(url ->
        bubble
            .putObject("hero")
            .put("type", "image")
            .put("url", url)
            .put("size", "full")
            .put("aspectMode", "cover")
            .put("aspectRatio", height == Height.TALL ? SQUARE : RECTANGLE));
    return picture.isPresent();
  }

  private ObjectNode link(Media media) {
    lost.add(LineMedia.LINKED);
    ObjectNode link = text(LineMedia.name(media));
    link.put("decoration", "underline");
    link.putObject("action").put("type", "uri").put("uri", actions.page(media.url()));
    return link;
  }

  private static ObjectNode bubble() {
    return LineJson.MAPPER.createObjectNode().put("type", "bubble");
  }

  private static ArrayNode body(ObjectNode bubble) {
    if (!(bubble.get("body") instanceof ObjectNode body)) {
      ObjectNode fresh = box();
      fresh.put("spacing", "md");
      bubble.set("body", fresh);
      return contents(fresh);
    }
    return contents(body);
  }

  private static ObjectNode box() {
    ObjectNode box = LineJson.MAPPER.createObjectNode();
    box.put("type", "box").put("layout", "vertical").putArray("contents");
    return box;
  }

  private static ArrayNode contents(ObjectNode box) {
    return (ArrayNode) box.get("contents");
  }

  private static ObjectNode text(String text) {
    return LineJson.MAPPER
        .createObjectNode()
        .put("type", "text")
        .put("text", text)
        .put("wrap", true);
  }
}
