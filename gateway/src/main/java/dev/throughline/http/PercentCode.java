package dev.throughline.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Percent encoding, and a decoding that refuses what it does not understand, instead of passing it
 * on.
 */
public final class PercentCode {
  private static final String HEX = "0123456789ABCDEF";

  private PercentCode() {}

  /**
   * Decodes {@code text[from, to)} as UTF-8.
   *
   * @throws MalformedException for a broken escape, for bytes that are not UTF-8, and for NUL,
   *     which no identifier holds and which PostgreSQL cannot store as text
   */
  static String decode(String text, int from, int to, boolean plusIsSpace) {
    boolean plain = true;
    for (int i = from; i < to && plain; i++) {
      char c = text.charAt(i);
      plain = c != '%' && (c != '+' || !plusIsSpace) && c != 0;
    }
    return plain ? text.substring(from, to) : decodeEscapes(text, from, to, plusIsSpace);
  }

  /** The text with all but letters, digits and {@code - . _ ~} escaped (RFC 3986 §2.3). */
  public static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 16);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          b >= 'a' && b <= 'z'
              || b >= 'A' && b <= 'Z'
              || b >= '0' && b <= '9'
              || b == '-'
              || b == '.'
              || b == '_'
              || b == '~';
      if (plain) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
      }
    }
    return encoded.toString();
  }

  private static String decodeEscapes(String text, int from, int to, boolean plusIsSpace) {
    byte[] bytes = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int value = c;
      if (c == '%') {
        int high = i + 2 < to ? hexDigit(text.charAt(i + 1)) : -1;
        int low = i + 2 < to ? hexDigit(text.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          throw new MalformedException("a percent escape is not two hexadecimal digits");
        }
        value = high << 4 | low;
        i += 2;
      } else if (c == '+' && plusIsSpace) {
        value = ' ';
      } else if (c >= 128) {
        throw new MalformedException("the address holds a character that must be escaped");
      }
      if (value == 0) {
        throw new MalformedException("the address holds a NUL");
      }
      bytes[length++] = (byte) value;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException("a percent escape is not UTF-8");
    }
  }

  /** ASCII digits only: {@link Character#digit} alone would take full-width ones too. */
  private static int hexDigit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  /** What the client sent cannot be read; answered with 400. */
  static final class MalformedException extends RuntimeException {
    MalformedException(String safeMessage) {
      super(safeMessage, null, false, false);
    }
  }
}
