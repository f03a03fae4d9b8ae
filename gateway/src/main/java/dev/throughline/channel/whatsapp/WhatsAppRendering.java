package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Quote;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Card;
import dev.throughline.message.Content.Carousel;
import dev.throughline.message.Content.Choices;
import dev.throughline.message.Content.ContactCard;
import dev.throughline.message.Content.Frame;
import dev.throughline.message.Content.Item;
import dev.throughline.message.Content.ItemList;
import dev.throughline.message.Content.Location;
import dev.throughline.message.Content.Media;
import dev.throughline.message.Content.Section;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * Content to a body of Meta's messages call without whom it goes to (spec providers.md B.3.1;
 * docs/channels/whatsapp.md has the table): WhatsApp's own form where it has one that is large
 * enough, else text. Nothing is cut short; what is not shown, or shown otherwise, is told. One call
 * takes one message.
 */
final class WhatsAppRendering {
  static final String PREVIEW_URL = "WHATSAPP_PREVIEW_URL";
  static final String MENU = "WHATSAPP_LIST_BUTTON";
  static final String MARKETING = "WHATSAPP_MARKETING_MESSAGES";

  /** In a body it says that the call for marketing takes it. */
  static final String PRODUCT_POLICY = "product_policy";

  /** So long after somebody last wrote they may be sent anything; then templates only. */
  static final Duration WINDOW = Duration.ofHours(24);

  private static final String TEMPLATE = "template";
  private static final String DEFAULT_MENU = "Menu";

  private final Composed message;
  private final WhatsAppMedia files;
  private final ChoiceLines lines;
  private final List<String> lost = new ArrayList<>();
  private final ObjectNode body = WhatsAppJson.object().put("messaging_product", "whatsapp");

  private WhatsAppRendering(Composed message) {
    this.message = message;
    this.files = new WhatsAppMedia(message.media());
    this.lines = new ChoiceLines(message.content().choices());
  }

  static Rendered render(Composed message) {
    try {
      return new WhatsAppRendering(message).rendered();
    } catch (ImpossibleException e) {
      return new Rendered.Impossible(e.code(), e.why());
    }
  }

  private Rendered rendered() {
    ObjectNode whole =
        message.content() instanceof Content.Native(String text)
            ? NativeMessage.render(text)
            : generic(message.content());
    quote(whole);
    if (message.agent().isPresent()) {
      lost.add("WhatsApp shows the account's own name: who speaks for it is not shown.");
    }
    boolean template = TEMPLATE.equals(WhatsAppJson.text(whole, "type"));
    marketing(whole, template);
    if (!template && message.silence().filter(time -> time.compareTo(WINDOW) > 0).isPresent()) {
      throw new ImpossibleException(
          Code.OUTSIDE_ALLOWED_SENDING_WINDOW,
          "More than 24 hours have passed since the recipient last wrote to the account: WhatsApp"
              + " takes templates only.");
    }
    return new Rendered.Ready(WhatsAppJson.bytes(whole), lost, false, lines.written());
  }

  private ObjectNode generic(Content.Outbound content) {
    switch (content) {
      case Content.Text(String text) -> text(text);
      case Media media -> media(media);
      case Location location -> location(location);
      case Choices choices -> choices(choices);
      case Card card -> card(card);
      case Carousel carousel -> carousel(carousel);
      case ItemList list -> list(list);
      case ContactCard contact ->
          put("contacts")
              .set("contacts", WhatsAppJson.MAPPER.createArrayNode().add(Vcard.of(contact, lost)));
      case Content.Specific(String type, String json) -> specific(type, json);
      case Content.Native _, Content.Notification _ ->
          throw new ImpossibleException("WhatsApp has no notification messages of LINE's.");
    }
    return body;
  }

  private void specific(String type, String json) {
    ObjectNode given = WhatsAppJson.read(json).orElseGet(WhatsAppJson::object);
    switch (type) {
      case Content.Specific.TEMPLATE ->
          put(TEMPLATE).set(TEMPLATE, TemplateMessage.render(message.id(), given));
      case "FLOWS" -> interactive(FlowMessage.render(given));
      default ->
          throw new ImpossibleException(
              "Messages of the type "
                  + type
                  + " are not made here: send WhatsApp's own by explicit_channel_message.");
    }
  }

