package dev.throughline.outbound.broadcast;

/**
 * A set of 64-bit fingerprints, 8 to 16 bytes each. Of five million people, two share one with a
 * chance of one in a million.
 */
final class Fingerprints {
  private static final long ODD = 0x9E3779B97F4A7C15L;

  private long[] table = new long[1 << 10];
  private int size;
  private boolean zero;

  /** False if it is in the set. */
  boolean add(long fingerprint) {
    if (fingerprint == 0) {
      boolean fresh = !zero;
      zero = true;
      return fresh;
    }
    if (2L * size >= table.length) {
      grow();
    }
    if (!put(table, fingerprint)) {
      return false;
    }
    size++;
    return true;
  }

  private void grow() {
    long[] larger = new long[2 * table.length];
    for (long fingerprint : table) {
      if (fingerprint != 0) {
        put(larger, fingerprint);
      }
    }
    table = larger;
  }

  private static boolean put(long[] table, long fingerprint) {
    int mask = table.length - 1;
    int place = (int) (fingerprint * ODD >>> 32) & mask;
    while (table[place] != 0) {
      if (table[place] == fingerprint) {
        return false;
      }
      place = place + 1 & mask;
    }
    table[place] = fingerprint;
    return true;
  }
}
