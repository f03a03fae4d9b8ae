package dev.throughline.ledger;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A 128-bit id that sorts by time: 48 bits of milliseconds since 1970, then 80 random ones. Written
 * as 26 characters of Crockford's base 32 in upper case, the first one at most {@code 7}.
 */
public record Ulid(long high, long low) implements Comparable<Ulid> {
  public static final int LENGTH = 26;

  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final byte[] DIGITS = Wire.ascii(ALPHABET);
  private static final byte[] VALUES = values();
  private static final int BITS = 5;
  private static final int MASK = 31;
  private static final int TIME_BITS = 48;
  private static final int RANDOM_BITS_IN_HIGH = Long.SIZE - TIME_BITS;

  /** A new id of this moment. Two of one millisecond are in no particular order. */
  public static Ulid of(Instant at, RandomGenerator random) {
    long millis = at.toEpochMilli();
    if (millis < 0 || millis >>> TIME_BITS != 0) {
      throw new IllegalArgumentException("an id cannot be of the time " + at);
    }
    long high = millis << RANDOM_BITS_IN_HIGH | random.nextLong() >>> TIME_BITS;
    return new Ulid(high, random.nextLong());
  }

  public static Ulid parse(String text) {
    if (text.length() != LENGTH || text.charAt(0) > '7') {
      throw new RefusedException("An id has 26 characters, the first of them 0 to 7.");
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < LENGTH; i++) {
      char c = text.charAt(i);
      byte value = c < VALUES.length ? VALUES[c] : -1;
      if (value < 0) {
        throw new RefusedException("An id has only digits and upper-case letters but I, L, O, U.");
      }
      high = high << BITS | low >>> (Long.SIZE - BITS);
      low = low << BITS | value;
    }
    return new Ulid(high, low);
  }

  public Instant time() {
    return Instant.ofEpochMilli(high >>> RANDOM_BITS_IN_HIGH);
  }

  public UUID toUuid() {
    return new UUID(high, low);
  }

  @Override
  public int compareTo(Ulid other) {
    int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    byte[] text = new byte[LENGTH];
    long upper = high;
    long lower = low;
    for (int i = LENGTH - 1; i >= 0; i--) {
      text[i] = DIGITS[(int) lower & MASK];
      lower = lower >>> BITS | upper << (Long.SIZE - BITS);
      upper >>>= BITS;
    }
    return new String(text, StandardCharsets.US_ASCII);
  }

  private static byte[] values() {
    byte[] values = new byte['Z' + 1];
    Arrays.fill(values, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      values[ALPHABET.charAt(i)] = (byte) i;
    }
    return values;
  }
}
