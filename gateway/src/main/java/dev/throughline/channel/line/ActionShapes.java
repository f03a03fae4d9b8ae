package dev.throughline.channel.line;

import static dev.throughline.channel.line.Shape.clusters;
import static dev.throughline.channel.line.Shape.keyword;
import static dev.throughline.channel.line.Shape.text;
import static dev.throughline.channel.line.Shape.thing;

import dev.throughline.channel.line.Shape.Kinds;
import dev.throughline.channel.line.Shape.Thing;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** What may be tapped, by where it stands (spec line.md §3.3). */
final class ActionShapes {
  private static final int MAX_DATA = 300;
  private static final int MAX_SAID = 300;
  private static final int MAX_URI = 1_000;
  private static final int MAX_CLIPBOARD = 1_000;
  private static final int MAX_IMAGE_LABEL = 12;
  private static final Set<String> SCHEMES = Set.of("http", "https", "line", "tel");
  private static final LocalDate FIRST_DATE = LocalDate.of(1900, 1, 1);
  private static final LocalDate LAST_DATE = LocalDate.of(2100, 12, 31);

  /** A button of a template. */
  static final Kinds TEMPLATE = labelled(true, LineActions.MAX_LABEL, false);

  /** What tapping a picture or text of a template does. */
  static final Kinds TEMPLATE_DEFAULT = labelled(false, LineActions.MAX_LABEL, false);

  /** A picture of an image carousel. */
  static final Kinds IMAGE = labelled(false, MAX_IMAGE_LABEL, false);

  static final Kinds QUICK_REPLY = labelled(true, LineActions.MAX_LABEL, true);
  static final Kinds FLEX_BUTTON = labelled(true, LineActions.MAX_FLEX_LABEL, false);
  static final Kinds FLEX = labelled(false, LineActions.MAX_FLEX_LABEL, false);

  private ActionShapes() {}

  private static Kinds labelled(boolean required, int maxLabel, boolean quickReply) {
    Map<String, Shape> kinds = new LinkedHashMap<>();
    Thing base = thing().may("type", text(1, 50)).with("label", clusters(1, maxLabel), required);
    kinds.put("postback", postback(base));
    kinds.put("message", base.must("text", clusters(1, MAX_SAID)));
    kinds.put("uri", uri(base));
    kinds.put("datetimepicker", picker(base));
    if (quickReply) {
      kinds.put("camera", base);
      kinds.put("cameraRoll", base);
      kinds.put("location", base);
    }
    kinds.put("clipboard", base.must("clipboardText", text(1, MAX_CLIPBOARD)));
    return new Kinds("type", kinds);
  }

  private static Thing postback(Thing base) {
    return base.must("data", text(1, MAX_DATA))
        .may("displayText", clusters(0, MAX_SAID))
        .may("text", clusters(0, MAX_SAID))
        .may("inputOption", keyword("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"))
        .may("fillInText", clusters(0, MAX_SAID))
        .and((action, at, findings) -> {
          if (action.hasNonNull("displayText") && action.hasNonNull("text")) {
            findings.add(at + ".text", "The property cannot be used with displayText");
          }
          if (action.hasNonNull("fillInText")
              && !action.path("inputOption").asString("").equals("openKeyboard")) {
            findings.add(at + ".fillInText", "inputOption must be openKeyboard");
          }
        });
  }

  private static Thing uri(Thing base) {
    return base.must(
            "uri",
            text(1, MAX_URI).and(uri -> SCHEMES.contains(Shape.scheme(uri)) ? "" : "invalid uri"))
        .may(
            "altUri",
            thing()
                .may(
                    "desktop",
                    text(0, MAX_URI)
                        .and(uri -> SCHEMES.contains(Shape.scheme(uri)) ? "" : "invalid uri")));
  }

  private static Thing picker(Thing base) {
    return base.must("data", text(1, MAX_DATA))
        .must("mode", keyword("date", "time", "datetime"))
        .may("initial", text(1, 20))
        .may("max", text(1, 20))
        .may("min", text(1, 20))
        .and(ActionShapes::times);
  }

  private static void times(ObjectNode action, String at, Findings findings) {
    String mode = action.path("mode").asString("");
    for (String name : Set.of("initial", "max", "min")) {
      if (action.hasNonNull(name) && time(mode, action.path(name).asString("")).isEmpty()) {
        findings.add(at + "." + name, "Must be a valid " + mode);
      }
    }
    Optional<LocalDateTime> min = time(mode, action.path("min").asString(""));
    Optional<LocalDateTime> max = time(mode, action.path("max").asString(""));
    if (min.isPresent() && max.isPresent() && !max.get().isAfter(min.get())) {
      findings.add(at + ".max", "must be greater than min");
    }
  }

  private static Optional<LocalDateTime> time(String mode, String text) {
    try {
      LocalDateTime time =
          switch (mode) {
            case "date" -> LocalDate.parse(text).atStartOfDay();
            case "time" -> FIRST_DATE.atTime(LocalTime.parse(text));
            case "datetime" -> LocalDateTime.parse(text.replace('t', 'T'));
            default -> FIRST_DATE.atStartOfDay();
          };
      return Optional.of(time)
          .filter(t -> !t.toLocalDate().isBefore(FIRST_DATE))
          .filter(t -> !t.toLocalDate().isAfter(LAST_DATE));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
