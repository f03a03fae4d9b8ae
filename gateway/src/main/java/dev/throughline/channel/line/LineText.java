package dev.throughline.channel.line;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * Cuts a text into as many LINE text messages as one call takes: at the end of a paragraph, line,
 * sentence or word where there is one in the second half of a message, else between two grapheme
 * clusters, never inside one. Nothing is left out: the parts concatenated are the text.
 */
final class LineText {
  /** LINE counts UTF-16 code units (spec line.md §2.2). */
  static final int MAX_UNITS = 5_000;

  static final int MAX_MESSAGES = 5;

  /** Below it no character joins the one before it, but for a line feed after a return. */
  private static final char FIRST_JOINING = '\u0300';

  private final String text;

  /** Absent where every character is a cluster: finding those of a long text is slow. */
  private final Optional<BreakIterator> clusters;

  private LineText(String text) {
    this.text = text;
    this.clusters = isPlain(text) ? Optional.empty() : Optional.of(clustersOf(text));
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
    if (text.length() <= enough || isPlain(text)) {
      return text.length();
    }
    // A boundary depends on what is before it and on the character after it: those within a
    // beginning are the text's, but for its end.
    int looked = Math.min(text.length(), 4 * enough);
    int count = counted(text.substring(0, looked), enough);
    while (count <= enough && looked < text.length()) {
      looked = Math.min(text.length(), 2 * looked);
      count = counted(text.substring(0, looked), enough);
    }
    return count;
  }

  private static int counted(String text, int enough) {
    BreakIterator clusters = clustersOf(text);
    int count = 0;
    while (count <= enough && clusters.next() != BreakIterator.DONE) {
      count++;
    }
    return count;
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= FIRST_JOINING || c == '\r') {
        return false;
      }
    }
    return true;
  }

  private static BreakIterator clustersOf(String text) {
    BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
    clusters.setText(text);
    return clusters;
  }

  /** As much as {@code max} UTF-16 units hold, with an ellipsis where something is left out. */
  static String preview(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    String beginning = text.substring(0, max);
    int end = isPlain(beginning) ? max - 1 : clustersOf(beginning).preceding(max);
    return text.substring(0, Math.max(0, end)) + "…";
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
    return Stream.<IntSupplier>of(
            () -> after("\n\n", earliest, latest),
            () -> after("\n", earliest, latest),
            () -> afterSentence(latest),
            () -> afterSpace(earliest, latest))
        .mapToInt(IntSupplier::getAsInt)
        .filter(cut -> cut >= earliest && isBoundary(cut))
        .findFirst()
        .orElseGet(() -> lastCluster(latest));
  }

  private boolean isBoundary(int at) {
    return clusters.map(iterator -> iterator.isBoundary(at)).orElse(true);
  }

  private int lastCluster(int latest) {
    return isBoundary(latest)
        ? latest
        : clusters.map(iterator -> iterator.preceding(latest)).orElse(latest);
  }

  private int afterSentence(int latest) {
    BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
    sentences.setText(text);
    return sentences.preceding(latest + 1);
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
