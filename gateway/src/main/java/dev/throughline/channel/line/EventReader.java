package dev.throughline.channel.line;

import dev.throughline.channel.ChoiceData;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Head;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads one event object (spec line.md §1.3 to §1.5). A property of another shape than LINE
 * documents counts as absent; an event that lacks what its record needs stays unknown. Of a
 * property that stands there twice, the last counts.
 */
final class EventReader {
  /** Before and after this, a time is not LINE's: it could not be ordered by or shown. */
  private static final long EARLIEST_MILLIS = Instant.parse("2000-01-01T00:00:00Z").toEpochMilli();

  private static final long LATEST_MILLIS = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

  private static final double MAX_LATITUDE = 90;
  private static final double MAX_LONGITUDE = 180;

  private static final char REPLACEMENT = '\uFFFD';

  private final String raw;
  private @Nullable String type;
  private @Nullable String mode;
  private @Nullable String eventId;
  private @Nullable String replyToken;
  private @Nullable Instant occurredAt;
  private boolean redelivered;
  private boolean unblocked;
  private @Nullable String unsentId;
  private @Nullable String deliveryTag;
  private Postback postback = Postback.NONE;
  private Source source = Source.NONE;
  private Message message = Message.NONE;
  private final Documented.Rest rest = new Documented.Rest();

  EventReader(String raw) {
    this.raw = raw;
  }

