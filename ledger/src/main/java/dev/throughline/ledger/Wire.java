package dev.throughline.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The textual forms that all formats here share, each with exactly one spelling: what reads two
 * spellings of one value lets a bit be flipped without anybody noticing.
 */
final class Wire {
  private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,18}");

  private Wire() {}

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Strict UTF-8: no replacement characters, no surrogates, no overlong forms. */
  static String text(String what, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException malformed) {
      throw new RefusedException(what + " is not UTF-8.");
    }
  }

  /** Standard base64 with padding and zero spare bits. */
  static byte[] base64(String what, String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
        return bytes;
      }
    } catch (IllegalArgumentException malformed) {
      // refused below, like a second spelling
    }
    throw new RefusedException(what + " is not canonical base64.");
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** A decimal in [0, 2^63) without sign or leading zeros. */
  static long decimal(String what, String text) {
    if (DECIMAL.matcher(text).matches()) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException tooLarge) {
        // refused below
      }
    }
    throw new RefusedException(what + " is not a decimal number below 2^63 in its one spelling.");
  }

  /** The lines of a text whose every line ends in LF. */
  static List<String> lines(String what, String text) {
    if (!text.endsWith("\n")) {
      throw new RefusedException(what + " does not end with a line feed.");
    }
    List<String> lines = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      lines.add(text.substring(start, end));
      start = end + 1;
    }
    return lines;
  }

  /** One canonical base64 hash a line. */
  static List<Hash> hashes(String what, List<String> lines) {
    List<Hash> hashes = new ArrayList<>(lines.size());
    for (String line : lines) {
      byte[] bytes = base64(what, line);
      if (bytes.length != Hash.BYTES) {
        throw new RefusedException(what + " has a line that is not a 32-byte hash.");
      }
      hashes.add(Hash.of(bytes));
    }
    return List.copyOf(hashes);
  }
}
