package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.line.LineActions.ImpossibleException;
import dev.throughline.message.Bytes;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Card;
import dev.throughline.message.Content.Carousel;
import dev.throughline.message.Content.Choices;
import dev.throughline.message.Content.ContactCard;
import dev.throughline.message.Content.Height;
import dev.throughline.message.Content.ItemList;
import dev.throughline.message.Content.Location;
import dev.throughline.message.Content.Media;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Content to {@code {"messages":[…]}}, LINE's body without recipient (spec line.md §3): LINE's own
 * form where it has one that is large enough, else a Flex message, else text. Nothing is cut short;
 * what is not shown, or shown otherwise, is told.
 */
final class LineRendering {
  static final String EXTERNAL_BROWSER = "LINE_OPEN_EXTERNAL_BROWSER";
  static final String TRACKING_ID = "LINE_VIDEO_TRACKING_ID";

  private static final int MAX_ALT_TEXT = 1_500;
  private static final int MAX_BUTTONS_TEXT = 160;
  private static final int MAX_SHORT_TEXT = 60;
  private static final int MAX_COLUMN_TEXT = 120;
  private static final int MAX_TITLE = 40;
  private static final int MAX_BUTTONS = 4;
  private static final int MAX_COLUMN_BUTTONS = 3;
  private static final int MAX_PLACE = 100;

  /** Of a text within a Flex message: more is easier to read above it. */
  private static final int MAX_BUBBLE_TEXT = 2_000;

  private final LineActions actions;
  private final LineMedia files;
  private final Optional<String> trackingId;
  private final LineProperties properties;
  private final ArrayNode messages = LineJson.MAPPER.createArrayNode();
  private final List<String> lost = new ArrayList<>();

  private LineRendering(Composed message) {
    this.actions =
        new LineActions(
            message.id(),
            message.content().choices(),
            "true".equals(message.properties().get(EXTERNAL_BROWSER)));
    this.files = new LineMedia(message.media());
    this.trackingId = Optional.ofNullable(message.properties().get(TRACKING_ID));
    this.properties = new LineProperties(message);
  }

  static Rendered render(Composed message) {
    try {
      return message.content() instanceof Content.Native(String body)
          ? LineNative.render(body, message)
          : message.content() instanceof Content.Notification notification
              ? notification(notification, message)
              : new LineRendering(message).rendered(message.content());
    } catch (ImpossibleException e) {
      return new Rendered.Impossible(e.why());
    }
  }

  private static Rendered notification(Content.Notification content, Composed message) {
    if (message.recipient().filter(to -> !LineNotification.isPhone(to.value())).isPresent()) {
      throw new ImpossibleException(LineNotification.NO_PHONE);
    }
    List<String> lost = new ArrayList<>();
    new LineProperties(message).tellUntouched(lost);
    return new Rendered.Ready(LineNotification.templated(content), lost, false);
  }

  private Rendered rendered(Content.Outbound content) {
    switch (content) {
      case Content.Text(String text) -> text(text);
      case Media media -> media(media);
      case Location location -> location(location);
      case Choices choices -> choices(choices);
      case Card card -> card(card);
      case Carousel carousel -> carousel(carousel);
      case ItemList list -> list(list);
      case ContactCard contact -> {
        lost.add("LINE keeps no contacts: the card is shown, with its numbers and pages to tap.");
        flex(contact.fullName(), new LineFlex(actions, files, lost).contact(contact));
      }
      case Content.Native _, Content.Notification _ ->
          throw new IllegalArgumentException("not rendered here: " + content);
      case Content.Specific(String type, var _) ->
          throw new ImpossibleException("LINE has no messages of the type " + type + ".");
    }
    if (messages.size() > LineText.MAX_MESSAGES) {
      throw new ImpossibleException(
          "It would be %d LINE messages, and one call takes %d: shorten the text."
              .formatted(messages.size(), LineText.MAX_MESSAGES));
    }
    properties.decorate(messages, lost);
    ObjectNode body = LineJson.MAPPER.createObjectNode();
    body.set(LineProperties.MESSAGES, messages);
    boolean replyable = properties.complete(body, lost);
    return new Rendered.Ready(Bytes.wrap(LineJson.MAPPER.writeValueAsBytes(body)), lost, replyable);
  }

