package dev.throughline.outbound.broadcast;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Who is in which chunk, by 64-bit fingerprints: 12 to 24 bytes each. Of five million people, two
 * share one with a chance of one in a million.
 */
final class Fingerprints {
  private static final long ODD = 0x9E3779B97F4A7C15L;

  /** FNV-1a (draft-eastlake-fnv), then mixed so that the last characters reach every bit. */
  private static final long OFFSET = 0xcbf29ce484222325L;

  private static final long PRIME = 0x100000001b3L;

  /** People of a bucket, about. */
  private static final int OF_BUCKET = 512;

  private static final int ENTRY_BYTES = Long.BYTES + Integer.BYTES;

  private long[] table = new long[1 << 10];
  private int[] chunks = new int[1 << 10];
  private int size;

  /** Of several values in this order; never 0. */
  static long of(String... values) {
    long hash = OFFSET;
    for (String value : values) {
      for (int i = 0; i < value.length(); i++) {
        hash = (hash ^ value.charAt(i)) * PRIME;
      }
      hash = (hash ^ 0x1f) * PRIME;
    }
    hash = (hash ^ hash >>> 32) * ODD;
    hash ^= hash >>> 29;
    return hash == 0 ? ODD : hash;
  }

  /** False if somebody of it is there already; they stay in their chunk. */
  boolean add(long fingerprint, int chunk) {
    if (2L * size >= table.length) {
      grow();
    }
    if (!put(table, chunks, fingerprint, chunk)) {
      return false;
    }
    size++;
    return true;
  }

  /** How many buckets there are: a power of two. */
  int buckets() {
    return Integer.highestOneBit(Math.max(1, size / OF_BUCKET));
  }

  /** All in their buckets, each as {@link #chunk} reads it. */
  byte[][] cut() {
    int[] lengths = new int[buckets()];
    for (long fingerprint : table) {
      if (fingerprint != 0) {
        lengths[bucket(fingerprint, lengths.length)]++;
      }
    }
    ByteBuffer[] cut =
        Arrays.stream(lengths)
            .mapToObj(length -> ByteBuffer.allocate(length * ENTRY_BYTES))
            .toArray(ByteBuffer[]::new);
    for (int i = 0; i < table.length; i++) {
      if (table[i] != 0) {
        cut[bucket(table[i], cut.length)].putLong(table[i]).putInt(chunks[i]);
      }
    }
    return Arrays.stream(cut).map(ByteBuffer::array).toArray(byte[][]::new);
  }

  static int bucket(long fingerprint, int buckets) {
    return (int) fingerprint & buckets - 1;
  }

  /** In which chunk somebody is; -1 if in none. */
  static int chunk(byte[] bucket, long fingerprint) {
    ByteBuffer entries = ByteBuffer.wrap(bucket);
    while (entries.hasRemaining()) {
      long one = entries.getLong();
      int chunk = entries.getInt();
      if (one == fingerprint) {
        return chunk;
      }
    }
    return -1;
  }

  /** The bucket without somebody. */
  static byte[] without(byte[] bucket, long fingerprint) {
    ByteBuffer entries = ByteBuffer.wrap(bucket);
    ByteBuffer left = ByteBuffer.allocate(bucket.length);
    while (entries.hasRemaining()) {
      long one = entries.getLong();
      int chunk = entries.getInt();
      if (one != fingerprint) {
        left.putLong(one).putInt(chunk);
      }
    }
    return Arrays.copyOf(left.array(), left.position());
  }

  private void grow() {
    long[] larger = new long[2 * table.length];
    int[] theirs = new int[larger.length];
    for (int i = 0; i < table.length; i++) {
      if (table[i] != 0) {
        put(larger, theirs, table[i], chunks[i]);
      }
    }
    table = larger;
    chunks = theirs;
  }

  private static boolean put(long[] table, int[] chunks, long fingerprint, int chunk) {
    int mask = table.length - 1;
    int place = (int) (fingerprint * ODD >>> 32) & mask;
    while (table[place] != 0) {
      if (table[place] == fingerprint) {
        return false;
      }
      place = place + 1 & mask;
    }
    table[place] = fingerprint;
    chunks[place] = chunk;
    return true;
  }
}
