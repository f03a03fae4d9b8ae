package dev.throughline.sandbox.line.rules;

import dev.throughline.sandbox.line.rules.ActionRules.Place;
import dev.throughline.sandbox.line.rules.Part.Report;
import dev.throughline.sandbox.line.rules.Part.Unit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The bodies of the send endpoints, from the envelope down to each message object. */
public final class MessageRules {

  /** Which endpoint a body is for; some message properties are allowed for some of them only. */
  public enum Kind {
    REPLY,
    PUSH,
    MULTICAST,
    BROADCAST,
    NARROWCAST,
    /** A LINE notification message, which may not carry pictures, films or sound. */
    NOTIFICATION
  }

  /** Where a message is going, as far as its validity depends on it. */
  public interface Chat {
    /** Whether it is a group or room that the bot is in. */
    boolean group();

    boolean member(String userId);

    /** Whether a quote token belongs to a message of this chat. */
    boolean quotable(String quoteToken);
  }

  /** A chat of which nothing is known, as for the validate endpoints: everything is allowed. */
  public static final Chat ANY_CHAT =
      new Chat() {
        @Override
        public boolean group() {
          return true;
        }

        @Override
        public boolean member(String userId) {
          return true;
        }

        @Override
        public boolean quotable(String quoteToken) {
          return true;
        }
      };

  public static final int MESSAGES_LIMIT = 5;
  public static final int MULTICAST_LIMIT = 500;
  static final int TEXT_LIMIT = 5000;
  static final int ALT_TEXT_LIMIT = 1500;

  private static final int EMOJI_LIMIT = 20;
  private static final int QUICK_REPLY_LIMIT = 13;
  private static final int SENDER_NAME_LIMIT = 20;
  private static final int LOCATION_TEXT_LIMIT = 100;
  private static final int TRACKING_ID_LIMIT = 100;
  private static final int SUBSTITUTION_LIMIT = 100;
  private static final int MENTION_LIMIT = 20;
  private static final int IMAGEMAP_ACTIONS_LIMIT = 50;
  private static final int IMAGEMAP_WIDTH = 1040;
  private static final int ID_LIMIT = 100;

