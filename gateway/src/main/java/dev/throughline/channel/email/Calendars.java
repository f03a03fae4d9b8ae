package dev.throughline.channel.email;

import dev.throughline.message.Bytes;
import dev.throughline.message.Choice;
import dev.throughline.message.Ids.MessageId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** An event as iCalendar (RFC 5545). */
final class Calendars {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter SHOWN =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Calendars() {}

  /**
   * @param place of the choice in its message, so that each event has an id of its own
   */
  static Bytes of(Choice.Note event, MessageId message, int place) {
    return new ContentLines()
        .add("BEGIN", "VCALENDAR")
        .add("VERSION", "2.0")
        .add("PRODID", "-//Throughline//Throughline//EN")
        .add("METHOD", "PUBLISH")
        .add("BEGIN", "VEVENT")
        .add("UID", message + "-" + place + "@throughline.invalid")
        .add("DTSTAMP", stamp(event.start()))
        .add("DTSTART", stamp(event.start()))
        .add("DTEND", stamp(event.end()))
        .add("SUMMARY", ContentLines.text(event.eventTitle()))
        .add("DESCRIPTION", ContentLines.text(event.eventDescription()))
        .add("END", "VEVENT")
        .add("END", "VCALENDAR")
        .bytes();
  }

  /** When it is, for whoever does not open the file; in UTC, since nobody told where they are. */
  static String when(Choice.Note event) {
    return SHOWN.format(event.start()) + " – " + SHOWN.format(event.end());
  }

  private static String stamp(Instant time) {
    return STAMP.format(time.truncatedTo(ChronoUnit.SECONDS));
  }
}
