package dev.throughline.channel.line;

import static dev.throughline.channel.line.Shape.clusters;
import static dev.throughline.channel.line.Shape.https;
import static dev.throughline.channel.line.Shape.keyword;
import static dev.throughline.channel.line.Shape.list;
import static dev.throughline.channel.line.Shape.matching;
import static dev.throughline.channel.line.Shape.text;
import static dev.throughline.channel.line.Shape.thing;

import dev.throughline.channel.line.Shape.Flag;
import dev.throughline.channel.line.Shape.Kinds;
import dev.throughline.channel.line.Shape.ListOf;
import dev.throughline.channel.line.Shape.Real;
import dev.throughline.channel.line.Shape.Text;
import dev.throughline.channel.line.Shape.Thing;
import dev.throughline.channel.line.Shape.Whole;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The message objects of LINE's Messaging API, with its limits (spec line.md §3). */
final class MessageShapes {
  static final int MAX_QUICK_REPLIES = 13;
  static final int MAX_SENDER_NAME = 20;
  static final String TRACKING_ID = "[a-zA-Z0-9\\-.=,+*()%$&;:@{}!?<>\\[\\]]{1,100}";
  static final String AGGREGATION_UNIT = "[a-zA-Z0-9_]{1,30}";

  private static final int MAX_TEXT = LineText.MAX_UNITS;
  private static final int MAX_ALT_TEXT = 1_500;
  private static final int MAX_EMOJIS = 20;
  private static final int MAX_ID = 100;
  private static final int MAX_TOKEN = 1_000;
  private static final int MAX_PLACE = 100;
  private static final int MAX_DELIVERY_TAG = 30;
  private static final int MAX_COLUMNS = 10;
  private static final int MAX_AREAS = 50;
  private static final int IMAGEMAP_WIDTH = 1_040;
  private static final int MAX_HEIGHT = 1_000_000;
  private static final int MAX_LABEL = 100;
  private static final int MAX_LINK = 1_000;
  private static final int MAX_LINK_LABEL = 30;
  private static final int MAX_AREA_TEXT = 400;
  private static final int MAX_SHORT_TEXT = 60;

  /** LINE's name may not be used, nor what passes for it. */
  private static final Pattern RESERVED =
      Pattern.compile("\\bline\\b", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS);

  private static final Text TOKEN = text(1, MAX_TOKEN);
  private static final Text ALT_TEXT = text(1, MAX_ALT_TEXT);
  private static final Text COLOR = matching(7, "#[0-9A-Fa-f]{6}", "invalid color");
  private static final Shape FLAG = new Flag();

  /** Who a message is shown to be from. */
  static final Thing SENDER =
      thing()
          .may(
              "name",
              text(1, MAX_SENDER_NAME)
                  .and(name -> RESERVED.matcher(name).find() ? "The name cannot be used" : ""))
          .may("iconUrl", https());

  static final Thing QUICK_REPLY_ITEM =
      thing()
          .may("type", keyword("action"))
          .may("imageUrl", https())
          .must("action", ActionShapes.QUICK_REPLY);

  static final Thing QUICK_REPLY =
      thing().must("items", list(QUICK_REPLY_ITEM, 1, MAX_QUICK_REPLIES));

  static final Kinds MESSAGE = new Kinds("type", messages());

  static final ListOf MESSAGES = list(MESSAGE, 1, LineText.MAX_MESSAGES);

  /** The body of a push, without its recipient. */
  static final Thing BODY =
      thing()
          .must("messages", MESSAGES)
          .may("notificationDisabled", FLAG)
          .may(
              "customAggregationUnits",
              list(matching(30, AGGREGATION_UNIT, "Must match [a-zA-Z0-9_]{1,30}"), 0, 1));

  private MessageShapes() {}

