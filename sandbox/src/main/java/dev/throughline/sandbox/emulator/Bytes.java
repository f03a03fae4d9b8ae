package dev.throughline.sandbox.emulator;

import java.nio.charset.StandardCharsets;

/** Bytes that nobody changes any more. */
public final class Bytes {
  public static final Bytes NONE = new Bytes(new byte[0]);

  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes the array over; the caller lets go of it. */
  public static Bytes of(byte[] bytes) {
    return new Bytes(bytes);
  }

  public int length() {
    return bytes.length;
  }

  /** As UTF-8; what is not UTF-8 becomes replacement characters. */
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** A copy of these bytes. */
  public byte[] copy() {
    return bytes.clone();
  }

  byte[] array() {
    return bytes;
  }
}
