package dev.throughline.channel.email;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Leaves out the earlier mail that a program put below an answer. Only what certainly is one: a
 * block of lines that begin with {@code >} at the end, with the line that introduces it, or all
 * below the line by which Outlook marks an original message. What is written between quoted lines
 * stays, with them.
 */
final class QuotedHistory {
  private static final Pattern ORIGINAL =
      Pattern.compile("-{2,} ?(Original Message|元のメッセージ|原始邮件|ข้อความต้นฉบับ) ?-{2,}");

  /** "On Tue, 3 Nov 2026, Shop wrote:", which ends with a colon and names a day or an address. */
  private static final Pattern INTRODUCTION =
      Pattern.compile(".*([0-9]{4}|[^\\s@]+@[^\\s@]+).*[:：]\\s*$");

  private QuotedHistory() {}

  /**
   * @param cut how many lines were left out
   */
  record Cut(String kept, int cut) {}

  static Cut of(String text) {
    List<String> lines = text.lines().toList();
    int original = firstOriginal(lines);
    int end = original >= 0 ? original : quotedFrom(lines);
    String kept = String.join("\n", lines.subList(0, end)).strip();
    // An answer that is nothing but a quotation is not made empty.
    return kept.isEmpty() ? new Cut(text.strip(), 0) : new Cut(kept, lines.size() - end);
  }

  private static int firstOriginal(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      if (ORIGINAL.matcher(lines.get(i).strip()).matches()) {
        return i;
      }
    }
    return -1;
  }

  private static int quotedFrom(List<String> lines) {
    int end = lines.size();
    int from = end;
    boolean quoted = false;
    while (from > 0) {
      String line = lines.get(from - 1).strip();
      if (line.startsWith(">")) {
        quoted = true;
      } else if (!line.isEmpty()) {
        break;
      }
      from--;
    }
    if (!quoted) {
      return end;
    }
    // The introduction may be folded onto two lines.
    if (from > 0 && INTRODUCTION.matcher(lines.get(from - 1)).matches()) {
      return from - 1;
    }
    if (from > 1
        && lines.get(from - 1).strip().endsWith(":")
        && INTRODUCTION.matcher(lines.get(from - 2) + " " + lines.get(from - 1)).matches()) {
      return from - 2;
    }
    return from;
  }
}
