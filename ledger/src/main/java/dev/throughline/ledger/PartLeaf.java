package dev.throughline.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * A leaf of the small tree over the parts of one entry: one byte that tells the length to within a
 * factor of two, and the commitment to the bytes.
 *
 * @param bucket ⌈log2(max(1, length))⌉: 0 for 0 and 1 bytes, 1 for 2, 2 for 3 and 4, 3 for 5 to 8
 */
public record PartLeaf(int bucket, Hash commitment) {
  public static final int BYTES = 1 + Hash.BYTES;

  public PartLeaf {
    if (bucket < 0 || bucket >= Long.SIZE) {
      throw new RefusedException("A length bucket is 0 to 63, not " + bucket + ".");
    }
  }

  public static PartLeaf of(byte[] r, byte[] bytes) {
    return of(r, bytes, 0, bytes.length);
  }

  public static PartLeaf of(byte[] r, byte[] bytes, int offset, int length) {
    return new PartLeaf(bucket(length), Commitment.of(r, bytes, offset, length));
  }

  public static int bucket(long length) {
    return Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, length) - 1);
  }

  /** The 33 bytes of the leaf. */
  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    bytes[0] = (byte) bucket;
    commitment.copyTo(bytes, 1);
    return bytes;
  }

  public Hash leafHash() {
    return TreeHash.leaf(bytes());
  }

  /** The root that stands in the entry, over all leaves in order. */
  public static Hash root(List<PartLeaf> leaves) {
    return MerkleTree.root(leafHashes(leaves));
  }

  /** The whole tree, to make inclusion proofs from. */
  public static MerkleTree tree(List<PartLeaf> leaves) {
    return MerkleTree.of(leafHashes(leaves));
  }

  private static List<Hash> leafHashes(List<PartLeaf> leaves) {
    List<Hash> hashes = new ArrayList<>(leaves.size());
    for (PartLeaf leaf : leaves) {
      hashes.add(leaf.leafHash());
    }
    return hashes;
  }
}
