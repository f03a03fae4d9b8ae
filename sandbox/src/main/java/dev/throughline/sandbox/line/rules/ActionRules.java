package dev.throughline.sandbox.line.rules;

import dev.throughline.sandbox.line.rules.Part.Unit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Action objects, whose label and kinds depend on where they stand. */
final class ActionRules {

  /** Where an action stands: which kinds it may be, and how long a label it needs or may have. */
  enum Place {
    QUICK_REPLY(true, 20),
    TEMPLATE(true, 20),
    IMAGE_CAROUSEL(false, 12),
    /** The whole picture or bubble is the button, so there is nowhere to show a label. */
    AREA(false, 40),
    RICH_MENU(false, 20),
    FLEX_BUTTON(true, 40),
    FLEX(false, 40);

    private final boolean labelRequired;
    private final int labelLimit;

    Place(boolean labelRequired, int labelLimit) {
      this.labelRequired = labelRequired;
      this.labelLimit = labelLimit;
    }

    private List<String> kinds() {
      return switch (this) {
        case QUICK_REPLY -> IN_QUICK_REPLIES;
        case RICH_MENU -> IN_RICH_MENUS;
        case TEMPLATE, IMAGE_CAROUSEL, AREA, FLEX_BUTTON, FLEX -> EVERYWHERE;
      };
    }
  }

  private static final List<String> EVERYWHERE =
      List.of("postback", "message", "uri", "datetimepicker", "clipboard");
  private static final List<String> IN_QUICK_REPLIES =
      List.of(
          "postback",
          "message",
          "uri",
          "datetimepicker",
          "camera",
          "cameraRoll",
          "location",
          "clipboard");

  private static final List<String> IN_RICH_MENUS =
      List.of("postback", "message", "uri", "datetimepicker", "richmenuswitch", "clipboard");
  private static final int ALIAS_LIMIT = 32;
  private static final int DATA_LIMIT = 300;
  private static final int TEXT_LIMIT = 300;
  private static final int URI_LIMIT = 1000;
  private static final int CLIPBOARD_LIMIT = 1000;
  private static final Set<String> URI_SCHEMES = Set.of("http", "https", "line", "tel");
  private static final Pattern DATE = Pattern.compile("((19|20)\\d\\d|2100)-[01]\\d-[0-3]\\d");
  private static final Pattern TIME = Pattern.compile("[0-2]\\d:[0-5]\\d");
  private static final Pattern DATETIME =
      Pattern.compile("((19|20)\\d\\d|2100)-[01]\\d-[0-3]\\d[Tt][0-2]\\d:[0-5]\\d");

  private ActionRules() {}

  static void check(Part action, Place place) {
    Optional<String> type = action.oneOf("type", true, place.kinds());
    if (place.labelRequired) {
      action.required("label", place.labelLimit, Unit.GRAPHEME);
    } else {
      action.optional("label", place.labelLimit, Unit.GRAPHEME);
    }
    switch (type.orElse("")) {
      case "postback" -> postback(action);
      case "message" -> action.required("text", TEXT_LIMIT, Unit.GRAPHEME);
      case "uri" -> {
        action.url("uri", true, URI_LIMIT, URI_SCHEMES);
        action
            .object("altUri", false)
            .ifPresent(alternative -> alternative.url("desktop", false, URI_LIMIT, URI_SCHEMES));
      }
      case "datetimepicker" -> datetimepicker(action);
      case "richmenuswitch" -> {
        action.required("richMenuAliasId", ALIAS_LIMIT, Unit.UTF16);
        action.required("data", DATA_LIMIT, Unit.UTF16);
      }
      case "clipboard" -> action.required("clipboardText", CLIPBOARD_LIMIT, Unit.UTF16);
      default -> {
        // camera, cameraRoll and location have a label only; anything else is reported above
      }
    }
  }

  private static void postback(Part action) {
    action.required("data", DATA_LIMIT, Unit.UTF16);
    action.optional("displayText", TEXT_LIMIT, Unit.GRAPHEME);
    action.optional("text", TEXT_LIMIT, Unit.GRAPHEME);
    if (action.has("displayText") && action.has("text")) {
      action.find("displayText and text can't be specified at the same time", "text");
    }
    Optional<String> input =
        action.oneOf(
            "inputOption",
            false,
            List.of("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"));
    action.optional("fillInText", TEXT_LIMIT, Unit.GRAPHEME);
    if (action.has("fillInText") && !input.orElse("").equals("openKeyboard")) {
      action.find("inputOption must be openKeyboard", "fillInText");
    }
  }

  private static void datetimepicker(Part action) {
    action.required("data", DATA_LIMIT, Unit.UTF16);
    Optional<String> mode = action.oneOf("mode", true, List.of("date", "time", "datetime"));
    if (mode.isEmpty()) {
      return;
    }
    Pattern pattern =
        switch (mode.get()) {
          case "date" -> DATE;
          case "time" -> TIME;
          default -> DATETIME;
        };
    action.matching("initial", false, pattern);
    Optional<String> max = action.matching("max", false, pattern);
    Optional<String> min = action.matching("min", false, pattern);
    if (max.isPresent() && min.isPresent() && max.get().compareToIgnoreCase(min.get()) <= 0) {
      action.find("max must be later than min", "max");
    }
  }
}
