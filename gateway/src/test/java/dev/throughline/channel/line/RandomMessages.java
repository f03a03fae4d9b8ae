package dev.throughline.channel.line;

import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Messages that LINE takes (spec line.md §3), of every kind, with and without what is optional. */
final class RandomMessages {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final List<String> CHARACTERS =
      List.of(
          "a", "Z", "7", " ", "é", "あ", "漢", "ไ", "😀", "👨‍👩‍👧‍👦", "\"", "\\", "/", "\n", "$");

  private final RandomGenerator random;

  RandomMessages(RandomGenerator random) {
    this.random = random;
  }

  ObjectNode body() {
    ObjectNode body = JSON.createObjectNode();
    many(body.putArray("messages"), 1, 5, this::message);
    return body;
  }

  ObjectNode message() {
    ObjectNode message =
        switch (random.nextInt(11)) {
          case 0 -> text();
          case 1 -> textV2();
          case 2 -> of("sticker").put("packageId", "446").put("stickerId", "1988");
          case 3 -> of("image").put("originalContentUrl", https()).put("previewImageUrl", https());
          case 4 -> video();
          case 5 ->
              of("audio").put("originalContentUrl", https()).put("duration", 1 + random.nextInt());
          case 6 ->
              of("location")
                  .put("title", text(100))
                  .put("address", text(100))
                  .put("latitude", random.nextDouble(-90, 90))
                  .put("longitude", random.nextDouble(-180, 180));
          case 7 -> imagemap();
          case 8 -> template();
          case 9 -> flex();
          default -> of("coupon").put("couponId", "01JYNW8JMQVFBNWF1APF8Z3FS7");
        };
    if (message.path("duration").asInt(1) < 1) {
      message.put("duration", 1);
    }
    if (coin()) {
      ObjectNode sender = message.putObject("sender").put("iconUrl", https());
      sender.put("name", "Brown".repeat(1 + random.nextInt(4)));
    }
    if (coin()) {
      many(message.putObject("quickReply").putArray("items"), 1, 13, this::quickReply);
    }
    if (coin()) {
      message.put("ofTomorrow", text(10));
    }
    return message;
  }

  private ObjectNode text() {
    ObjectNode message = of("text").put("text", "$" + text(4_999));
    if (coin()) {
      many(
          message.putArray("emojis"),
          0,
          20,
          () -> JSON.createObjectNode().put("index", 0).put("productId", "p").put("emojiId", "1"));
    }
    return message;
  }

  private ObjectNode textV2() {
    ObjectNode message = of("textV2").put("text", "{{ }} {one} {two_2}" + text(4_000));
    ObjectNode substitution = message.putObject("substitution");
    substitution.putObject("one").put("type", "emoji").put("productId", "p").put("emojiId", "1");
    ObjectNode mention = substitution.putObject("two_2").put("type", "mention");
    if (coin()) {
      mention.putObject("mentionee").put("type", "all");
    } else {
      mention.putObject("mentionee").put("type", "user").put("userId", "U" + "0".repeat(32));
    }
    return message;
  }

  private ObjectNode video() {
    ObjectNode message =
        of("video").put("originalContentUrl", https()).put("previewImageUrl", https());
    return coin() ? message : message.put("trackingId", "a-Z.=,+*()%$&;:@{}!?<>[]".repeat(4));
  }

  private ObjectNode imagemap() {
    ObjectNode message = of("imagemap").put("baseUrl", https()).put("altText", text(1_500));
    message.putObject("baseSize").put("width", 1_040).put("height", 1 + random.nextInt(3_000));
    many(
        message.putArray("actions"),
        0,
        50,
        () -> {
          ObjectNode action =
              switch (random.nextInt(3)) {
                case 0 -> of("message").put("text", text(400));
                case 1 -> of("uri").put("linkUri", "line://app/1").put("label", text(100));
                default -> of("clipboard").put("clipboardText", text(1_000));
              };
          action.set("area", area());
          return action;
        });
    if (coin()) {
      ObjectNode video =
          message
              .putObject("video")
              .put("originalContentUrl", https())
              .put("previewImageUrl", https());
      video.set("area", area());
      video.putObject("externalLink").put("linkUri", https()).put("label", text(30));
    }
    return message;
  }

