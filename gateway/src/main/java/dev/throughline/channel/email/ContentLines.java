package dev.throughline.channel.email;

import dev.throughline.message.Bytes;
import java.nio.charset.StandardCharsets;

/** The lines of a vCard or a calendar: folded at 75 octets (RFC 5545, 3.1; RFC 2426, 2.6). */
final class ContentLines {
  private static final int MAX_OCTETS = 75;

  private final StringBuilder out = new StringBuilder();

  ContentLines add(String property, String value) {
    int octets = 0;
    for (int c : (property + ":" + value).codePoints().toArray()) {
      String character = Character.toString(c);
      int length = character.getBytes(StandardCharsets.UTF_8).length;
      if (octets + length > MAX_OCTETS) {
        out.append("\r\n ");
        octets = 1;
      }
      out.append(character);
      octets += length;
    }
    out.append("\r\n");
    return this;
  }

  /** A text as a value: nothing in it ends the value, the line or the object. */
  static String text(String value) {
    StringBuilder escaped = new StringBuilder();
    value
        .replaceAll("\r\n?", "\n")
        .codePoints()
        .map(PlainText::shown)
        .forEach(c -> {
          switch (c) {
            case '\\', ';', ',' -> escaped.append('\\').appendCodePoint(c);
            case '\n' -> escaped.append("\\n");
            default -> escaped.appendCodePoint(c);
          }
        });
    return escaped.toString();
  }

  Bytes bytes() {
    return Bytes.utf8(out.toString());
  }
}