  private void marketing(ObjectNode whole, boolean template) {
    if (!"true".equals(message.properties().get(MARKETING))) {
      return;
    }
    if (template) {
      whole.put(PRODUCT_POLICY, "CLOUD_API_FALLBACK");
    } else {
      lost.add("Meta's call for marketing takes templates only: this goes the usual way.");
    }
  }

  private void quote(ObjectNode whole) {
    if (message.quote().isEmpty() || whole.has("context")) {
      return;
    }
    switch (message.quote().get()) {
      case Quote.By(String token) -> whole.putObject("context").put("message_id", token);
      case Quote.Impossible() ->
          lost.add("WhatsApp cannot quote what reply_to names: it is no message of this chat.");
    }
  }

  // --- Plain things -----------------------------------------------------------------------------

  private ObjectNode put(String type) {
    return body.put("type", type);
  }

  private void text(String text) {
    if (!WhatsAppLimits.isWellFormed(text)) {
      throw new ImpossibleException(
          "The text holds half of a surrogate pair, which no encoding can carry.");
    }
    if (text.isBlank()) {
      throw new ImpossibleException("A WhatsApp text needs at least one character: send some.");
    }
    if (!WhatsAppLimits.fits(text, WhatsAppLimits.TEXT)) {
      throw new ImpossibleException(
          "The text has %d UTF-16 units, and one WhatsApp message takes %d: send it in several."
              .formatted(text.length(), WhatsAppLimits.TEXT));
    }
    boolean preview =
        !"false".equals(message.properties().get(PREVIEW_URL))
            && (text.contains("https://") || text.contains("http://"));
    put("text").putObject("text").put("preview_url", preview).put("body", text);
  }

  private void media(Media media) {
    Optional<WhatsAppMedia.Kind> kind = files.kind(media);
    if (kind.isEmpty()) {
      lost.add("WhatsApp takes documents of up to 100 MB: this one is a link.");
      text(link(media));
      return;
    }
    file(media, kind.get(), "");
  }

  private void file(Media media, WhatsAppMedia.Kind kind, String caption) {
    if (files.isRemade(media)) {
      tell("WhatsApp gets another picture than the one given: smaller, or the first of a GIF.");
    }
    if (media.thumbnailUrl().isPresent()) {
      tell("WhatsApp makes its own small picture of a file: thumbnail_url is not shown.");
    }
    ObjectNode object = files.object(media, kind);
    if (!caption.isEmpty()) {
      object.put("caption", caption);
    }
    put(kind.type).set(kind.type, object);
  }

  private void location(Location location) {
    ObjectNode place = put("location").putObject("location");
    place.put("latitude", String.valueOf(location.latitude()));
    place.put("longitude", String.valueOf(location.longitude()));
    place.put("name", location.title());
    if (!location.label().isEmpty()) {
      place.put("address", location.label());
    }
  }

  // --- Things to choose from --------------------------------------------------------------------

  private void choices(Choices choices) {
    Frame frame = choices.frame();
    List<Choice> all = choices.choices();
    Interactive interactive = new Interactive(message.id(), all);
    Optional<Interactive.Words> words = words(Optional.empty(), choices.text(), frame.footer());
    boolean where = all.size() == 1 && all.getFirst() instanceof Choice.ShareLocation;
    if (words.isPresent() && Interactive.areButtons(all)) {
      interactive(interactive.buttons(words.get(), all));
    } else if (words.isPresent() && Interactive.areRows(all)) {
      interactive(interactive.rows(words.get(), menu(frame), all));
    } else if (words.isPresent() && Interactive.page(all).isPresent()) {
      interactive(interactive.page(words.get(), Interactive.page(all).get()));
    } else if (words.isPresent() && where) {
      lost.add("WhatsApp asks where somebody is by a button of its own words.");
      interactive(interactive.askWhere(words.get()));
    } else {
      tellLines();
      text(joined(choices.text(), lines.of(all), frame.footer()));
    }
  }

  private void card(Card card) {
    String words = joined(card.title(), card.description());
    Optional<WhatsAppMedia.Kind> kind = card.media().flatMap(files::kind);
    if (card.choices().isEmpty()) {
      plain(card, kind, words);
      return;
    }
    List<Choice> all = card.choices();
    boolean rows = card.media().isEmpty() && Interactive.areRows(all);
    boolean headed = card.media().isEmpty() || kind.filter(this::isHeader).isPresent();
    Optional<Interactive.Words> whole = headed ? cardWords(card, kind, words) : Optional.empty();
    Interactive interactive = new Interactive(message.id(), all);
    if (whole.isPresent() && Interactive.areButtons(all)) {
      interactive(interactive.buttons(whole.get(), all));
    } else if (whole.isPresent() && Interactive.page(all).isPresent()) {
      interactive(interactive.page(whole.get(), Interactive.page(all).get()));
    } else if (whole.isPresent() && rows) {
      interactive(interactive.rows(whole.get(), menu(card.frame()), all));
    } else {
      tellLines();
      plain(card, kind, joined(words, lines.of(all)));
    }
  }