  private void text(String text) {
    int lone = LineText.loneSurrogate(text);
    if (lone >= 0) {
      throw new ImpossibleException(
          "The text holds half of a surrogate pair at UTF-16 position "
              + lone
              + ", which no encoding can carry: send whole characters.");
    }
    List<String> parts = LineText.parts(text);
    if (parts.isEmpty()) {
      throw new ImpossibleException(
          "The text has "
              + text.length()
              + " UTF-16 units; one LINE call takes "
              + LineText.MAX_MESSAGES
              + " messages of "
              + LineText.MAX_UNITS
              + ", cut between characters: send it in several messages.");
    }
    if (parts.stream().anyMatch(String::isBlank)) {
      throw new ImpossibleException(
          "A LINE text message needs at least one character that is not a space: send some text.");
    }
    if (parts.size() > 1) {
      lost.add(
          "One LINE message holds "
              + LineText.MAX_UNITS
              + " UTF-16 units, so the text is shown as "
              + parts.size()
              + " messages.");
    }
    parts.forEach(part -> messages.addObject().put("type", "text").put("text", part));
  }

  private void media(Media media) {
    Optional<String> url = files.address(media);
    boolean shown = url.isPresent() && shows(media, url.get());
    if (!shown) {
      lost.add(LineMedia.LINKED);
      text(media.fileName().map(name -> name + "\n").orElse("") + media.url());
    }
  }

  /** False if LINE has no form of its own for it. */
  private boolean shows(Media media, String url) {
    Optional<String> preview = files.preview(media);
    return switch (files.kind(media)) {
      case IMAGE -> {
        if (files.isRemade(media)) {
          tell(LineMedia.REMADE);
        }
        messages
            .addObject()
            .put("type", "image")
            .put("originalContentUrl", url)
            .put("previewImageUrl", preview.orElse(url));
        yield true;
      }
      case VIDEO -> {
        preview.ifPresent(picture -> video(media, url, picture));
        yield preview.isPresent();
      }
      case AUDIO -> {
        Optional<Duration> duration = files.duration(media);
        duration.ifPresent(time ->
            messages
                .addObject()
                .put("type", "audio")
                .put("originalContentUrl", url)
                .put("duration", time.toMillis()));
        yield duration.isPresent();
      }
      case OTHER -> false;
    };
  }

  private void video(Media media, String url, String preview) {
    if (media.thumbnailUrl().isEmpty()) {
      tell(LineMedia.PLACEHOLDER);
    }
    ObjectNode video =
        messages
            .addObject()
            .put("type", "video")
            .put("originalContentUrl", url)
            .put("previewImageUrl", preview);
    trackingId.ifPresent(id -> video.put("trackingId", tracking(id)));
  }

  private static String tracking(String id) {
    if (!id.matches(MessageShapes.TRACKING_ID)) {
      throw new ImpossibleException(
          TRACKING_ID + " must be 1 to 100 of a-z, A-Z, 0-9 and -.=,+*()%$&;:@{}!?<>[].");
    }
    return id;
  }

  /** LINE needs an address; where none is given, the title is one. */
  private void location(Location location) {
    String address = location.label().isEmpty() ? location.title() : location.label();
    if (location.title().length() > MAX_PLACE || address.length() > MAX_PLACE) {
      lost.add("LINE names a place in 100 characters: all of it stands in a text before.");
      text(
          location.label().isEmpty()
              ? location.title()
              : location.title() + "\n" + location.label());
    }
    messages
        .addObject()
        .put("type", "location")
        .put("title", LineText.preview(location.title(), MAX_PLACE - 1))
        .put("address", LineText.preview(address, MAX_PLACE - 1))
        .put("latitude", location.latitude())
        .put("longitude", location.longitude());
  }

  /** Where somebody is, LINE asks by a quick reply, whatever else there is to choose. */
  private void choices(Choices choices) {
    List<Choice> asking = choices.choices().stream().filter(LineRendering::asksWhere).toList();
    List<Choice> others = choices.choices().stream().filter(choice -> !asksWhere(choice)).toList();
    tellFallbacks(others);
    boolean small =
        others.size() <= MAX_BUTTONS
            && areTemplateButtons(others)
            && LineText.clusters(choices.text(), MAX_BUTTONS_TEXT) <= MAX_BUTTONS_TEXT;
    if (others.isEmpty()) {
      text(choices.text());
    } else if (small) {
      ObjectNode template = template(choices.text(), "buttons");
      template.put("text", choices.text());
      actions(template, others);
    } else {
      boolean above = choices.text().length() > MAX_BUBBLE_TEXT;
      if (above) {
        text(choices.text());
      }
      flex(
          choices.text(),
          new LineFlex(actions, files, lost).choices(above ? "" : choices.text(), others));
    }
    quickReplies(asking);
  }

