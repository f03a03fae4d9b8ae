package dev.throughline.sandbox.line.rules;

import dev.throughline.sandbox.line.rules.ActionRules.Place;
import dev.throughline.sandbox.line.rules.Part.Unit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Flex messages: one bubble or a carousel of them, built of nested components. */
final class FlexRules {
  static final Pattern COLOR = Pattern.compile("#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})");

  private static final int BUBBLE_BYTES_LIMIT = 30 * 1024;
  private static final int CAROUSEL_BYTES_LIMIT = 50 * 1024;
  private static final int BUBBLES_LIMIT = 12;
  private static final int ANIMATED_LIMIT = 10;
  private static final int TEXT_LIMIT = 2000;
  private static final int CONTENTS_LIMIT = 1000;
  private static final int ASPECT_LIMIT = 100_000;

  private static final List<String> SIZES =
      List.of("nano", "micro", "deca", "hecto", "kilo", "mega", "giga");
  private static final List<String> VIDEO_SIZES = List.of("kilo", "mega", "giga");
  private static final List<String> IN_BOX =
      List.of("box", "button", "image", "text", "separator", "filler", "icon");
  private static final List<String> IN_BASELINE_BOX = List.of("icon", "text", "filler");
  private static final List<String> IN_HERO = List.of("box", "image", "video");
  private static final String KEYWORD = "none|xs|sm|md|lg|xl|xxl";
  private static final String PIXELS = "\\d+(\\.\\d+)?px";
  private static final Pattern SPACE = Pattern.compile(KEYWORD + "|" + PIXELS);
  private static final Pattern OFFSET =
      Pattern.compile(KEYWORD + "|-?" + PIXELS + "|-?\\d+(\\.\\d+)?%");
  private static final Pattern LENGTH = Pattern.compile(PIXELS + "|\\d+(\\.\\d+)?%");
  private static final String FONT = "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl";
  private static final Pattern FONT_SIZE = Pattern.compile(FONT + "|" + PIXELS);
  private static final Pattern IMAGE_SIZE =
      Pattern.compile(FONT + "|full|" + PIXELS + "|\\d+(\\.\\d+)?%");
  private static final Pattern BORDER =
      Pattern.compile("none|light|normal|medium|semi-bold|bold|" + PIXELS);
  private static final Pattern ASPECT =
      Pattern.compile("(\\d{1,6}(?:\\.\\d+)?):(\\d{1,6}(?:\\.\\d+)?)");
  private static final Pattern ANGLE =
      Pattern.compile("(\\d{1,2}|[12]\\d\\d|3[0-5]\\d)(\\.\\d+)?deg");
  private static final Pattern PERCENT = Pattern.compile("(100|\\d{1,2}(\\.\\d+)?)%");

  private FlexRules() {}

  static void check(Part contents) {
    switch (contents.oneOf("type", true, List.of("bubble", "carousel")).orElse("")) {
      case "bubble" -> bubble(contents, false);
      case "carousel" -> carousel(contents);
      default -> {
        // reported by oneOf
      }
    }
    int animated = animatedImages(contents.node());
    if (animated > ANIMATED_LIMIT) {
      contents.find("the number of animated images must be " + ANIMATED_LIMIT + " or less");
    }
  }

  private static int animatedImages(tools.jackson.databind.JsonNode node) {
    int count = node.path("animated").isBoolean() && node.path("animated").booleanValue() ? 1 : 0;
    for (var child : node) {
      count += animatedImages(child);
    }
    return count;
  }

  private static void carousel(Part carousel) {
    if (carousel.bytes() > CAROUSEL_BYTES_LIMIT) {
      carousel.find("The size of carousel must be " + CAROUSEL_BYTES_LIMIT + " bytes or less");
    }
    List<Part> bubbles = carousel.objects("contents", true, 1, BUBBLES_LIMIT);
    for (Part bubble : bubbles) {
      bubble.oneOf("type", true, List.of("bubble"));
      bubble(bubble, true);
      if (!size(bubble).equals(size(bubbles.getFirst()))) {
        bubble.find("must be the same in all bubbles of a carousel", "size");
      }
    }
  }