  private boolean isHeader(WhatsAppMedia.Kind kind) {
    return kind.takesCaption();
  }

  private Optional<Interactive.Words> cardWords(
      Card card, Optional<WhatsAppMedia.Kind> kind, String words) {
    if (card.media().isPresent() && kind.isPresent()) {
      Media media = card.media().get();
      ObjectNode header = WhatsAppJson.object().put("type", kind.get().type);
      header.set(kind.get().type, files.object(media, kind.get()));
      String body = words.isEmpty() ? WhatsAppMedia.name(media) : words;
      return words(Optional.of(header), body, card.frame().footer());
    }
    String above = above(card.frame(), card.title());
    boolean apart =
        !above.isEmpty()
            && !card.description().isEmpty()
            && WhatsAppLimits.fits(above, WhatsAppLimits.HEADER);
    String rest = card.frame().header().isEmpty() ? card.description() : words;
    return apart
        ? words(Optional.of(Interactive.textHeader(above)), rest, card.frame().footer())
        : words(Optional.empty(), words, card.frame().footer());
  }

  /** A file with something under it, or only what is said. */
  private void plain(Card card, Optional<WhatsAppMedia.Kind> kind, String words) {
    boolean captioned =
        kind.filter(this::isHeader).isPresent()
            && WhatsAppLimits.fits(words, WhatsAppLimits.CAPTION);
    if (captioned) {
      file(card.media().orElseThrow(), kind.get(), words);
    } else {
      card.media()
          .ifPresent(_ -> tell("The card's file is a link: WhatsApp shows none with this."));
      text(joined(words, card.media().map(WhatsAppRendering::link).orElse("")));
    }
  }

  private void carousel(Carousel carousel) {
    if (carousel.cards().size() == 1 && carousel.overall().isEmpty()) {
      card(carousel.cards().getFirst());
      return;
    }
    lost.add("WhatsApp has carousels in templates only: the cards stand below each other.");
    String cards =
        carousel.cards().stream()
            .map(card ->
                joined(
                    card.title(),
                    card.description(),
                    card.media().map(media -> ChoiceLines.ascii(media.url())).orElse(""),
                    lines.of(card.choices())))
            .collect(Collectors.joining("\n\n"));
    String overall = lines.of(carousel.overall());
    text(overall.isEmpty() ? cards : cards + "\n\n" + overall);
  }

  private void list(ItemList list) {
    List<Item> items = list.sections().stream().flatMap(each -> each.items().stream()).toList();
    boolean described = !list.description().isEmpty();
    String above = above(list.frame(), list.title());
    boolean apart = WhatsAppLimits.fits(above, WhatsAppLimits.HEADER);
    String under =
        list.frame().header().isEmpty() && apart && described
            ? list.description()
            : joined(list.title(), list.description());
    Optional<ObjectNode> header =
        apart && (described || !list.frame().header().isEmpty())
            ? Optional.of(Interactive.textHeader(above))
            : Optional.empty();
    Optional<Interactive.Words> words = words(header, under, list.frame().footer());
    if (items.stream().allMatch(Item::product)) {
      products(list, items, words);
    } else if (words.isPresent() && areRows(list, items)) {
      if (list.media().isPresent() || items.stream().anyMatch(item -> item.media().isPresent())) {
        lost.add("WhatsApp shows no pictures in lists.");
      }
      Interactive interactive = new Interactive(message.id(), list.choices());
      interactive(interactive.list(words.get(), menu(list.frame()), list.sections()));
    } else {
      tellLines();
      text(lines(list));
    }
  }

