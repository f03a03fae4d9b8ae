package dev.throughline.ledger;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A SHA-256 value, 32 bytes, held as four big-endian longs: immutable and comparable by value
 * without an array that somebody could change or would have to copy.
 */
public record Hash(long first, long second, long third, long fourth) {
  public static final int BYTES = 32;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Throws {@link RefusedException} unless there are exactly 32 bytes. */
  public static Hash of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new RefusedException("A hash has 32 bytes, not " + bytes.length + ".");
    }
    return at(bytes, 0);
  }

  /** The 32 bytes from {@code offset} on. */
  public static Hash at(byte[] bytes, int offset) {
    return new Hash(
        (long) LONGS.get(bytes, offset),
        (long) LONGS.get(bytes, offset + 8),
        (long) LONGS.get(bytes, offset + 16),
        (long) LONGS.get(bytes, offset + 24));
  }

  /** Canonical standard base64 of 32 bytes, 44 characters; anything else is refused. */
  public static Hash fromBase64(String text) {
    return of(Wire.base64("A hash", text));
  }

  public static Hash fromHex(String text) {
    return of(HexFormat.of().parseHex(text));
  }

  public void copyTo(byte[] target, int offset) {
    LONGS.set(target, offset, first);
    LONGS.set(target, offset + 8, second);
    LONGS.set(target, offset + 16, third);
    LONGS.set(target, offset + 24, fourth);
  }

  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    copyTo(bytes, 0);
    return bytes;
  }

  public String base64() {
    return Base64.getEncoder().encodeToString(bytes());
  }

  public String hex() {
    return HexFormat.of().formatHex(bytes());
  }

  @Override
  public String toString() {
    return base64();
  }
}
