package dev.throughline.inbound;

import java.util.Optional;

/** Draws a card with a sticker's word and ids, in a colour of its own. Pure. */
final class StickerPicture {
  private static final int SIDE = 320;
  private static final int COLOURS = 360;

  /** A longer word is written smaller; this many characters fit at the full size. */
  private static final int FITTING = 8;

  private static final int FULL_SIZE = 40;

  private StickerPicture() {}

  static String svg(String packageId, String stickerId, Optional<String> keyword) {
    int colour = Math.floorMod((packageId + "/" + stickerId).hashCode(), COLOURS);
    String word = keyword.orElse("sticker");
    int size = FULL_SIZE * FITTING / Math.max(FITTING, word.length());
    return """
    <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%1$d" viewBox="0 0 %1$d %1$d">\
    <rect x="8" y="8" width="304" height="304" rx="48" fill="hsl(%2$d,60%%,88%%)" \
    stroke="hsl(%2$d,45%%,60%%)" stroke-width="4"/>\
    <text x="160" y="168" font-family="sans-serif" font-size="%3$d" text-anchor="middle" \
    fill="hsl(%2$d,45%%,25%%)">%4$s</text>\
    <text x="160" y="272" font-family="sans-serif" font-size="16" text-anchor="middle" \
    fill="hsl(%2$d,25%%,45%%)">%5$s / %6$s</text></svg>\
    """
        .formatted(SIDE, colour, size, escaped(word), packageId, stickerId);
  }

  /** XML knows no control characters; halves of surrogate pairs are gone by then. */
  private static String escaped(String word) {
    StringBuilder text = new StringBuilder();
    word.chars()
        .forEach(c -> {
          switch (c) {
            case '<' -> text.append("&lt;");
            case '>' -> text.append("&gt;");
            case '&' -> text.append("&amp;");
            default -> text.append(c < ' ' || c >= 0xfffe ? ' ' : (char) c);
          }
        });
    return text.toString();
  }
}
