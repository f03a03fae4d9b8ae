package dev.throughline.policy;

import dev.throughline.contract.Fields;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.message.MessageClass;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Quiet hours as an app sets them: {@code throughline.quiet_hours}. */
public final class QuietHoursForm {
  private static final int MAX_WINDOWS = 20;
  private static final int MAX_CALENDARS = 10;

  /** A dozen years of a country's holidays. */
  private static final int MAX_DATES = 400;

  private static final int MAX_NAME = 64;
  private static final Pattern TIME = Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]");
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final Set<MessageClass> USUALLY =
      EnumSet.of(MessageClass.MARKETING, MessageClass.NOTIFICATION);

  private QuietHoursForm() {}

  /**
   * @throws WrongFieldException saying what is wrong
   */
  public static QuietHours read(Fields fields) {
    List<QuietHours.Window> windows = new ArrayList<>();
    for (Fields each : fields.objects("windows", MAX_WINDOWS)) {
      windows.add(
          new QuietHours.Window(days(each), time(each, "from"), time(each, "to"), classes(each)));
    }
    List<QuietHours.Holidays> holidays = new ArrayList<>();
    for (Fields each : fields.objects("holidays", MAX_CALENDARS)) {
      holidays.add(
          new QuietHours.Holidays(
              each.requiredString("name", MAX_NAME), dates(each), classes(each)));
    }
    QuietHours read = new QuietHours(zone(fields, "time_zone"), windows, holidays);
    for (MessageClass sent : USUALLY) {
      if (!read.leavesTime(sent)) {
        throw fields.wrong(
            "windows", "leave no time of the week to messages of the class " + sent + ".");
      }
    }
    return read;
  }

  /** What was read once. */
  public static QuietHours of(JsonNode json) {
    return json instanceof ObjectNode object && !object.isEmpty()
        ? read(Fields.of(object))
        : QuietHours.NONE;
  }

  /** A required name of a time zone. */
  public static ZoneId zone(Fields fields, String name) {
    return zone(fields.requiredString(name, MAX_NAME))
        .orElseThrow(() ->
            fields.wrong(name, "must be a time zone of the IANA database, such as Asia/Tokyo."));
  }

  /** A zone of the IANA database; offsets and abbreviations are none: they know no summer. */
  public static Optional<ZoneId> zone(String name) {
    return ZoneId.getAvailableZoneIds().contains(name) && (name.contains("/") || name.equals("UTC"))
        ? Optional.of(ZoneId.of(name))
        : Optional.empty();
  }

  private static Set<DayOfWeek> days(Fields window) {
    if (!window.has("days")) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String name : window.strings("days", DayOfWeek.values().length)) {
      days.add(
          Arrays.stream(DayOfWeek.values())
              .filter(day -> day.name().substring(0, 3).equals(name))
              .findFirst()
              .orElseThrow(
                  () -> window.wrong("days", "must be of MON, TUE, WED, THU, FRI, SAT, SUN.")));
    }
    return days;
  }

  private static LocalTime time(Fields window, String name) {
    String text = window.requiredString(name, MAX_NAME);
    if (!TIME.matcher(text).matches()) {
      throw window.wrong(name, "must be a time of the day, from 00:00 to 23:59.");
    }
    return LocalTime.parse(text);
  }

  private static Set<LocalDate> dates(Fields calendar) {
    Set<LocalDate> dates = new HashSet<>();
    for (String text : calendar.strings("dates", MAX_DATES)) {
      try {
        dates.add(LocalDate.parse(text, DATE));
      } catch (DateTimeParseException e) {
        throw calendar.wrong(
            "dates[" + dates.size() + "]", "must be a date, such as 2027-01-01, named once.");
      }
    }
    return dates;
  }

  /** A conversation is not held: who asks wants the answer. */
  private static Set<MessageClass> classes(Fields rule) {
    if (!rule.has("classes")) {
      return USUALLY;
    }
    Set<MessageClass> classes = EnumSet.noneOf(MessageClass.class);
    for (String name : rule.strings("classes", USUALLY.size())) {
      classes.add(
          USUALLY.stream()
              .filter(sent -> sent.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  rule.wrong(
                      "classes",
                      "must be of MARKETING and NOTIFICATION: a conversation is not held.")));
    }
    return classes;
  }
}
