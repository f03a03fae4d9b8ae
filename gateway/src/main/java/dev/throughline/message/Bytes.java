package dev.throughline.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes that nobody changes, equal by value. {@link #wrap} does not copy: whoever calls it gives
 * the array away. {@link #array} does not copy either: whoever calls it only reads.
 */
public final class Bytes {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Takes the array over; the caller must not change it afterwards. */
  public static Bytes wrap(byte[] array) {
    return new Bytes(array);
  }

  public static Bytes utf8(String text) {
    return new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The array itself, to read only. */
  public byte[] array() {
    return array;
  }

  public int length() {
    return array.length;
  }

  public Bytes slice(int from, int to) {
    return new Bytes(Arrays.copyOfRange(array, from, to));
  }

  /** The text, with replacement characters where the bytes are not UTF-8. */
  public String asUtf8() {
    return new String(array, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  /** Shows the length only: the bytes may be personal or secret. */
  @Override
  public String toString() {
    return "(" + array.length + " bytes)";
  }
}
