package dev.throughline.message;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A 128-bit sortable identifier: 48 bits of Unix milliseconds, 80 bits of randomness, written as 26
 * characters of Crockford's base 32 (the ULID specification). Every id that leaves the gateway is
 * one; in the database it is a {@code uuid}, and as a LINE retry key it is written as a UUID.
 */
public record Ulid(long high, long low) implements Comparable<Ulid> {
  public static final int LENGTH = 26;

  private static final char[] ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final byte[] VALUES = values();

  /** The id with the given time and the given 80 random bits (16 high, 64 low). */
  public static Ulid of(long unixMillis, int randomHigh, long randomLow) {
    if (unixMillis < 0 || unixMillis >= 1L << 48) {
      throw new IllegalArgumentException("ULID time out of range: " + unixMillis);
    }
    return new Ulid(unixMillis << 16 | (randomHigh & 0xffffL), randomLow);
  }

  public static Ulid of(UUID uuid) {
    return new Ulid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  /** Strict: 26 characters, upper or lower case, the first at most {@code 7}. */
  public static Optional<Ulid> parse(String text) {
    if (text.length() != LENGTH || text.charAt(0) > '7') {
      return Optional.empty();
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < LENGTH; i++) {
      char c = text.charAt(i);
      int value = c < VALUES.length ? VALUES[c] : -1;
      if (value < 0) {
        return Optional.empty();
      }
      high = high << 5 | low >>> 59;
      low = low << 5 | value;
    }
    return Optional.of(new Ulid(high, low));
  }

  public UUID toUuid() {
    return new UUID(high, low);
  }

  public Instant time() {
    return Instant.ofEpochMilli(high >>> 16);
  }

  @Override
  public int compareTo(Ulid other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    char[] out = new char[LENGTH];
    long h = high;
    long l = low;
    for (int i = LENGTH - 1; i >= 0; i--) {
      out[i] = ALPHABET[(int) (l & 31)];
      l = l >>> 5 | h << 59;
      h = h >>> 5;
    }
    return new String(out);
  }

  private static byte[] values() {
    byte[] values = new byte[128];
    java.util.Arrays.fill(values, (byte) -1);
    for (int i = 0; i < ALPHABET.length; i++) {
      values[ALPHABET[i]] = (byte) i;
      values[Character.toLowerCase(ALPHABET[i])] = (byte) i;
    }
    return values;
  }
}