  void read(JsonParser json) {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      return;
    }
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      switch (name) {
        case "type" -> type = text(json);
        case "mode" -> mode = text(json);
        case "webhookEventId" -> eventId = text(json);
        case "replyToken" -> replyToken = text(json);
        case "timestamp" -> occurredAt = time(json);
        case "source" -> source = source(json);
        case "message" -> message = message(json);
        case "deliveryContext" -> redelivered = flagIn(json, "deliveryContext", "isRedelivery");
        case "follow" -> unblocked = flagIn(json, "follow", "isUnblocked");
        case "postback" -> postback = postback(json);
        case "unsend" -> unsentId = textIn(json, "unsend", "messageId");
        case "delivery" -> deliveryTag = textIn(json, "delivery", "data");
        default -> rest.skip(json, Documented.EVENT, "", name);
      }
    }
  }

  InboundEvent event() {
    rest.kinds(type, message.type, source.type, mode);
    Head head = head();
    if ("delivery".equals(type)) {
      return delivered(head);
    }
    if (head.chat().isEmpty()) {
      return unknown(head);
    }
    return switch (type) {
      case "message" -> said(head);
      case "messageEdited" -> edited(head);
      case "postback" -> chosen(head);
      case "follow" -> new InboundEvent.Followed(head, unblocked);
      case "unfollow" -> new InboundEvent.Unfollowed(head);
      case "unsend" -> takenBack(head);
      case null, default -> unknown(head);
    };
  }

  /** The event as far as it was read. */
  InboundEvent unknown() {
    return unknown(head());
  }

  private InboundEvent said(Head head) {
    Optional<String> id = LineIds.usable(message.id);
    Optional<String> quoted = LineIds.usable(message.answeredId);
    if ("sticker".equals(message.type)) {
      Optional<InboundEvent.Sticker> sticker = message.sticker();
      return id.isPresent() && sticker.isPresent()
          ? new InboundEvent.StickerSent(head, id.get(), sticker.get(), quoted)
          : unknown(head);
    }
    Optional<Content.Inbound> content = content();
    return id.isPresent() && content.isPresent()
        ? new InboundEvent.Message(head, id.get(), content.get(), quoted)
        : unknown(head);
  }

  private InboundEvent edited(Head head) {
    Optional<String> id = LineIds.usable(message.id);
    return id.isPresent() && "text".equals(message.type) && message.text != null
        ? new InboundEvent.Edited(head, id.get(), new Content.Text(wellFormed(message.text)))
        : unknown(head);
  }

  private InboundEvent delivered(Head head) {
    Optional<String> tag = LineIds.usable(deliveryTag);
    return tag.isPresent() ? new InboundEvent.Delivered(head, tag.get()) : unknown(head);
  }

  private Optional<Content.Inbound> content() {
    return switch (message.type) {
      case "text" ->
          Optional.ofNullable(message.text).map(EventReader::wellFormed).map(Content.Text::new);
      case "location" -> place();
      case "image" -> Optional.of(attachment(Content.Attachment.Kind.IMAGE));
      case "video" -> Optional.of(attachment(Content.Attachment.Kind.VIDEO));
      case "audio" -> Optional.of(attachment(Content.Attachment.Kind.AUDIO));
      case "file" -> Optional.of(attachment(Content.Attachment.Kind.FILE));
      case null, default -> Optional.empty();
    };
  }

  /** LINE has the bytes itself unless it names another provider of them. */
  private Content.Inbound attachment(Content.Attachment.Kind kind) {
    return new Content.Attachment(
        kind,
        Optional.ofNullable(message.externalUrl).filter(_ -> "external".equals(message.provider)),
        Optional.ofNullable(message.fileName).map(EventReader::wellFormed));
  }

  private Optional<Content.Inbound> place() {
    return isPlace(message.latitude, message.longitude)
        ? Optional.of(
            new Content.Location(
                message.latitude,
                message.longitude,
                wellFormed(Objects.requireNonNullElse(message.title, "")),
                wellFormed(Objects.requireNonNullElse(message.address, ""))))
        : Optional.empty();
  }

  /** Not a number where there was none. */
  private static boolean isPlace(double latitude, double longitude) {
    return Math.abs(latitude) <= MAX_LATITUDE && Math.abs(longitude) <= MAX_LONGITUDE;
  }

  /** With a date, time or menu that was chosen, the contract has no word for it. */
  private InboundEvent chosen(Head head) {
    String data = postback.data;
    return data == null || postback.params
        ? unknown(head)
        : new InboundEvent.Chosen(head, ChoiceData.read(wellFormed(data)));
  }

  private InboundEvent takenBack(Head head) {
    Optional<String> id = LineIds.usable(unsentId);
    return id.isPresent() ? new InboundEvent.Unsent(head, id.get()) : unknown(head);
  }

  private InboundEvent unknown(Head head) {
    return new InboundEvent.Unknown(head, LineIds.usable(type).orElse(""));
  }

  private Head head() {
    return new Head(
        LineIds.usable(eventId),
        Optional.ofNullable(occurredAt),
        source.chat(),
        LineIds.identity(source.userId),
        // A mode that we do not know is no leave to answer.
        mode != null && !mode.equals("active"),
        redelivered,
        LineIds.usable(replyToken),
        LineIds.token(message.readToken),
        raw,
        rest.paths());
  }

  private Source source(JsonParser json) {
    if (!json.isExpectedStartObjectToken()) {
      json.skipChildren();
      return Source.NONE;
    }
    Source source = new Source();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      switch (name) {
        case "type" -> source.type = text(json);
        case "userId" -> source.userId = text(json);
        case "groupId" -> source.groupId = text(json);
        case "roomId" -> source.roomId = text(json);
        default -> rest.skip(json, Documented.EVENT.known("source"), "source.", name);
      }
    }
    return source;
  }

  private Message message(JsonParser json) {
    if (!json.isExpectedStartObjectToken()) {
      json.skipChildren();
      return Message.NONE;
    }
    Message message = new Message();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      switch (name) {
        case "type" -> message.type = text(json);
        case "id" -> message.id = text(json);
        case "text" -> message.text = text(json);
        case "title" -> message.title = text(json);
        case "address" -> message.address = text(json);
        case "markAsReadToken" -> message.readToken = text(json);
        case "latitude" -> message.latitude = number(json);
        case "longitude" -> message.longitude = number(json);
        case "fileName" -> message.fileName = text(json);
        case "contentProvider" -> provider(json, message);
        case "quotedMessageId" -> message.answeredId = text(json);
        case "packageId" -> message.packageId = text(json);
        case "stickerId" -> message.stickerId = text(json);
        case "keywords" -> message.keywords = texts(json);
        default -> rest.skip(json, Documented.MESSAGE, "message.", name);
      }
    }
    return message;
  }

  private void provider(JsonParser json, Message message) {
    if (!json.isExpectedStartObjectToken()) {
      json.skipChildren();
      return;
    }
    Documented documented = Documented.MESSAGE.known("contentProvider");
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      switch (name) {
        case "type" -> message.provider = text(json);
        case "originalContentUrl" -> message.externalUrl = text(json);
        default -> rest.skip(json, documented, "message.contentProvider.", name);
      }
    }
  }

  private Postback postback(JsonParser json) {
    if (!json.isExpectedStartObjectToken()) {
      json.skipChildren();
      return Postback.NONE;
    }
    Postback postback = new Postback();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      switch (name) {
        case "data" -> postback.data = text(json);
        case "params" -> {
          postback.params = true;
          rest.skip(json, Documented.EVENT.known("postback"), "postback.", name);
        }
        default -> rest.skip(json, Documented.EVENT.known("postback"), "postback.", name);
      }
    }
    return postback;
  }

  private @Nullable String textIn(JsonParser json, String object, String wanted) {
    String found = null;
    if (json.isExpectedStartObjectToken()) {
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        json.nextToken();
        if (name.equals(wanted)) {
          found = text(json);
        } else {
          rest.skip(json, Documented.EVENT.known(object), object + ".", name);
        }
      }
    } else {
      json.skipChildren();
    }
    return found;
  }

  private boolean flagIn(JsonParser json, String object, String wanted) {
    boolean found = false;
    if (json.isExpectedStartObjectToken()) {
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        boolean isTrue = json.nextToken() == JsonToken.VALUE_TRUE;
        if (name.equals(wanted)) {
          found = isTrue;
          json.skipChildren();
        } else {
          rest.skip(json, Documented.EVENT.known(object), object + ".", name);
        }
      }
    } else {
      json.skipChildren();
    }
    return found;
  }

  private static @Nullable String text(JsonParser json) {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      return json.getString();
    }
    json.skipChildren();
    return null;
  }

  /** The strings of a list; what else it holds counts as absent. */
  private static List<String> texts(JsonParser json) {
    List<String> texts = new ArrayList<>();
    if (json.isExpectedStartArrayToken()) {
      while (json.nextToken() != JsonToken.END_ARRAY) {
        String text = text(json);
        if (text != null && !text.isBlank()) {
          texts.add(text);
        }
      }
    } else {
      json.skipChildren();
    }
    return texts;
  }

  private static double number(JsonParser json) {
    if (json.currentToken() != null && json.currentToken().isNumeric()) {
      return json.getDoubleValue();
    }
    json.skipChildren();
    return Double.NaN;
  }

  private static @Nullable Instant time(JsonParser json) {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long millis = json.getLongValue();
      return millis >= EARLIEST_MILLIS && millis < LATEST_MILLIS
          ? Instant.ofEpochMilli(millis)
          : null;
    }
    json.skipChildren();
    return null;
  }

  /** UTF-8 cannot carry half of a surrogate pair; {@code raw} keeps what stood there. */
  static String wellFormed(String text) {
    if (LineText.loneSurrogate(text) < 0) {
      return text;
    }
    StringBuilder repaired = new StringBuilder(text);
    for (int i = LineText.loneSurrogate(text); i >= 0; i = LineText.loneSurrogate(repaired, i)) {
      repaired.setCharAt(i, REPLACEMENT);
    }
    return repaired.toString();
  }

  /** Where the event happened, and by whom. */
  private static final class Source {
    static final Source NONE = new Source();

    private @Nullable String type;
    private @Nullable String userId;
    private @Nullable String groupId;
    private @Nullable String roomId;

    /** Of a kind of chat that we do not know, none: an answer might go elsewhere. */
    Optional<Identity> chat() {
      return switch (type) {
        case "user" -> LineIds.identity(userId);
        case "group" -> LineIds.identity(groupId);
        case "room" -> LineIds.identity(roomId);
        case null, default -> Optional.empty();
      };
    }
  }

  private static final class Postback {
    static final Postback NONE = new Postback();

    private @Nullable String data;
    private boolean params;
  }

  /** As much of a message as we map. */
  private static final class Message {
    static final Message NONE = new Message();

    private @Nullable String type;
    private @Nullable String id;
    private @Nullable String text;
    private @Nullable String title;
    private @Nullable String address;
    private @Nullable String fileName;
    private @Nullable String provider;
    private @Nullable String externalUrl;
    private @Nullable String readToken;
    private double latitude = Double.NaN;
    private double longitude = Double.NaN;
    private @Nullable String answeredId;
    private @Nullable String packageId;
    private @Nullable String stickerId;
    private List<String> keywords = List.of();

    /** Of ids in another form than LINE's there is no picture. */
    Optional<InboundEvent.Sticker> sticker() {
      return LineStickers.of(packageId, stickerId, text, keywords);
    }
  }
}