  private ObjectNode area() {
    return JSON.createObjectNode()
        .put("x", random.nextInt(1_000))
        .put("y", 0)
        .put("width", 1 + random.nextInt(1_040))
        .put("height", 1);
  }

  private ObjectNode template() {
    ObjectNode message = of("template").put("altText", text(1_500));
    ObjectNode template =
        switch (random.nextInt(4)) {
          case 0 -> {
            ObjectNode buttons = column(of("buttons"), coin(), 160);
            many(buttons.putArray("actions"), 1, 4, () -> action(20));
            yield buttons.put("imageAspectRatio", "square").put("imageSize", "contain");
          }
          case 1 -> {
            ObjectNode confirm = of("confirm").put("text", text(240));
            many(confirm.putArray("actions"), 2, 2, () -> action(20));
            yield confirm;
          }
          case 2 -> {
            ObjectNode carousel = of("carousel");
            boolean titled = coin();
            int actions = 1 + random.nextInt(3);
            many(
                carousel.putArray("columns"),
                1,
                10,
                () -> {
                  ObjectNode column = column(JSON.createObjectNode(), titled, 120);
                  many(column.putArray("actions"), actions, actions, () -> action(20));
                  return column;
                });
            yield carousel;
          }
          default -> {
            ObjectNode pictures = of("image_carousel");
            many(
                pictures.putArray("columns"),
                1,
                10,
                () -> {
                  ObjectNode column = JSON.createObjectNode().put("imageUrl", https());
                  column.set("action", action(12));
                  return column;
                });
            yield pictures;
          }
        };
    message.set("template", template);
    return message;
  }

  private ObjectNode column(ObjectNode column, boolean titled, int max) {
    if (titled) {
      column.put("title", text(40)).put("thumbnailImageUrl", https());
      column.put("imageBackgroundColor", "#FFFFFF");
      column.set("defaultAction", action(20));
    }
    return column.put("text", text(titled ? 60 : max));
  }

  private ObjectNode quickReply() {
    ObjectNode item = of("action");
    if (coin()) {
      item.put("imageUrl", https());
    }
    item.set(
        "action",
        coin() ? of(one("camera", "cameraRoll", "location")).put("label", text(20)) : action(20));
    return item;
  }

  private ObjectNode action(int maxLabel) {
    String label = text(maxLabel);
    return switch (random.nextInt(5)) {
      case 0 ->
          of("postback").put("label", label).put("data", text(300)).put("displayText", text(300));
      case 1 -> of("message").put("label", label).put("text", text(300));
      case 2 -> {
        ObjectNode uri = of("uri").put("label", label).put("uri", one("tel:+8190", https()));
        uri.putObject("altUri").put("desktop", https());
        yield uri;
      }
      case 3 ->
          of("datetimepicker")
              .put("label", label)
              .put("data", "d")
              .put("mode", "datetime")
              .put("initial", "2026-01-02t03:04")
              .put("min", "1900-01-01T00:00")
              .put("max", "2100-12-31T23:59");
      default -> of("clipboard").put("label", label).put("clipboardText", text(1_000));
    };
  }

  private ObjectNode flex() {
    ObjectNode message = of("flex").put("altText", text(1_500));
    if (coin()) {
      message.set("contents", bubble(one("kilo", "mega", "giga"), true));
    } else {
      ObjectNode carousel = of("carousel");
      String size = one("nano", "micro", "deca", "hecto", "kilo", "mega", "giga");
      many(carousel.putArray("contents"), 1, 4, () -> bubble(size, false));
      message.set("contents", carousel);
    }
    return message;
  }