  private static boolean asksWhere(Choice choice) {
    return choice instanceof Choice.ShareLocation
        && LineActions.fits(choice, LineActions.MAX_LABEL);
  }

  private void card(Card card) {
    tellFallbacks(card.choices());
    if (!card.choices().isEmpty()
        && card.choices().size() <= MAX_BUTTONS
        && isColumn(card, MAX_BUTTONS_TEXT)) {
      column(template(alt(card), "buttons"), card);
    } else {
      flex(alt(card), new LineFlex(actions, files, lost).card(card));
    }
  }

  private void carousel(Carousel carousel) {
    boolean replies = areTemplateButtons(carousel.overall());
    carousel.cards().forEach(card -> tellFallbacks(card.choices()));
    if (!replies) {
      tellFallbacks(carousel.overall());
    }
    String alt =
        carousel.cards().stream().map(LineRendering::alt).collect(Collectors.joining("\n"));
    if (replies && areColumns(carousel.cards())) {
      ObjectNode template = template(alt, "carousel");
      template
          .put("imageAspectRatio", ratio(carousel.cards().getFirst()))
          .put("imageSize", "cover");
      ArrayNode columns = template.putArray("columns");
      carousel.cards().forEach(card -> column(columns.addObject(), card));
    } else {
      LineFlex flex = new LineFlex(actions, files, lost);
      List<ObjectNode> bubbles = new ArrayList<>();
      carousel.cards().forEach(card -> bubbles.add(flex.card(card)));
      if (!replies) {
        bubbles.add(flex.choices("", carousel.overall()));
      }
      flex(alt, bubbles);
    }
    if (replies && !carousel.overall().isEmpty()) {
      lost.add(
          "The choices of the whole carousel are quick replies: they go with the next message.");
      quickReplies(carousel.overall());
    }
  }

  private void list(ItemList list) {
    String alt = list.title();
    ObjectNode whole = new LineFlex(actions, files, lost).list(list);
    if (size(whole) <= LineFlex.MAX_BUBBLE_BYTES) {
      flex(alt, whole);
      return;
    }
    lost.add("The list is larger than one Flex bubble of LINE: each section has its own.");
    text(list.description().isEmpty() ? list.title() : list.title() + "\n" + list.description());
    list.media().ifPresent(this::media);
    LineFlex flex = new LineFlex(actions, files, new ArrayList<>());
    flex(alt, list.sections().stream().map(flex::section).toList());
  }

  // --- Templates --------------------------------------------------------------------------------

  private ObjectNode template(String alt, String type) {
    ObjectNode message = messages.addObject().put("type", "template").put("altText", altText(alt));
    return message.putObject("template").put("type", type);
  }

  private boolean areColumns(List<Card> cards) {
    Card first = cards.getFirst();
    return cards.stream()
        .allMatch(card ->
            !card.choices().isEmpty()
                && card.choices().size() == first.choices().size()
                && card.choices().size() <= MAX_COLUMN_BUTTONS
                && isTitled(card) == isTitled(first)
                && card.media().isPresent() == first.media().isPresent()
                && ratio(card).equals(ratio(first))
                && isColumn(card, MAX_COLUMN_TEXT));
  }

  /** Whether a card fits into a buttons template or a column of a carousel. */
  private boolean isColumn(Card card, int maxText) {
    String text = columnText(card);
    int limit = isTitled(card) || card.media().isPresent() ? MAX_SHORT_TEXT : maxText;
    return !text.isBlank()
        && LineText.clusters(text, limit) <= limit
        && LineText.clusters(card.title(), MAX_TITLE) <= MAX_TITLE
        && areTemplateButtons(card.choices())
        && card.media().stream().allMatch(media -> files.picture(media).isPresent());
  }

  /** LINE wants a text; a title alone is one. */
  private static String columnText(Card card) {
    return card.description().isEmpty() ? card.title() : card.description();
  }

  private static boolean isTitled(Card card) {
    return !card.title().isEmpty() && !card.description().isEmpty();
  }

