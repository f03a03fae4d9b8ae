package dev.throughline.channel.sms;

/** Texts as they may go on: what no encoding can carry is replaced. */
final class SmsTexts {
  private SmsTexts() {}

  /** Where the first half of a surrogate pair without the other stands, or -1. */
  static int loneSurrogate(String text) {
    int at = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
        return at;
      }
      at += Character.charCount(point);
    }
    return -1;
  }

  /** With U+FFFD for each half of a pair that misses the other. */
  static String whole(String text) {
    if (loneSurrogate(text) < 0) {
      return text;
    }
    StringBuilder whole = new StringBuilder(text.length());
    text.codePoints()
        .map(point ->
            point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point)
        .forEach(whole::appendCodePoint);
    return whole.toString();
  }
}
