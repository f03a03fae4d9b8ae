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

/** Choices as lines of a text, where WhatsApp has no buttons for them. */
final class ChoiceLines {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private ChoiceLines() {}

  static String of(List<Choice> choices) {
    return choices.stream().map(ChoiceLines::line).collect(Collectors.joining("\n"));
  }

  private static String line(Choice choice) {
    return switch (choice) {
      case Choice.Say say -> "• " + say.title();
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
