package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Date and time pickers: what can be picked, and how the postback says it. */
final class Pickers {
  private Pickers() {}

  /**
   * The postback's {@code params}.
   *
   * @param picked without it, the picker's initial value is taken
   */
  static ObjectNode params(ObjectNode action, Optional<String> picked) throws ControlRefusal {
    String mode = Json.text(action, "mode").orElse("");
    String value =
        picked
            .or(() -> Json.text(action, "initial"))
            .map(Pickers::spelt)
            .orElseThrow(() -> new ControlRefusal(400, "Say in \"picked\" what was picked."));
    if (!valid(mode, value)) {
      throw new ControlRefusal(400, "What was picked is not a " + mode + ".");
    }
    boolean early =
        Json.text(action, "min").filter(min -> value.compareTo(spelt(min)) < 0).isPresent();
    boolean late =
        Json.text(action, "max").filter(max -> value.compareTo(spelt(max)) > 0).isPresent();
    if (early || late) {
      throw new ControlRefusal(409, "The picker does not go that far.");
    }
    return Json.object().put(mode, value);
  }

  /** With a capital T between date and time. */
  private static String spelt(String value) {
    return value.replace('t', 'T');
  }

  private static boolean valid(String mode, String value) {
    try {
      return switch (mode) {
        case "date" -> LocalDate.parse(value).getYear() > 0 && value.length() == 10;
        case "time" -> LocalTime.parse(value).getHour() >= 0 && value.length() == 5;
        case "datetime" -> LocalDateTime.parse(value).getYear() > 0 && value.length() == 16;
        default -> false;
      };
    } catch (DateTimeException e) {
      return false;
    }
  }
}