  private static Map<String, Shape> messages() {
    Map<String, Shape> kinds = new LinkedHashMap<>();
    kinds.put("text", textMessage());
    kinds.put(
        "textV2",
        message()
            .must("text", text(1, MAX_TEXT))
            .may("substitution", new SubstitutionShape())
            .may("quoteToken", TOKEN)
            .and(SubstitutionShape::placeholders));
    kinds.put(
        "sticker",
        message()
            .must("packageId", text(1, MAX_ID))
            .must("stickerId", text(1, MAX_ID))
            .may("quoteToken", TOKEN));
    kinds.put(
        "image", message().must("originalContentUrl", https()).must("previewImageUrl", https()));
    kinds.put(
        "video",
        message()
            .must("originalContentUrl", https())
            .must("previewImageUrl", https())
            .may("trackingId", matching(100, TRACKING_ID, "invalid trackingId")));
    kinds.put(
        "audio",
        message()
            .must("originalContentUrl", https())
            .must("duration", new Whole(1, Long.MAX_VALUE)));
    kinds.put(
        "location",
        message()
            .must("title", text(1, MAX_PLACE))
            .must("address", text(1, MAX_PLACE))
            .must("latitude", new Real(-90, 90))
            .must("longitude", new Real(-180, 180)));
    kinds.put("imagemap", imagemap());
    kinds.put("template", message().must("altText", ALT_TEXT).must("template", templates()));
    kinds.put("flex", message().must("altText", ALT_TEXT).must("contents", FlexShapes.CONTAINER));
    kinds.put(
        "coupon",
        message()
            .must("couponId", text(1, MAX_ID))
            .may(
                "deliveryTag",
                matching(MAX_DELIVERY_TAG, "[a-zA-Z0-9_]{1,30}", "invalid deliveryTag")));
    return kinds;
  }

  private static Thing message() {
    return thing()
        .may("type", text(1, MAX_ID))
        .may("quickReply", QUICK_REPLY)
        .may("sender", SENDER);
  }

  private static Thing textMessage() {
    Thing emoji =
        thing()
            .must("index", new Whole(0, MAX_TEXT))
            .must("productId", text(1, MAX_ID))
            .must("emojiId", text(1, MAX_ID));
    return message()
        .must("text", text(1, MAX_TEXT))
        .may("emojis", list(emoji, 0, MAX_EMOJIS))
        .may("quoteToken", TOKEN)
        .and((message, at, findings) -> {
          String said = message.path("text").asString("");
          for (int i = 0; i < message.path("emojis").size(); i++) {
            int index = message.path("emojis").get(i).path("index").asInt(-1);
            if (index >= said.length() || index >= 0 && said.charAt(index) != '$') {
              findings.add(
                  at + ".emojis[" + i + "].index", "Must be the position of a $ in the text");
            }
          }
        });
  }

  private static Thing imagemap() {
    Thing area =
        thing()
            .must("x", new Whole(0, MAX_HEIGHT))
            .must("y", new Whole(0, MAX_HEIGHT))
            .must("width", new Whole(1, MAX_HEIGHT))
            .must("height", new Whole(1, MAX_HEIGHT));
    Thing action =
        thing().may("type", text(1, MAX_ID)).must("area", area).may("label", text(0, MAX_LABEL));
    Map<String, Shape> actions = new LinkedHashMap<>();
    actions.put("message", action.must("text", text(1, MAX_AREA_TEXT)));
    actions.put("uri", action.must("linkUri", text(1, MAX_LINK).and(MessageShapes::link)));
    actions.put("clipboard", action.must("clipboardText", text(1, MAX_LINK)));
    Thing link =
        thing()
            .must("linkUri", text(1, MAX_LINK).and(MessageShapes::link))
            .must("label", text(1, MAX_LINK_LABEL));
    return message()
        .must("baseUrl", https())
        .must("altText", ALT_TEXT)
        .must(
            "baseSize",
            thing()
                .must("width", new Whole(IMAGEMAP_WIDTH, IMAGEMAP_WIDTH))
                .must("height", new Whole(1, MAX_HEIGHT)))
        .must("actions", list(new Kinds("type", actions), 0, MAX_AREAS))
        .may(
            "video",
            thing()
                .must("originalContentUrl", https())
                .must("previewImageUrl", https())
                .must("area", area)
                .may("externalLink", link));
  }