  private void column(ObjectNode column, Card card) {
    card.media()
        .flatMap(files::picture)
        .ifPresent(url -> {
          column.put("thumbnailImageUrl", url);
          if (column.has("type")) {
            column.put("imageAspectRatio", ratio(card)).put("imageSize", "cover");
          }
        });
    if (isTitled(card)) {
      column.put("title", card.title());
    }
    column.put("text", columnText(card));
    actions(column, card.choices());
  }

  private static String ratio(Card card) {
    return card.height() == Height.TALL ? "square" : "rectangle";
  }

  private void actions(ObjectNode template, List<Choice> choices) {
    ArrayNode into = template.putArray("actions");
    choices.forEach(choice -> into.add(actions.of(choice, true)));
  }

  /** A calendar's event has more to show than a button can. */
  private static boolean areTemplateButtons(List<Choice> choices) {
    return choices.stream()
        .allMatch(choice ->
            !(choice instanceof Choice.Note) && LineActions.fits(choice, LineActions.MAX_LABEL));
  }

  private void quickReplies(List<Choice> choices) {
    if (!choices.isEmpty()) {
      ObjectNode last = (ObjectNode) messages.get(messages.size() - 1);
      ArrayNode items = last.putObject("quickReply").putArray("items");
      choices.forEach(choice -> items.add(actions.quickReply(choice)));
    }
  }

  private void tellFallbacks(List<Choice> choices) {
    if (choices.stream().anyMatch(Choice.Note.class::isInstance)) {
      tell("LINE knows no calendars: the event is shown, and its button opens fallback_url.");
    }
    if (choices.stream().anyMatch(Choice.ShareLocation.class::isInstance)) {
      tell("LINE asks by quick replies only where somebody is: the button opens fallback_url.");
    }
  }

  /** Once, however many cards it is true of. */
  private void tell(String sentence) {
    if (!lost.contains(sentence)) {
      lost.add(sentence);
    }
  }

  // --- Flex -------------------------------------------------------------------------------------

  private void flex(String alt, ObjectNode bubble) {
    if (size(bubble) > LineFlex.MAX_BUBBLE_BYTES) {
      throw new ImpossibleException(
          "It would be a Flex bubble of %d bytes, and LINE takes %d: say less in one message."
              .formatted(size(bubble), LineFlex.MAX_BUBBLE_BYTES));
    }
    flexMessage(alt).set("contents", bubble);
  }

  private void flex(String alt, List<ObjectNode> bubbles) {
    if (bubbles.size() == 1) {
      flex(alt, bubbles.getFirst());
      return;
    }
    ObjectNode carousel = LineJson.MAPPER.createObjectNode().put("type", "carousel");
    ArrayNode contents = carousel.putArray("contents");
    int[] sizes = bubbles.stream().mapToInt(LineRendering::size).toArray();
    // To write each bubble once more would double the work: they stand in it, between commas.
    int size = size(carousel) + IntStream.of(sizes).sum() + bubbles.size() - 1;
    bubbles.forEach(contents::add);
    if (IntStream.of(sizes).anyMatch(each -> each > LineFlex.MAX_BUBBLE_BYTES)
        || bubbles.size() > LineFlex.MAX_BUBBLES
        || size > LineFlex.MAX_CAROUSEL_BYTES) {
      throw new ImpossibleException(
          ("It would be a Flex carousel of %d bubbles and %d bytes, and LINE takes %d of together %d"
                  + " bytes and at most %d each: say less in one message.")
              .formatted(
                  bubbles.size(),
                  size,
                  LineFlex.MAX_BUBBLES,
                  LineFlex.MAX_CAROUSEL_BYTES,
                  LineFlex.MAX_BUBBLE_BYTES));
    }
    flexMessage(alt).set("contents", carousel);
  }

  private ObjectNode flexMessage(String alt) {
    return messages.addObject().put("type", "flex").put("altText", altText(alt));
  }

  private static int size(ObjectNode json) {
    return LineJson.MAPPER.writeValueAsBytes(json).length;
  }

  /** What notifications and old devices show instead; the message itself shows all. */
  private static String altText(String text) {
    return LineText.preview(text, MAX_ALT_TEXT - 1);
  }

  private static String alt(Card card) {
    String words =
        List.of(card.title(), card.description()).stream()
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("\n"));
    return words.isEmpty() ? card.media().map(LineMedia::name).orElse("…") : words;
  }
}
