package dev.throughline.channel.sms;

import java.util.ArrayList;
import java.util.List;

/**
 * How a text is cut into SMS (spec providers.md §B.2.3). The parts concatenated are the text; none
 * ends within a surrogate pair or between the escape and the character of the GSM extension.
 *
 * @param units septets, or UTF-16 units of UCS-2, of the whole text
 */
record Segments(Encoding encoding, int units, List<String> parts) {
  /** How the characters of an SMS are written. */
  enum Encoding {
    GSM_7BIT(160, 153),
    UCS2(70, 67);

    /** Units that one SMS holds. */
    private final int single;

    /** Units that one of several holds, beside the six octets that say which it is. */
    private final int part;

    Encoding(int single, int part) {
      this.single = single;
      this.part = part;
    }

    static Encoding of(String text) {
      return Gsm7.has(text) ? GSM_7BIT : UCS2;
    }
  }

  Segments {
    parts = List.copyOf(parts);
  }

  /** In the smaller encoding that has all characters. */
  static Segments of(String text) {
    return of(text, Encoding.of(text));
  }

  /**
   * @param encoding one that has all characters
   */
  static Segments of(String text, Encoding encoding) {
    int units = 0;
    for (int i = 0; i < text.length(); i++) {
      units += units(text.charAt(i), encoding);
    }
    return new Segments(
        encoding,
        units,
        units <= encoding.single ? List.of(text) : cut(text, encoding, encoding.part));
  }

  private static List<String> cut(String text, Encoding encoding, int most) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    int used = 0;
    int at = 0;
    while (at < text.length()) {
      int next = text.offsetByCodePoints(at, 1);
      int wanted = 0;
      for (int i = at; i < next; i++) {
        wanted += units(text.charAt(i), encoding);
      }
      if (used + wanted > most) {
        parts.add(text.substring(from, at));
        from = at;
        used = 0;
      }
      used += wanted;
      at = next;
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static int units(char c, Encoding encoding) {
    return switch (encoding) {
      case GSM_7BIT -> Gsm7.septets(c);
      case UCS2 -> 1;
    };
  }

  /** Shows nothing of the text. */
  @Override
  public String toString() {
    return "Segments[" + encoding + ", " + units + ", " + parts.size() + " parts]";
  }
}
