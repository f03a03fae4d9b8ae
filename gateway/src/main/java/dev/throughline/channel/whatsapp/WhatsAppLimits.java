package dev.throughline.channel.whatsapp;

import java.text.BreakIterator;
import java.util.Locale;

/**
 * How much WhatsApp takes (spec providers.md B.3.1, Meta's OpenAPI file). Meta says "characters"
 * and not which; we count UTF-16 units, of which there are never fewer than of anything else.
 */
final class WhatsAppLimits {
  static final int TEXT = 4_096;
  static final int CAPTION = 1_024;

  /** Of everything interactive; Meta's file has no more for lists either. */
  static final int BODY = 1_024;

  static final int HEADER = 60;
  static final int FOOTER = 60;
  static final int BUTTON = 20;
  static final int BUTTONS = 3;
  static final int BUTTON_ID = 256;
  static final int ROWS = 10;
  static final int ROW_TITLE = 24;
  static final int ROW_DESCRIPTION = 72;
  static final int ROW_ID = 200;
  static final int SECTION_TITLE = 24;
  static final int SECTIONS = 10;
  static final int PRODUCTS = 30;
  static final int CONTACTS = 5;
  static final int PAYLOAD = 128;
  static final int CARDS = 10;
  static final int FLOW_BUTTON = 30;

  private WhatsAppLimits() {}

  static boolean fits(String text, int most) {
    return text.length() <= most;
  }

  /** With an ellipsis where something is left out, never inside a character. */
  static String preview(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    BreakIterator clusters = BreakIterator.getCharacterInstance(Locale.ROOT);
    clusters.setText(text);
    int end = clusters.isBoundary(most - 1) ? most - 1 : clusters.preceding(most - 1);
    return text.substring(0, Math.max(0, end)) + "…";
  }

  /** UTF-8 cannot carry half of a surrogate pair. */
  static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }
}
