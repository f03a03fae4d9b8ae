package dev.throughline.channel.line;

import static dev.throughline.channel.line.Shape.https;
import static dev.throughline.channel.line.Shape.keyword;
import static dev.throughline.channel.line.Shape.list;
import static dev.throughline.channel.line.Shape.matching;
import static dev.throughline.channel.line.Shape.thing;

import dev.throughline.channel.line.Shape.Anything;
import dev.throughline.channel.line.Shape.Flag;
import dev.throughline.channel.line.Shape.Kinds;
import dev.throughline.channel.line.Shape.Later;
import dev.throughline.channel.line.Shape.Text;
import dev.throughline.channel.line.Shape.Thing;
import dev.throughline.channel.line.Shape.Whole;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Flex containers and their components (spec line.md §3.2, Flex). */
final class FlexShapes {
  /** LINE names no limits of these; ours bound what one list can cost. */
  private static final int MANY = 1_000;

  private static final int MAX_LINES = 10_000;
  private static final int MAX_ANIMATED = 10;
  private static final int MAX_RATIO = 100_000;
  private static final int MAX_TALL = 3;
  private static final int MAX_ANGLE = 360;

  private static final String SPACES = "none|xs|sm|md|lg|xl|xxl";
  private static final String SIZES = "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl";
  private static final String PIXELS = "-?[0-9]{1,6}(\\.[0-9]{1,6})?px";
  private static final String PERCENT = "-?[0-9]{1,6}(\\.[0-9]{1,6})?%";
  private static final String INVALID = "invalid property";

  private static final Pattern RATIO =
      Pattern.compile("([0-9]{1,6})(?:\\.[0-9]{1,6})?:([0-9]{1,6})" + "(?:\\.[0-9]{1,6})?");
  private static final Pattern ANGLE = Pattern.compile("([0-9]{1,3})(\\.[0-9]{1,6})?deg");

  private static final Text COLOR =
      matching(9, "#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})", "invalid color");
  private static final Text SPACE = sized(SPACES, PIXELS);
  private static final Text OFFSET = sized(SPACES, PIXELS, PERCENT);
  private static final Text WIDTH = sized(PIXELS, PERCENT);
  private static final Text RATIO_TEXT = Shape.text(1, 30).and(FlexShapes::ratio);
  private static final Text GRAVITY = keyword("top", "bottom", "center");
  private static final Text ALIGN = keyword("start", "end", "center");
  private static final Shape FLAG = new Flag();
  private static final Shape FLEX = new Whole(0, MANY);
  private static final Shape BOX = new Later(FlexShapes::box);
  private static final Thing IMAGE = image();

  private static final Map<String, Shape> IN_BASELINE =
      Map.of("icon", icon(), "text", text(), "filler", filler());

  static final Kinds BASELINE = new Kinds("type", new TreeMap<>(IN_BASELINE));

  static final Kinds BLOCK =
      new Kinds(
          "type",
          new TreeMap<>(
              Map.of(
                  "box", BOX,
                  "button", button(),
                  "image", IMAGE,
                  "text", text(),
                  "separator", separator(),
                  "filler", filler())));

  private static final Thing BOX_SHAPE = boxShape();

  private static final Kinds ONLY_BOX = new Kinds("type", Map.of("box", BOX));

  static final Kinds HERO =
      new Kinds("type", new TreeMap<>(Map.of("box", BOX, "image", IMAGE, "video", video())));

  private static final Thing BUBBLE = bubble();

  /** What a Flex message shows. */
  static final Kinds CONTAINER =
      new Kinds(
          "type",
          new TreeMap<>(
              Map.of("bubble", BUBBLE.and(FlexShapes::bubbleAlone), "carousel", carousel())));

  private FlexShapes() {}

  private static Thing bubble() {
    Thing style =
        flex().may("backgroundColor", COLOR).may("separator", FLAG).may("separatorColor", COLOR);
    return flex()
        .may("type", keyword("bubble"))
        .may("size", keyword("nano", "micro", "deca", "hecto", "kilo", "mega", "giga"))
        .may("direction", keyword("ltr", "rtl"))
        .may("header", ONLY_BOX)
        .may("hero", HERO)
        .may("body", ONLY_BOX)
        .may("footer", ONLY_BOX)
        .may(
            "styles",
            flex().may("header", style).may("hero", style).may("body", style).may("footer", style))
        .may("action", ActionShapes.FLEX)
        .and((bubble, at, findings) -> {
          if (bytes(bubble) > LineFlex.MAX_BUBBLE_BYTES) {
            findings.add(at, "Size must be between 0 and " + LineFlex.MAX_BUBBLE_BYTES);
          }
          if (isVideo(bubble)
              && !Set.of("kilo", "mega", "giga").contains(bubble.path("size").asString("mega"))) {
            findings.add(at + ".size", Shape.oneOf(List.of("kilo", "mega", "giga")));
          }
        });
  }

