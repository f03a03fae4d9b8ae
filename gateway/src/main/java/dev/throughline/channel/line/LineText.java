package dev.throughline.channel.line;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts a text into as many LINE text messages as one call takes: at the end of a paragraph, line,
 * sentence or word where there is one in the second half of a message, else between two grapheme
 * clusters, never inside one. Nothing is left out: the parts concatenated are the text.
 */
final class LineText {
  /** LINE counts UTF-16 code units (spec line.md §2.2). */
  static final int MAX_UNITS = 5_000;

  static final int MAX_MESSAGES = 5;

  private final String text;
  private final BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
  private final BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);

  private LineText(String text) {
    this.text = text;
    clusters.setText(text);
    sentences.setText(text);
  }

  /** The parts, or an empty list if the text does not fit. */
  static List<String> parts(String text) {
    if (text.length() <= MAX_UNITS) {
      return List.of(text);
    }
    if (text.length() > MAX_MESSAGES * MAX_UNITS) {
      return List.of();
    }
    LineText cutter = new LineText(text);
    List<String> parts = cutter.parts(true);
    return parts.isEmpty() ? cutter.parts(false) : parts;
  }

  /**
   * Characters as a reader counts them, for the limits that LINE counts so (spec line.md §2.2).
   *
   * @param enough counting stops beyond it
   */
  static int clusters(String text, int enough) {
    if (text.length() <= enough) {
      return text.length();
    }
    BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
    clusters.setText(text);
    int count = 0;
    while (count <= enough && clusters.next() != BreakIterator.DONE) {
      count++;
    }
    return count;
  }

  /** As much as {@code max} UTF-16 units hold, with an ellipsis where something is left out. */
  static String preview(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
    clusters.setText(text);
    return text.substring(0, Math.max(0, clusters.preceding(max))) + "…";
  }

  /** Where the first half of a surrogate pair without the other stands, or -1. */
  static int loneSurrogate(CharSequence text) {
    return loneSurrogate(text, 0);
  }

  static int loneSurrogate(CharSequence text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * @param readable cut where a reader would, as long as the rest still fits; else as late as we
   *     can
   */
  private List<String> parts(boolean readable) {
    List<String> parts = new ArrayList<>(MAX_MESSAGES);
    int from = 0;
    while (text.length() - from > MAX_UNITS) {
      int messagesAfterThis = MAX_MESSAGES - parts.size() - 1;
      int latest = from + MAX_UNITS;
      int earliest = Math.max(from + MAX_UNITS / 2, text.length() - messagesAfterThis * MAX_UNITS);
      int cut = readable ? readableCut(earliest, latest) : lastCluster(latest);
      if (messagesAfterThis == 0 || cut <= from) {
        return List.of();
      }
      parts.add(text.substring(from, cut));
      from = cut;
    }
    parts.add(text.substring(from));
    return parts;
  }

  private int readableCut(int earliest, int latest) {
    int[] candidates = {
      after("\n\n", earliest, latest),
      after("\n", earliest, latest),
      sentences.preceding(latest + 1),
      afterSpace(earliest, latest),
    };
    for (int cut : candidates) {
      if (cut >= earliest && clusters.isBoundary(cut)) {
        return cut;
      }
    }
    return lastCluster(latest);
  }

  private int lastCluster(int latest) {
    return clusters.isBoundary(latest) ? latest : clusters.preceding(latest);
  }

  /** The end of the last such mark that ends within the bounds, or -1. */
  private int after(String mark, int earliest, int latest) {
    int found = text.lastIndexOf(mark, latest - mark.length());
    return found >= 0 && found + mark.length() >= earliest ? found + mark.length() : -1;
  }

  private int afterSpace(int earliest, int latest) {
    for (int cut = latest; cut >= earliest; cut--) {
      if (Character.isWhitespace(text.charAt(cut - 1))) {
        return cut;
      }
    }
    return -1;
  }
}
