package dev.throughline.channel.sms;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038 §6.2.1). One septet a
 * character, two for those of the extension; each septet in an octet of its own, as SMPP has it.
 */
final class Gsm7 {
  private static final int ESCAPE = 0x1B;
  private static final char NONE = '\uFFFF';

  private static final String BASIC =
      "@£$¥èéùìòÇ\nØø\rÅå"
          + "Δ_ΦΓΛΩΠΨΣΘΞ\uFFFFÆæßÉ"
          + " !\"#¤%&'()*+,-./"
          + "0123456789:;<=>?"
          + "¡ABCDEFGHIJKLMNO"
          + "PQRSTUVWXYZÄÖÑÜ§"
          + "¿abcdefghijklmno"
          + "pqrstuvwxyzäöñüà";

  private static final byte[] SEPTETS = new byte[0x20AD];
  private static final char[] EXTENSION = new char[128];

  static {
    Arrays.fill(SEPTETS, (byte) -1);
    for (int i = 0; i < BASIC.length(); i++) {
      if (BASIC.charAt(i) != NONE) {
        SEPTETS[BASIC.charAt(i)] = (byte) i;
      }
    }
    Arrays.fill(EXTENSION, NONE);
    EXTENSION[0x0A] = '\f';
    EXTENSION[0x14] = '^';
    EXTENSION[0x28] = '{';
    EXTENSION[0x29] = '}';
    EXTENSION[0x2F] = '\\';
    EXTENSION[0x3C] = '[';
    EXTENSION[0x3D] = '~';
    EXTENSION[0x3E] = ']';
    EXTENSION[0x40] = '|';
    EXTENSION[0x65] = '€';
  }

  private Gsm7() {}

  /** Septets that a character takes: 1 or 2, or 0 if the alphabet does not have it. */
  static int septets(char c) {
    if (c < SEPTETS.length && SEPTETS[c] >= 0) {
      return 1;
    }
    return extension(c) >= 0 ? 2 : 0;
  }

  static boolean has(String text) {
    return text.chars().allMatch(c -> septets((char) c) > 0);
  }

  /** Empty for a text with other characters. */
  static Optional<byte[]> encode(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (septets(c)) {
        case 1 -> out.write(SEPTETS[c]);
        case 2 -> {
          out.write(ESCAPE);
          out.write(extension(c));
        }
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(out.toByteArray());
  }

  /**
   * Never fails: an escape before what the extension does not have stands for a space and the
   * character itself, as the standard asks of those who do not know the code; the eighth bit is
   * nobody's.
   */
  static String decode(byte[] octets) {
    StringBuilder text = new StringBuilder(octets.length);
    for (int i = 0; i < octets.length; i++) {
      int septet = octets[i] & 0x7F;
      if (septet != ESCAPE) {
        text.append(BASIC.charAt(septet));
      } else if (i + 1 < octets.length && EXTENSION[octets[i + 1] & 0x7F] != NONE) {
        text.append(EXTENSION[octets[++i] & 0x7F]);
      } else {
        text.append(' ');
      }
    }
    return text.toString();
  }

  private static int extension(char c) {
    for (int i = 0; i < EXTENSION.length; i++) {
      if (EXTENSION[i] == c && c != NONE) {
        return i;
      }
    }
    return -1;
  }
}