  private static Kinds templates() {
    Map<String, Shape> kinds = new LinkedHashMap<>();
    kinds.put(
        "buttons",
        pictured(column(160))
            .may("type", text(1, MAX_ID))
            .must("actions", list(ActionShapes.TEMPLATE, 1, 4)));
    kinds.put(
        "confirm",
        thing()
            .may("type", text(1, MAX_ID))
            .must("text", clusters(1, 240))
            .must("actions", list(ActionShapes.TEMPLATE, 2, 2)));
    kinds.put("carousel", carousel());
    kinds.put(
        "image_carousel",
        thing()
            .may("type", text(1, MAX_ID))
            .must(
                "columns",
                list(
                    thing().must("imageUrl", https()).must("action", ActionShapes.IMAGE),
                    1,
                    MAX_COLUMNS)));
    return new Kinds("type", kinds);
  }

  private static Thing carousel() {
    Thing column = column(120).must("actions", list(ActionShapes.TEMPLATE, 1, 3));
    return pictured(thing())
        .may("type", text(1, MAX_ID))
        .must("columns", list(column, 1, MAX_COLUMNS))
        .and((carousel, at, findings) -> {
          JsonNode columns = carousel.path("columns");
          JsonNode first = columns.path(0);
          for (int i = 1; i < columns.size(); i++) {
            JsonNode each = columns.get(i);
            String place = at + ".columns[" + i + "]";
            if (each.path("actions").size() != first.path("actions").size()) {
              findings.add(place + ".actions", "Size must be the same in all columns");
            }
            for (String name : new String[] {"title", "thumbnailImageUrl"}) {
              if (each.hasNonNull(name) != first.hasNonNull(name)) {
                findings.add(place + "." + name, "must be specified in all columns or in none");
              }
            }
          }
        });
  }

  /** A buttons template or a column: its text is shorter where something stands above. */
  private static Thing column(int maxText) {
    return thing()
        .may("thumbnailImageUrl", https())
        .may("imageBackgroundColor", COLOR)
        .may("title", clusters(0, 40))
        .must("text", clusters(1, maxText))
        .may("defaultAction", ActionShapes.TEMPLATE_DEFAULT)
        .and((column, at, findings) -> {
          boolean above =
              column.hasNonNull("thumbnailImageUrl")
                  || !column.path("title").asString("").isEmpty();
          String said = column.path("text").asString("");
          int length = LineText.clusters(said, maxText);
          if (above && length > MAX_SHORT_TEXT && length <= maxText) {
            findings.add(at + ".text", "Length must be between 1 and " + MAX_SHORT_TEXT);
          }
        });
  }

  private static Thing pictured(Thing template) {
    return template
        .may("imageAspectRatio", keyword("rectangle", "square"))
        .may("imageSize", keyword("cover", "contain"));
  }

  private static String link(String uri) {
    return switch (Shape.scheme(uri)) {
      case "http", "https", "line", "tel" -> "";
      default -> "invalid uri";
    };
  }

  /** What goes to some recipients only (spec line.md §3.2). */
  static void forRecipient(ObjectNode body, boolean group, Findings findings) {
    for (int i = 0; i < body.path("messages").size(); i++) {
      JsonNode message = body.path("messages").get(i);
      if (group && message.hasNonNull("trackingId")) {
        findings.add(
            "messages[" + i + "].trackingId", "cannot be used in messages to groups and rooms");
      }
      if (!group && SubstitutionShape.mentions(message)) {
        findings.add(
            "messages[" + i + "].substitution",
            "mention can be used in messages to groups and rooms only");
      }
    }
  }
}