  private static final List<String> TYPES =
      List.of(
          "text",
          "textV2",
          "sticker",
          "image",
          "video",
          "audio",
          "location",
          "coupon",
          "imagemap",
          "template",
          "flex");
  private static final Set<String> MEDIA = Set.of("image", "video", "audio");
  private static final Pattern TRACKING_ID =
      Pattern.compile("[a-zA-Z0-9\\-.=,+*()%$&;:@{}!?<>\\[\\]]{1,100}");
  private static final Pattern UNIT = Pattern.compile("[a-zA-Z0-9_]{1,30}");
  private static final Pattern DIGITS = Pattern.compile("\\d{1,20}");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{|}}|\\{([^{}]*)}|[{}]");
  private static final Pattern SUBSTITUTION_KEY = Pattern.compile("[0-9a-zA-Z_]{1,20}");
  private static final Set<String> RESERVED_NAMES = Set.of("line", "line official", "公式");

  private MessageRules() {}

  /** The parts of a send body that every endpoint shares, and {@code messages}. */
  public static Verdict check(JsonNode body, Kind kind, Chat chat) {
    Report report = new Report();
    Part root = new Part(body, "", report);
    root.bool("notificationDisabled");
    if (kind == Kind.PUSH || kind == Kind.MULTICAST) {
      for (String unit : root.strings("customAggregationUnits", false, 0, 1)) {
        if (!UNIT.matcher(unit).matches()) {
          root.find("must match \"" + UNIT.pattern() + "\"", "customAggregationUnits[0]");
        }
      }
    }
    for (Part message : root.objects("messages", true, 1, MESSAGES_LIMIT)) {
      message(message, kind, chat);
    }
    return report.verdict();
  }

  private static void message(Part message, Kind kind, Chat chat) {
    message.object("quickReply", false).ifPresent(MessageRules::quickReply);
    message.object("sender", false).ifPresent(MessageRules::sender);
    switch (message.oneOf("type", true, types(kind)).orElse("")) {
      case "text" -> text(message, kind, chat);
      case "textV2" -> textV2(message, kind, chat);
      case "sticker" -> {
        message.matching("packageId", true, DIGITS);
        message.matching("stickerId", true, DIGITS);
        quote(message, kind, chat);
      }
      case "image" -> media(message);
      case "video" -> video(message, chat);
      case "audio" -> {
        message.mediaUrl("originalContentUrl", true);
        message.integer("duration", true, 1, Integer.MAX_VALUE);
      }
      case "location" -> {
        message.required("title", LOCATION_TEXT_LIMIT, Unit.UTF16);
        message.required("address", LOCATION_TEXT_LIMIT, Unit.UTF16);
        message.number("latitude", -90, 90);
        message.number("longitude", -180, 180);
      }
      case "coupon" -> {
        message.required("couponId", ID_LIMIT, Unit.UTF16);
        message.matching("deliveryTag", false, UNIT);
      }
      case "imagemap" -> imagemap(message);
      case "template" -> {
        message.required("altText", ALT_TEXT_LIMIT, Unit.UTF16);
        message.object("template", true).ifPresent(TemplateRules::check);
      }
      case "flex" -> {
        message.required("altText", ALT_TEXT_LIMIT, Unit.UTF16);
        message.object("contents", true).ifPresent(FlexRules::check);
      }
      default -> {
        // reported by oneOf
      }
    }
  }

  private static List<String> types(Kind kind) {
    return kind == Kind.NOTIFICATION
        ? TYPES.stream().filter(type -> !MEDIA.contains(type)).toList()
        : TYPES;
  }

  private static void quickReply(Part quickReply) {
    for (Part item : quickReply.objects("items", true, 1, QUICK_REPLY_LIMIT)) {
      item.oneOf("type", true, List.of("action"));
      item.mediaUrl("imageUrl", false);
      item.object("action", true).ifPresent(action -> ActionRules.check(action, Place.QUICK_REPLY));
    }
  }

  private static void sender(Part sender) {
    Optional<String> name = sender.optional("name", SENDER_NAME_LIMIT, Unit.UTF16);
    if (name.isPresent() && RESERVED_NAMES.contains(name.get().toLowerCase(Locale.ROOT))) {
      sender.find("The name can't be used", "name");
    }
    sender.mediaUrl("iconUrl", false);
  }

  private static void text(Part message, Kind kind, Chat chat) {
    String text = message.required("text", TEXT_LIMIT, Unit.UTF16).orElse("");
    Set<Integer> seen = new HashSet<>();
    for (Part emoji : message.objects("emojis", false, 0, EMOJI_LIMIT)) {
      emoji.required("productId", ID_LIMIT, Unit.UTF16);
      emoji.required("emojiId", ID_LIMIT, Unit.UTF16);
      Optional<Integer> index = emoji.integer("index", true, 0, TEXT_LIMIT);
      if (index.isPresent()
          && (index.get() < 0
              || index.get() >= text.length()
              || text.charAt(index.get()) != '$'
              || !seen.add(index.get()))) {
        emoji.find("must point to a '$' of the text", "index");
      }
    }
    quote(message, kind, chat);
  }

  private static void textV2(Part message, Kind kind, Chat chat) {
    String text = message.required("text", TEXT_LIMIT, Unit.UTF16).orElse("");
    JsonNode substitution = message.node().path("substitution");
    if (substitution.size() > SUBSTITUTION_LIMIT) {
      message.find("Size must be between 0 and " + SUBSTITUTION_LIMIT, "substitution");
      return;
    }
    Matcher found = PLACEHOLDER.matcher(text);
    while (found.find()) {
      String key = found.group(1);
      boolean stray = key == null && found.group().length() == 1;
      if (stray || (key != null && !substitution.has(key))) {
        message.find("The placeholder " + found.group() + " has no substitution", "text");
      }
    }
    message.object("substitution", false).ifPresent(map -> substitution(map, kind, chat));
    quote(message, kind, chat);
  }

  private static void substitution(Part map, Kind kind, Chat chat) {
    int mentions = 0;
    int emojis = 0;
    for (String key : map.node().propertyNames()) {
      if (!SUBSTITUTION_KEY.matcher(key).matches()) {
        map.find("must match \"" + SUBSTITUTION_KEY.pattern() + "\"", key);
        continue;
      }
      Optional<Part> value = map.object(key, true);
      if (value.isEmpty()) {
        continue;
      }
      switch (value.get().oneOf("type", true, List.of("mention", "emoji")).orElse("")) {
        case "mention" -> {
          mentions++;
          mention(value.get(), kind, chat);
        }
        case "emoji" -> {
          emojis++;
          value.get().required("productId", ID_LIMIT, Unit.UTF16);
          value.get().required("emojiId", ID_LIMIT, Unit.UTF16);
        }
        default -> {
          // reported by oneOf
        }
      }
    }
    if (mentions > MENTION_LIMIT || emojis > EMOJI_LIMIT) {
      map.find("at most " + MENTION_LIMIT + " mentions and " + EMOJI_LIMIT + " emojis");
    }
  }

  private static void mention(Part value, Kind kind, Chat chat) {
    boolean allowed = kind == Kind.REPLY || kind == Kind.PUSH;
    if (!allowed || !chat.group()) {
      value.find("mention can be used in a group or room by reply or push only", "type");
      return;
    }
    Optional<Part> mentionee = value.object("mentionee", true);
    if (mentionee.isEmpty()) {
      return;
    }
    String type = mentionee.get().oneOf("type", true, List.of("user", "all")).orElse("");
    if (type.equals("user")) {
      Optional<String> user = mentionee.get().required("userId", ID_LIMIT, Unit.UTF16);
      if (user.isPresent() && !chat.member(user.get())) {
        mentionee.get().find("must be a member of the group or room", "userId");
      }
    }
  }

  private static void media(Part message) {
    message.mediaUrl("originalContentUrl", true);
    message.mediaUrl("previewImageUrl", true);
  }

  private static void video(Part message, Chat chat) {
    media(message);
    Optional<String> tracking = message.optional("trackingId", TRACKING_ID_LIMIT, Unit.UTF16);
    if (tracking.isPresent() && !TRACKING_ID.matcher(tracking.get()).matches()) {
      message.find("must match \"" + TRACKING_ID.pattern() + "\"", "trackingId");
    }
    if (tracking.isPresent() && chat.group() && chat != ANY_CHAT) {
      message.find("trackingId can't be used in a group or room", "trackingId");
    }
  }

  private static void imagemap(Part message) {
    message.mediaUrl("baseUrl", true);
    message.required("altText", ALT_TEXT_LIMIT, Unit.UTF16);
    message
        .object("baseSize", true)
        .ifPresent(size -> {
          size.integer("width", true, IMAGEMAP_WIDTH, IMAGEMAP_WIDTH);
          size.integer("height", true, 1, Integer.MAX_VALUE);
        });
    message
        .object("video", false)
        .ifPresent(video -> {
          media(video);
          area(video);
          video
              .object("externalLink", false)
              .ifPresent(link -> {
                link.url("linkUri", true, 1000, Set.of("http", "https", "line", "tel"));
                link.required("label", 30, Unit.UTF16);
              });
        });
    for (Part action : message.objects("actions", true, 0, IMAGEMAP_ACTIONS_LIMIT)) {
      area(action);
      action.optional("label", 100, Unit.UTF16);
      switch (action.oneOf("type", true, List.of("uri", "message", "clipboard")).orElse("")) {
        case "uri" -> action.url("linkUri", true, 1000, Set.of("http", "https", "line", "tel"));
        case "message" -> action.required("text", 400, Unit.GRAPHEME);
        case "clipboard" -> action.required("clipboardText", 1000, Unit.UTF16);
        default -> {
          // reported by oneOf
        }
      }
    }
  }

  private static void area(Part holder) {
    holder
        .object("area", true)
        .ifPresent(area -> {
          area.integer("x", true, 0, Integer.MAX_VALUE);
          area.integer("y", true, 0, Integer.MAX_VALUE);
          area.integer("width", true, 0, Integer.MAX_VALUE);
          area.integer("height", true, 0, Integer.MAX_VALUE);
        });
  }

  private static void quote(Part message, Kind kind, Chat chat) {
    Optional<String> token = message.optional("quoteToken", 1000, Unit.UTF16);
    if (token.isEmpty()) {
      return;
    }
    if (kind != Kind.REPLY && kind != Kind.PUSH) {
      message.find("quoteToken can be used by reply or push only", "quoteToken");
    } else if (!chat.quotable(token.get())) {
      message.find("Invalid quoteToken", "quoteToken");
    }
  }
}