  private static String size(Part bubble) {
    return bubble.node().path("size").stringValue("mega");
  }

  private static void bubble(Part bubble, boolean inCarousel) {
    if (bubble.bytes() > BUBBLE_BYTES_LIMIT) {
      bubble.find("The size of bubble must be " + BUBBLE_BYTES_LIMIT + " bytes or less");
    }
    bubble.oneOf("size", false, SIZES);
    bubble.oneOf("direction", false, List.of("ltr", "rtl"));
    if (!bubble.has("header")
        && !bubble.has("hero")
        && !bubble.has("body")
        && !bubble.has("footer")) {
      bubble.find("at least one block must be specified");
    }
    for (String block : List.of("header", "body", "footer")) {
      bubble
          .object(block, false)
          .ifPresent(box -> {
            box.oneOf("type", true, List.of("box"));
            box(box);
          });
    }
    bubble.object("hero", false).ifPresent(hero -> hero(bubble, hero, inCarousel));
    bubble.object("styles", false).ifPresent(FlexRules::styles);
    action(bubble);
  }

  private static void hero(Part bubble, Part hero, boolean inCarousel) {
    String type = component(hero, IN_HERO);
    if (!type.equals("video")) {
      return;
    }
    if (inCarousel) {
      hero.find("video can't be used in a carousel", "type");
    }
    if (!VIDEO_SIZES.contains(size(bubble))) {
      bubble.find("Must be one of the following values: " + VIDEO_SIZES, "size");
    }
  }

  private static void styles(Part styles) {
    for (String block : List.of("header", "hero", "body", "footer")) {
      styles
          .object(block, false)
          .ifPresent(style -> {
            style.matching("backgroundColor", false, COLOR);
            style.matching("separatorColor", false, COLOR);
            style.bool("separator");
          });
    }
  }

  /** Checks a component that must be one of {@code allowed}; returns its type, or "". */
  private static String component(Part part, List<String> allowed) {
    Optional<String> type = part.oneOf("type", true, allowed);
    switch (type.orElse("")) {
      case "box" -> box(part);
      case "button" -> button(part);
      case "image" -> image(part);
      case "video" -> video(part);
      case "icon" -> icon(part);
      case "text" -> text(part);
      case "separator" -> {
        part.matching("margin", false, SPACE);
        part.matching("color", false, COLOR);
      }
      case "filler" -> part.integer("flex", false, 0, Integer.MAX_VALUE);
      default -> {
        // reported by oneOf
      }
    }
    return type.orElse("");
  }

  private static void box(Part box) {
    Optional<String> layout =
        box.oneOf("layout", true, List.of("horizontal", "vertical", "baseline"));
    List<String> allowed = layout.orElse("").equals("baseline") ? IN_BASELINE_BOX : IN_BOX;
    if (!box.has("contents")) {
      box.find("must be specified", "contents");
    }
    for (Part child : box.objects("contents", false, 0, CONTENTS_LIMIT)) {
      if (child.node().path("type").stringValue("").equals("icon")
          && !layout.orElse("").equals("baseline")) {
        child.find("icon can be used in a baseline box only", "type");
      }
      component(child, allowed);
    }
    place(box);
    box.matching("spacing", false, SPACE);
    box.matching("backgroundColor", false, COLOR);
    box.matching("borderColor", false, COLOR);
    box.matching("borderWidth", false, BORDER);
    box.matching("cornerRadius", false, SPACE);
    for (String name : List.of("width", "maxWidth", "height", "maxHeight")) {
      box.matching(name, false, LENGTH);
    }
    for (String name :
        List.of("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd")) {
      box.matching(name, false, OFFSET);
    }
    box.oneOf(
        "justifyContent",
        false,
        List.of(
            "center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"));
    box.oneOf("alignItems", false, List.of("center", "flex-start", "flex-end"));
    box.object("background", false).ifPresent(FlexRules::gradient);
    action(box);
  }

  private static void gradient(Part background) {
    background.oneOf("type", true, List.of("linearGradient"));
    background.matching("angle", true, ANGLE);
    background.matching("startColor", true, COLOR);
    background.matching("endColor", true, COLOR);
    background.matching("centerColor", false, COLOR);
    background.matching("centerPosition", false, PERCENT);
  }