  private static void bubbleAlone(ObjectNode bubble, String at, Findings findings) {
    animated(bubble, at, findings);
  }

  private static Thing carousel() {
    return flex()
        .may("type", keyword("carousel"))
        .must(
            "contents", list(new Kinds("type", Map.of("bubble", BUBBLE)), 1, LineFlex.MAX_BUBBLES))
        .and((carousel, at, findings) -> {
          animated(carousel, at, findings);
          if (bytes(carousel) > LineFlex.MAX_CAROUSEL_BYTES) {
            findings.add(at, "Size must be between 0 and " + LineFlex.MAX_CAROUSEL_BYTES);
          }
          String size = carousel.path("contents").path(0).path("size").asString("mega");
          for (int i = 0; i < carousel.path("contents").size(); i++) {
            JsonNode bubble = carousel.path("contents").get(i);
            if (!bubble.path("size").asString("mega").equals(size)) {
              findings.add(at + ".contents[" + i + "].size", "must be the same in all bubbles");
            }
            if (isVideo(bubble)) {
              findings.add(at + ".contents[" + i + "].hero", "video is not allowed in a carousel");
            }
          }
        });
  }

  private static Thing box() {
    return BOX_SHAPE;
  }

  private static Thing boxShape() {
    Thing background =
        flex()
            .may("type", keyword("linearGradient"))
            .must("angle", Shape.text(1, 20).and(FlexShapes::angle))
            .must("startColor", COLOR)
            .must("endColor", COLOR)
            .may("centerColor", COLOR)
            .may("centerPosition", sized(PERCENT));
    return placed(flex())
        .may("type", keyword("box"))
        .must("layout", keyword("horizontal", "vertical", "baseline"))
        .must("contents", new Anything())
        .may("flex", FLEX)
        .may("spacing", SPACE)
        .may("backgroundColor", COLOR)
        .may("borderColor", COLOR)
        .may("borderWidth", sized("none|light|normal|medium|semi-bold|bold", PIXELS))
        .may("cornerRadius", SPACE)
        .may("width", WIDTH)
        .may("maxWidth", WIDTH)
        .may("height", WIDTH)
        .may("maxHeight", WIDTH)
        .may("paddingAll", OFFSET)
        .may("paddingTop", OFFSET)
        .may("paddingBottom", OFFSET)
        .may("paddingStart", OFFSET)
        .may("paddingEnd", OFFSET)
        .may("action", ActionShapes.FLEX)
        .may(
            "justifyContent",
            keyword(
                "center",
                "flex-start",
                "flex-end",
                "space-between",
                "space-around",
                "space-evenly"))
        .may("alignItems", keyword("center", "flex-start", "flex-end"))
        .may("background", new Kinds("type", Map.of("linearGradient", background)))
        .and((box, at, findings) -> {
          if (box.hasNonNull("contents")) {
            Kinds inside = box.path("layout").asString("").equals("baseline") ? BASELINE : BLOCK;
            list(inside, 0, MANY).check(box.get("contents"), at + ".contents", findings);
          }
        });
  }

  private static Thing button() {
    return placed(flex())
        .may("type", keyword("button"))
        .must("action", ActionShapes.FLEX_BUTTON)
        .may("flex", FLEX)
        .may("color", COLOR)
        .may("style", keyword("primary", "secondary", "link"))
        .may("gravity", GRAVITY)
        .may("height", keyword("md", "sm"))
        .may("adjustMode", keyword("shrink-to-fit"))
        .may("scaling", FLAG);
  }

  private static Thing image() {
    return placed(flex())
        .may("type", keyword("image"))
        .must("url", https())
        .may("flex", FLEX)
        .may("align", ALIGN)
        .may("gravity", GRAVITY)
        .may("size", sized(SIZES, "full", PIXELS, PERCENT))
        .may("aspectRatio", RATIO_TEXT)
        .may("aspectMode", keyword("fit", "cover"))
        .may("backgroundColor", COLOR)
        .may("action", ActionShapes.FLEX)
        .may("animated", FLAG);
  }

