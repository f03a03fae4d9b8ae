package dev.throughline.sandbox.emulator;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The texts of SMS: the GSM 03.38 default alphabet, UCS-2, and how many parts a text takes. */
public final class SmsText {
  /** By code; 0x1b leads to the extension table and stands for itself nowhere. */
  private static final String BASIC =
      "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
          + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

  private static final Map<Character, Integer> EXTENSION =
      Map.of(
          '\f', 0x0a, '^', 0x14, '{', 0x28, '}', 0x29, '\\', 0x2f, '[', 0x3c, '~', 0x3d, ']', 0x3e,
          '|', 0x40, '€', 0x65);
  private static final int ESCAPE = 0x1b;
  private static final Map<Integer, Character> EXTENDED = new HashMap<>();

  static {
    EXTENSION.forEach((character, code) -> EXTENDED.put(code, character));
  }

  private SmsText() {}

  /** Whether every character is in the default alphabet or its extension. */
  public static boolean isGsm(String text) {
    return text.chars()
        .allMatch(
            one -> one != ESCAPE && (BASIC.indexOf(one) >= 0 || EXTENSION.containsKey((char) one)));
  }

  /** How many SMS the text takes: 160 or 153 septets each, 70 or 67 UTF-16 units each. */
  public static int parts(String text) {
    return split(text).size();
  }

  /** The texts of the parts; no extended character and no surrogate pair is cut in two. */
  public static List<String> split(String text) {
    boolean gsm = isGsm(text);
    int single = gsm ? 160 : 70;
    int each = gsm ? 153 : 67;
    int[] points = text.codePoints().toArray();
    int all = 0;
    for (int point : points) {
      all += weight(point, gsm);
    }
    if (all <= single) {
      return List.of(text);
    }
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    int used = 0;
    for (int point : points) {
      if (used + weight(point, gsm) > each) {
        parts.add(part.toString());
        part.setLength(0);
        used = 0;
      }
      part.appendCodePoint(point);
      used += weight(point, gsm);
    }
    parts.add(part.toString());
    return parts;
  }

  private static int weight(int point, boolean gsm) {
    return gsm ? (EXTENSION.containsKey((char) point) ? 2 : 1) : Character.charCount(point);
  }

  /** One octet a septet, as data coding 0 of SMPP usually has it. */
  public static byte[] encodeGsm(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char one = text.charAt(i);
      Integer extended = EXTENSION.get(one);
      int code = BASIC.indexOf(one);
      if (extended != null) {
        out.write(ESCAPE);
        out.write(extended);
      } else if (code >= 0 && one != ESCAPE) {
        out.write(code);
      } else {
        throw new IllegalArgumentException(
            "not in the GSM alphabet: U+" + Integer.toHexString(one));
      }
    }
    return out.toByteArray();
  }

  /** Empty if an octet is no septet, or an escape leads nowhere. */
  public static Optional<String> decodeGsm(byte[] septets) {
    StringBuilder text = new StringBuilder(septets.length);
    boolean escaped = false;
    for (byte code : septets) {
      Character one = escaped ? EXTENDED.get((int) code) : code < 0 ? null : BASIC.charAt(code);
      if (one == null) {
        return Optional.empty();
      }
      escaped = !escaped && code == ESCAPE;
      if (!escaped) {
        text.append(one.charValue());
      }
    }
    if (escaped) {
      return Optional.empty();
    }
    return Optional.of(text.toString());
  }
}
