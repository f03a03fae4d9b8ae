package dev.throughline.channel.email;

/** Writes the text part: paragraphs and lists, as one would type them. */
final class PlainText {
  private static final int REPLACEMENT = 0xFFFD;

  private final StringBuilder out = new StringBuilder();

  /** Apart from what stands before. */
  PlainText paragraph(String text) {
    if (!out.isEmpty()) {
      out.append('\n');
    }
    return line(text);
  }

  PlainText line(String text) {
    text.replaceAll("\r\n?", "\n").codePoints().map(PlainText::shown).forEach(out::appendCodePoint);
    out.append('\n');
    return this;
  }

  String text() {
    return out.toString();
  }

  /** What cannot stand in XML, nor in the text of a mail, is shown as such. */
  static int shown(int c) {
    boolean control = c < ' ' && c != '\t' && c != '\n' && c != '\r';
    boolean noncharacter = c == 0xFFFE || c == 0xFFFF;
    boolean loneSurrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return control || noncharacter || loneSurrogate || c == 0x7F ? REPLACEMENT : c;
  }

  /** On one line: for subjects, names of files and other header fields. */
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .map(c -> Character.isWhitespace(c) || Character.isISOControl(c) ? ' ' : shown(c))
        .forEach(line::appendCodePoint);
    return line.toString().replaceAll(" +", " ").strip();
  }

  /** At most {@code max} UTF-16 units, ending in an ellipsis where it is cut. */
  static String shortened(String line, int max) {
    if (line.length() <= max) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(max - 2)) ? max - 2 : max - 1;
    return line.substring(0, end).stripTrailing() + "…";
  }
}
