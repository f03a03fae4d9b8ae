package dev.throughline.channel.whatsapp;

import dev.throughline.message.Choice;
import dev.throughline.message.Content.Location;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Choices as lines of a text, where WhatsApp has no buttons for them. Where any of them comes back
 * as an answer all are numbered, throughout the message, so that a number says which.
 */
final class ChoiceLines {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final boolean numbered;
  private int number;

  /**
   * @param all that the message offers
   */
  ChoiceLines(List<Choice> all) {
    this.numbered = all.stream().anyMatch(Choice.Say.class::isInstance);
  }

  boolean numbered() {
    return numbered;
  }

  /** Whether any was numbered so far. */
  boolean written() {
    return number > 0;
  }

  String of(List<Choice> choices) {
    return choices.stream().map(this::of).collect(Collectors.joining("\n"));
  }

  String of(Choice choice) {
    return numbered ? ++number + ". " + line(choice) : line(choice);
  }

  private static String line(Choice choice) {
    return switch (choice) {
      case Choice.Say say -> say.title();
      case Choice.Open open -> open.title() + ": " + ascii(open.url());
      case Choice.Call call -> call.title() + ": " + call.phoneNumber();
      case Choice.Show show -> show.title() + ": " + map(show.place());
      case Choice.Note note ->
          note.title()
              + ": "
              + note.eventTitle()
              + ", "
              + time(note.start())
              + " – "
              + time(note.end())
              + (note.eventDescription().isEmpty() ? "" : "\n" + note.eventDescription())
              + "\n"
              + ascii(note.fallbackUrl());
      case Choice.ShareLocation share -> share.title() + ": " + ascii(share.fallbackUrl());
    };
  }

  private static String time(Instant instant) {
    return TIME.format(instant);
  }

  private static String map(Location place) {
    return "https://www.google.com/maps/search/?api=1&query="
        + place.latitude()
        + ","
        + place.longitude();
  }

  static String ascii(String url) {
    try {
      return URI.create(url).toASCIIString();
    } catch (IllegalArgumentException noUri) {
      return url;
    }
  }
}
