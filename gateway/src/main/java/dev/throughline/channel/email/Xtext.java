package dev.throughline.channel.email;

import java.util.HexFormat;

/** The encoding of a value in a command of DSN (RFC 3461, 4). */
final class Xtext {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Xtext() {}

  /** Of printable ASCII characters. */
  static String of(String value) {
    StringBuilder encoded = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '+' || c == '=' || c <= ' ' || c > '~') {
        encoded.append('+').append(HEX.toHexDigits((byte) c));
      } else {
        encoded.append(c);
      }
    }
    return encoded.toString();
  }

  static String read(String encoded) {
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      boolean hex =
          c == '+'
              && i + 2 < encoded.length()
              && HexFormat.isHexDigit(encoded.charAt(i + 1))
              && HexFormat.isHexDigit(encoded.charAt(i + 2));
      if (hex) {
        value.append((char) HexFormat.fromHexDigits(encoded, i + 1, i + 3));
        i += 2;
      } else {
        value.append(c);
      }
    }
    return value.toString();
  }
}