  private void products(ItemList list, List<Item> items, Optional<Interactive.Words> words) {
    String catalog = list.frame().catalogId();
    if (catalog.isEmpty()) {
      throw new ImpossibleException(
          "WhatsApp shows products of a catalog: give message_properties.catalog_id.");
    }
    Interactive interactive = new Interactive(message.id(), list.choices());
    boolean sections =
        items.size() <= WhatsAppLimits.PRODUCTS && areSections(list.sections(), true);
    if (words.isPresent() && items.size() == 1) {
      Interactive.Words plain =
          new Interactive.Words(
              Optional.empty(), joined(list.title(), list.description()), words.get().footer());
      interactive(interactive.product(plain, catalog, items.getFirst()));
    } else if (words.isPresent() && sections) {
      String above = WhatsAppLimits.preview(list.title(), WhatsAppLimits.HEADER);
      Interactive.Words headed =
          new Interactive.Words(
              words.get().header().or(() -> Optional.of(Interactive.textHeader(above))),
              words.get().body(),
              words.get().footer());
      interactive(interactive.products(headed, catalog, list.sections()));
    } else {
      throw new ImpossibleException(
          "WhatsApp shows up to 30 products, in up to 10 sections with titles of up to 24"
              + " characters, under a text of up to 1024.");
    }
  }

  private static boolean areRows(ItemList list, List<Item> items) {
    return items.size() <= WhatsAppLimits.ROWS
        && items.stream().allMatch(item -> !item.product() && Interactive.isRow(item))
        && areSections(list.sections(), list.sections().size() > 1);
  }

  private static boolean areSections(List<Section> sections, boolean titled) {
    return sections.size() <= WhatsAppLimits.SECTIONS
        && sections.stream()
            .allMatch(section ->
                WhatsAppLimits.fits(section.title(), WhatsAppLimits.SECTION_TITLE)
                    && !(titled && section.title().isBlank()));
  }

  private String lines(ItemList list) {
    String sections =
        list.sections().stream()
            .map(section ->
                Stream.concat(
                        Stream.of(section.title()).filter(title -> !title.isEmpty()),
                        section.items().stream()
                            .map(item ->
                                lines.of(item.choice())
                                    + (item.description().isEmpty()
                                        ? ""
                                        : " – " + item.description())))
                    .collect(Collectors.joining("\n")))
            .collect(Collectors.joining("\n\n"));
    return joined(
            list.title(),
            list.description(),
            list.media().map(media -> ChoiceLines.ascii(media.url())).orElse(""))
        + "\n\n"
        + sections;
  }

  // --- Shared -----------------------------------------------------------------------------------

  private void interactive(ObjectNode interactive) {
    put("interactive").set("interactive", interactive);
  }

  private String above(Frame frame, String title) {
    if (!WhatsAppLimits.fits(frame.header(), WhatsAppLimits.HEADER)) {
      tell("WhatsApp takes headers of up to 60 characters: whatsapp_header is not shown.");
    }
    return frame.header().isEmpty() ? title : frame.header();
  }

  /** Empty where it is too much for an interactive message. */
  private static Optional<Interactive.Words> words(
      Optional<ObjectNode> header, String body, String footer) {
    boolean below = WhatsAppLimits.fits(footer, WhatsAppLimits.FOOTER);
    String whole = below ? body : joined(body, footer);
    return !whole.isBlank()
            && WhatsAppLimits.fits(whole, WhatsAppLimits.BODY)
            && WhatsAppLimits.isWellFormed(whole)
        ? Optional.of(new Interactive.Words(header, whole, below ? footer : ""))
        : Optional.empty();
  }

  private String menu(Frame frame) {
    String given = message.properties().getOrDefault(MENU, "");
    String menu = frame.menu().isEmpty() ? given : frame.menu();
    if (!WhatsAppLimits.fits(menu, WhatsAppLimits.BUTTON)) {
      tell("WhatsApp's button that opens a list has up to 20 characters: its words are cut.");
    }
    return menu.isBlank() ? DEFAULT_MENU : WhatsAppLimits.preview(menu, WhatsAppLimits.BUTTON);
  }

  private void tellLines() {
    tell(
        "WhatsApp has no buttons for this: what there is to choose stands in the text"
            + (lines.numbered() ? ", and is chosen by its number." : "."));
  }

  /** Once, however many parts it is true of. */
  private void tell(String sentence) {
    if (!lost.contains(sentence)) {
      lost.add(sentence);
    }
  }

  private static String link(Media media) {
    return joined(media.fileName().orElse(""), ChoiceLines.ascii(media.url()));
  }

  private static String joined(String... parts) {
    return Stream.of(parts).filter(part -> !part.isEmpty()).collect(Collectors.joining("\n"));
  }
}