  private static Thing video() {
    return flex()
        .may("type", keyword("video"))
        .must("url", https())
        .must("previewUrl", https())
        .must("altContent", new Kinds("type", new TreeMap<>(Map.of("box", BOX, "image", IMAGE))))
        .may("aspectRatio", RATIO_TEXT)
        .may("action", ActionShapes.FLEX);
  }

  private static Thing icon() {
    return placed(flex())
        .may("type", keyword("icon"))
        .must("url", https())
        .may("size", sized(SIZES, PIXELS, PERCENT))
        .may("aspectRatio", RATIO_TEXT)
        .may("scaling", FLAG);
  }

  private static Thing text() {
    return placed(flex())
        .may("type", keyword("text"))
        .may("text", Shape.text(0, LineFlex.MAX_BUBBLE_BYTES))
        .may("contents", list(new Kinds("type", Map.of("span", span())), 0, MANY))
        .may("flex", FLEX)
        .may("size", sized(SIZES, PIXELS))
        .may("align", ALIGN)
        .may("gravity", GRAVITY)
        .may("color", COLOR)
        .may("weight", keyword("regular", "bold"))
        .may("style", keyword("normal", "italic"))
        .may("decoration", keyword("none", "underline", "line-through"))
        .may("wrap", FLAG)
        .may("lineSpacing", sized(PIXELS))
        .may("action", ActionShapes.FLEX)
        .may("maxLines", new Whole(0, MAX_LINES))
        .may("adjustMode", keyword("shrink-to-fit"))
        .may("scaling", FLAG)
        .and((text, at, findings) -> {
          if (text.path("contents").isEmpty() && text.path("text").asString("").isEmpty()) {
            findings.add(at + ".text", Shape.MISSING);
          }
        });
  }

  private static Thing span() {
    return flex()
        .may("type", keyword("span"))
        .may("text", Shape.text(0, LineFlex.MAX_BUBBLE_BYTES))
        .may("size", sized(SIZES, PIXELS))
        .may("color", COLOR)
        .may("weight", keyword("regular", "bold"))
        .may("style", keyword("normal", "italic"))
        .may("decoration", keyword("none", "underline", "line-through"));
  }

  private static Thing separator() {
    return flex().may("type", keyword("separator")).may("margin", SPACE).may("color", COLOR);
  }

  private static Thing filler() {
    return flex().may("type", keyword("filler")).may("flex", FLEX);
  }

  /** What most components have. */
  private static Thing placed(Thing thing) {
    return thing
        .may("margin", SPACE)
        .may("position", keyword("relative", "absolute"))
        .may("offsetTop", OFFSET)
        .may("offsetBottom", OFFSET)
        .may("offsetStart", OFFSET)
        .may("offsetEnd", OFFSET);
  }

  /** LINE says of Flex that something must be specified, where elsewhere it may not be empty. */
  private static Thing flex() {
    return new Thing(Map.of(), Set.of(), Shape.MISSING, List.of());
  }

  private static Text sized(String... forms) {
    return matching(20, String.join("|", forms), INVALID);
  }

  private static String ratio(String text) {
    Matcher matcher = RATIO.matcher(text);
    if (!matcher.matches()) {
      return INVALID;
    }
    int width = Integer.parseInt(matcher.group(1));
    int height = Integer.parseInt(matcher.group(2));
    boolean fits =
        width >= 1
            && height >= 1
            && width <= MAX_RATIO
            && height <= MAX_RATIO
            && height <= MAX_TALL * width;
    return fits ? "" : INVALID;
  }

  private static String angle(String text) {
    Matcher matcher = ANGLE.matcher(text);
    return matcher.matches() && Integer.parseInt(matcher.group(1)) < MAX_ANGLE ? "" : INVALID;
  }

  private static void animated(ObjectNode container, String at, Findings findings) {
    if (countAnimated(container) > MAX_ANIMATED) {
      findings.add(at, "animated: Size must be between 0 and " + MAX_ANIMATED);
    }
  }

  private static int countAnimated(JsonNode node) {
    int count =
        node.path("type").asString("").equals("image") && node.path("animated").asBoolean(false)
            ? 1
            : 0;
    for (JsonNode child : node) {
      count += countAnimated(child);
    }
    return count;
  }

  private static boolean isVideo(JsonNode bubble) {
    return bubble.path("hero").path("type").asString("").equals("video");
  }

  private static int bytes(ObjectNode json) {
    return LineJson.MAPPER.writeValueAsBytes(json).length;
  }
}
