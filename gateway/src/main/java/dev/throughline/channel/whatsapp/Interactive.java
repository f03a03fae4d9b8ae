package dev.throughline.channel.whatsapp;

import dev.throughline.channel.ChoiceData;
import dev.throughline.message.Choice;
import dev.throughline.message.Content.Item;
import dev.throughline.message.Content.Section;
import dev.throughline.message.Ids.MessageId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * WhatsApp's interactive messages: up to three buttons, a list of up to ten rows, one button that
 * opens a page, or one that asks where somebody is. What is chosen comes back with data of ours,
 * {@link ChoiceData}.
 */
final class Interactive {
  private final MessageId message;
  private final List<Choice> all;
  private final Set<String> ids = new HashSet<>();

  /**
   * @param all that the message offers, in order
   */
  Interactive(MessageId message, List<Choice> all) {
    this.message = message;
    this.all = all;
  }

  /**
   * What stands round the action.
   *
   * @param footer may be empty
   */
  record Words(Optional<ObjectNode> header, String body, String footer) {}

  static ObjectNode textHeader(String text) {
    return WhatsAppJson.object().put("type", "text").put("text", text);
  }

  /** Whether all can be buttons that say something. */
  static boolean areButtons(List<Choice> choices) {
    return !choices.isEmpty()
        && choices.size() <= WhatsAppLimits.BUTTONS
        && choices.stream()
            .allMatch(choice ->
                choice instanceof Choice.Say
                    && WhatsAppLimits.fits(choice.title(), WhatsAppLimits.BUTTON))
        && choices.stream().map(Choice::title).distinct().count() == choices.size();
  }

  /** Whether all can be rows of a list. */
  static boolean areRows(List<Choice> choices) {
    return !choices.isEmpty()
        && choices.size() <= WhatsAppLimits.ROWS
        && choices.stream()
            .allMatch(choice ->
                choice instanceof Choice.Say
                    && WhatsAppLimits.fits(choice.title(), WhatsAppLimits.ROW_DESCRIPTION));
  }

  /** The one page that is to be opened, if that is all there is to choose. */
  static Optional<Choice.Open> page(List<Choice> choices) {
    return choices.size() == 1
            && choices.getFirst() instanceof Choice.Open open
            && WhatsAppLimits.fits(open.title(), WhatsAppLimits.BUTTON)
        ? Optional.of(open)
        : Optional.empty();
  }

  ObjectNode buttons(Words words, List<Choice> choices) {
    ObjectNode interactive = start("button", words);
    ArrayNode buttons = interactive.putObject("action").putArray("buttons");
    for (Choice choice : choices) {
      buttons
          .addObject()
          .put("type", "reply")
          .putObject("reply")
          .put("id", id((Choice.Say) choice, WhatsAppLimits.BUTTON_ID))
          .put("title", choice.title());
    }
    return interactive;
  }

  ObjectNode rows(Words words, String menu, List<Choice> choices) {
    ObjectNode interactive = start("list", words);
    ObjectNode action = interactive.putObject("action").put("button", menu);
    ArrayNode rows = action.putArray("sections").addObject().putArray("rows");
    choices.forEach(choice -> row(rows, (Choice.Say) choice, ""));
    return interactive;
  }

  ObjectNode list(Words words, String menu, List<Section> sections) {
    ObjectNode interactive = start("list", words);
    ObjectNode action = interactive.putObject("action").put("button", menu);
    ArrayNode into = action.putArray("sections");
    for (Section section : sections) {
      ObjectNode each = into.addObject();
      if (!section.title().isEmpty()) {
        each.put("title", section.title());
      }
      ArrayNode rows = each.putArray("rows");
      section.items().forEach(item -> row(rows, item.choice(), item.description()));
    }
    return interactive;
  }

  ObjectNode page(Words words, Choice.Open open) {
    ObjectNode interactive = start("cta_url", words);
    interactive
        .putObject("action")
        .put("name", "cta_url")
        .putObject("parameters")
        .put("display_text", open.title())
        .put("url", ChoiceLines.ascii(open.url()));
    return interactive;
  }

  ObjectNode askWhere(Words words) {
    ObjectNode interactive = start("location_request_message", words);
    interactive.putObject("action").put("name", "send_location");
    return interactive;
  }

  ObjectNode product(Words words, String catalogId, Item item) {
    ObjectNode interactive = start("product", words);
    interactive
        .putObject("action")
        .put("catalog_id", catalogId)
        .put("product_retailer_id", item.choice().title());
    return interactive;
  }

  ObjectNode products(Words words, String catalogId, List<Section> sections) {
    ObjectNode interactive = start("product_list", words);
    ObjectNode action = interactive.putObject("action").put("catalog_id", catalogId);
    ArrayNode into = action.putArray("sections");
    for (Section section : sections) {
      ArrayNode items = into.addObject().put("title", section.title()).putArray("product_items");
      section
          .items()
          .forEach(item -> items.addObject().put("product_retailer_id", item.choice().title()));
    }
    return interactive;
  }

  /** A title that is too long for a row goes on in its description. */
  static boolean isRow(Item item) {
    String title = item.choice().title();
    return WhatsAppLimits.fits(title, WhatsAppLimits.ROW_TITLE)
        ? WhatsAppLimits.fits(item.description(), WhatsAppLimits.ROW_DESCRIPTION)
        : WhatsAppLimits.fits(longTitle(title, item.description()), WhatsAppLimits.ROW_DESCRIPTION);
  }

  private void row(ArrayNode rows, Choice.Say say, String description) {
    boolean fits = WhatsAppLimits.fits(say.title(), WhatsAppLimits.ROW_TITLE);
    ObjectNode row =
        rows.addObject()
            .put("id", id(say, WhatsAppLimits.ROW_ID))
            .put("title", WhatsAppLimits.preview(say.title(), WhatsAppLimits.ROW_TITLE));
    String more = fits ? description : longTitle(say.title(), description);
    if (!more.isEmpty()) {
      row.put("description", more);
    }
  }

  private static String longTitle(String title, String description) {
    return description.isEmpty() ? title : title + " – " + description;
  }

  /** WhatsApp wants them to differ within a message. */
  private String id(Choice.Say say, int most) {
    int place = all.indexOf(say);
    String id = ChoiceData.of(message, place, say, most);
    return ids.add(id) ? id : different(say);
  }

  /** Of choices that are equal in all, each has a place of its own. */
  private String different(Choice.Say say) {
    for (int place = 0; place < all.size(); place++) {
      String id = ChoiceData.byPlace(message, place);
      if (all.get(place).equals(say) && ids.add(id)) {
        return id;
      }
    }
    throw new IllegalStateException("more choices are shown than the message has");
  }

  private static ObjectNode start(String type, Words words) {
    ObjectNode interactive = WhatsAppJson.object().put("type", type);
    words.header().ifPresent(header -> interactive.set("header", header));
    interactive.putObject("body").put("text", words.body());
    if (!words.footer().isEmpty()) {
      interactive.putObject("footer").put("text", words.footer());
    }
    return interactive;
  }
}
