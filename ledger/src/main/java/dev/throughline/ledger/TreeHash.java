package dev.throughline.ledger;

/**
 * The hashes of RFC 6962 §2.1. The two prefixes keep anybody from presenting an inner node as a
 * leaf.
 */
public final class TreeHash {
  /** The root of the tree without leaves: SHA-256 of nothing. */
  public static final Hash EMPTY = Sha256.hash(new byte[0]);

  private static final byte LEAF = 0x00;
  private static final byte NODE = 0x01;

  private TreeHash() {}

  public static Hash leaf(byte[] entry) {
    return Sha256.prefixed(LEAF, entry, 0, entry.length);
  }

  public static Hash leaf(byte[] bytes, int offset, int length) {
    return Sha256.prefixed(LEAF, bytes, offset, length);
  }

  public static Hash node(Hash left, Hash right) {
    return Sha256.prefixed(NODE, left, right);
  }
}
