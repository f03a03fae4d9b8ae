package dev.throughline.sandbox.emulator;

import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Ids in the shapes that platforms hand out. Safe for many threads over any generator. */
public final class Ids {
  private static final char[] CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final String HEX = "0123456789abcdef";

  /** Makes an 18-digit decimal id of a millisecond and five digits, as LINE's message ids are. */
  private static final long IDS_PER_MILLISECOND = 100_000;

  private final RandomGenerator random;
  private final InstantSource clock;
  private long lastDecimal;

  public Ids(RandomGenerator random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  public synchronized UUID uuid() {
    long high = random.nextLong() & 0xffffffffffff0fffL | 0x4000L;
    long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
    return new UUID(high, low);
  }

  public synchronized String hex(int digits) {
    StringBuilder out = new StringBuilder(digits);
    while (out.length() < digits) {
      long bits = random.nextLong();
      for (int i = 0; i < 16 && out.length() < digits; i++) {
        out.append(HEX.charAt((int) (bits & 15)));
        bits >>>= 4;
      }
    }
    return out.toString();
  }

  /** 26 characters of Crockford's base 32: 48 bits of time, 80 bits of chance. */
  public synchronized String ulid() {
    char[] out = new char[26];
    long time = clock.millis();
    for (int i = 9; i >= 0; i--) {
      out[i] = CROCKFORD[(int) (time & 31)];
      time >>>= 5;
    }
    long bits = random.nextLong();
    for (int i = 10; i < 18; i++) {
      out[i] = CROCKFORD[(int) (bits & 31)];
      bits >>>= 5;
    }
    bits = random.nextLong();
    for (int i = 18; i < 26; i++) {
      out[i] = CROCKFORD[(int) (bits & 31)];
      bits >>>= 5;
    }
    return new String(out);
  }

  /** A decimal id, larger than every earlier one. */
  public synchronized String decimal() {
    lastDecimal = Math.max(lastDecimal + 1, clock.millis() * IDS_PER_MILLISECOND);
    return Long.toString(lastDecimal);
  }

  public synchronized long lastDecimal() {
    return lastDecimal;
  }

  /** Goes on after ids that an earlier run handed out. */
  public synchronized void resumeAfter(long decimal) {
    lastDecimal = Math.max(lastDecimal, decimal);
  }

  public synchronized double fraction() {
    return random.nextDouble();
  }

  public synchronized int below(int bound) {
    return random.nextInt(bound);
  }
}