  private ObjectNode bubble(String size, boolean mayPlay) {
    ObjectNode bubble = of("bubble").put("size", size).put("direction", one("ltr", "rtl"));
    if (mayPlay && coin()) {
      ObjectNode video =
          of("video").put("url", https()).put("previewUrl", https()).put("aspectRatio", "20:13");
      video.set("altContent", image());
      bubble.set("hero", video);
    } else if (coin()) {
      bubble.set("hero", image());
    }
    if (coin()) {
      bubble.set("header", box(2));
    }
    bubble.set("body", box(2));
    bubble
        .putObject("styles")
        .putObject("body")
        .put("backgroundColor", "#00000080")
        .put("separator", true);
    return bubble;
  }

  private ObjectNode box(int depth) {
    boolean baseline = depth < 2 && coin();
    ObjectNode box =
        of("box")
            .put("layout", baseline ? "baseline" : one("horizontal", "vertical"))
            .put("spacing", one("none", "xxl", "3px"))
            .put("paddingAll", one("none", "10%", "20px"))
            .put("offsetTop", one("-3px", "5%", "md"))
            .put("borderWidth", one("semi-bold", "2px"))
            .put("cornerRadius", one("xxl", "10.5px"))
            .put("width", one("50%", "100px"))
            .put("justifyContent", "space-evenly")
            .put("flex", random.nextInt(4));
    if (coin()) {
      box.putObject("background")
          .put("type", "linearGradient")
          .put("angle", random.nextInt(360) + "deg")
          .put("startColor", "#000000")
          .put("endColor", "#ffffff")
          .put("centerColor", "#888888")
          .put("centerPosition", "50%");
    }
    many(
        box.putArray("contents"),
        0,
        3,
        () ->
            switch (random.nextInt(6)) {
              case 0 -> baseline || depth == 0 ? of("filler") : box(depth - 1);
              case 1 -> baseline ? of("icon").put("url", https()).put("size", "sm") : image();
              case 2 -> baseline ? of("filler").put("flex", 2) : button();
              case 3 -> baseline ? of("filler") : of("separator").put("margin", "lg");
              case 4 -> {
                ObjectNode text = of("text").put("lineSpacing", "20px").put("maxLines", 2);
                many(text.putArray("contents"), 1, 3, () -> of("span").put("text", text(50)));
                yield text;
              }
              default ->
                  of("text")
                      .put("text", text(200))
                      .put("size", one("xxs", "5xl", "13px"))
                      .put("wrap", coin())
                      .put("decoration", "line-through");
            });
    return box;
  }

  private ObjectNode button() {
    ObjectNode button = of("button").put("style", "secondary").put("height", "sm");
    button.set("action", action(40));
    return button;
  }

  private ObjectNode image() {
    return of("image")
        .put("url", https())
        .put("size", one("full", "5xl", "40px", "50%"))
        .put("aspectRatio", one("1:1", "1:3", "100000:1", "1.51:1"))
        .put("aspectMode", one("fit", "cover"))
        .put("animated", random.nextInt(20) == 0);
  }

  private String https() {
    return "https://example.com/" + "p".repeat(random.nextInt(900)) + ".png";
  }

  /** Not blank, and as long as LINE allows by whichever way it counts. */
  private String text(int max) {
    StringBuilder text = new StringBuilder("x");
    int length = random.nextInt(max);
    while (text.length() < length) {
      String next = CHARACTERS.get(random.nextInt(CHARACTERS.size()));
      if (text.length() + next.length() > max) {
        break;
      }
      text.append(next);
    }
    return text.toString();
  }

  private String one(String... words) {
    return words[random.nextInt(words.length)];
  }

  private boolean coin() {
    return random.nextBoolean();
  }

  private static ObjectNode of(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  private void many(ArrayNode into, int min, int max, Supplier<ObjectNode> each) {
    int count = min + random.nextInt(max - min + 1);
    for (int i = 0; i < count; i++) {
      into.add(each.get());
    }
  }
}