  private static void button(Part button) {
    button.object("action", true).ifPresent(action -> ActionRules.check(action, Place.FLEX_BUTTON));
    button.oneOf("height", false, List.of("sm", "md"));
    button.oneOf("style", false, List.of("primary", "secondary", "link"));
    button.matching("color", false, COLOR);
    gravity(button);
    button.oneOf("adjustMode", false, List.of("shrink-to-fit"));
    button.bool("scaling");
    place(button);
  }

  private static void image(Part image) {
    image.mediaUrl("url", true);
    image.matching("size", false, IMAGE_SIZE);
    image.oneOf("aspectMode", false, List.of("fit", "cover"));
    aspectRatio(image);
    image.matching("backgroundColor", false, COLOR);
    align(image);
    gravity(image);
    image.bool("animated");
    place(image);
    action(image);
  }

  private static void video(Part video) {
    video.mediaUrl("url", true);
    video.mediaUrl("previewUrl", true);
    video
        .object("altContent", true)
        .ifPresent(alternative -> component(alternative, List.of("box", "image")));
    aspectRatio(video);
    action(video);
  }

  private static void icon(Part icon) {
    icon.mediaUrl("url", true);
    icon.matching("size", false, FONT_SIZE);
    aspectRatio(icon);
    icon.bool("scaling");
    place(icon);
  }

  private static void text(Part text) {
    if (text.has("contents")) {
      for (Part span : text.objects("contents", true, 0, CONTENTS_LIMIT)) {
        span.oneOf("type", true, List.of("span"));
        span.optional("text", TEXT_LIMIT, Unit.UTF16);
        font(span);
      }
      text.optional("text", TEXT_LIMIT, Unit.UTF16);
    } else {
      text.required("text", TEXT_LIMIT, Unit.UTF16);
    }
    font(text);
    align(text);
    gravity(text);
    text.bool("wrap");
    text.bool("scaling");
    text.integer("maxLines", false, 0, Integer.MAX_VALUE);
    text.matching("lineSpacing", false, Pattern.compile(PIXELS));
    text.oneOf("adjustMode", false, List.of("shrink-to-fit"));
    place(text);
    action(text);
  }

  private static void font(Part part) {
    part.matching("size", false, FONT_SIZE);
    part.matching("color", false, COLOR);
    part.oneOf("weight", false, List.of("regular", "bold"));
    part.oneOf("style", false, List.of("normal", "italic"));
    part.oneOf("decoration", false, List.of("none", "underline", "line-through"));
  }

  private static void place(Part part) {
    part.integer("flex", false, 0, Integer.MAX_VALUE);
    part.matching("margin", false, SPACE);
    part.oneOf("position", false, List.of("relative", "absolute"));
    for (String name : List.of("offsetTop", "offsetBottom", "offsetStart", "offsetEnd")) {
      part.matching(name, false, OFFSET);
    }
  }

  private static void align(Part part) {
    part.oneOf("align", false, List.of("start", "end", "center"));
  }

  private static void gravity(Part part) {
    part.oneOf("gravity", false, List.of("top", "bottom", "center"));
  }

  private static void aspectRatio(Part part) {
    Optional<String> text = part.optional("aspectRatio", TEXT_LIMIT, Unit.UTF16);
    if (text.isEmpty()) {
      return;
    }
    Matcher ratio = ASPECT.matcher(text.get());
    if (!ratio.matches()) {
      part.find("invalid aspect ratio", "aspectRatio");
      return;
    }
    double width = Double.parseDouble(ratio.group(1));
    double height = Double.parseDouble(ratio.group(2));
    boolean inRange = width >= 1 && height >= 1 && width <= ASPECT_LIMIT && height <= ASPECT_LIMIT;
    if (!inRange || height > 3 * width) {
      part.find("invalid aspect ratio", "aspectRatio");
    }
  }

  private static void action(Part part) {
    part.object("action", false).ifPresent(action -> ActionRules.check(action, Place.FLEX));
  }
}
