package dev.throughline.ledger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Inclusion and consistency proofs of RFC 6962 §2.1: made from the roots of complete subtrees,
 * checked from nothing but their own hashes (RFC 9162 §2.1.3.2 and §2.1.4.2). The checks return
 * false for whatever they are given that is not exactly the proof; they never throw.
 */
public final class Proofs {
  private Proofs() {}

  /** The root of the tree over the first {@code size} leaves. */
  public static Hash root(long size, NodeSource nodes) {
    requireSize(size);
    return size == 0 ? TreeHash.EMPTY : hash(0, size, nodes);
  }

  /** The siblings on the way from leaf {@code index} to the root, the leaf's own sibling first. */
  public static List<Hash> inclusionProof(long index, long size, NodeSource nodes) {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException(
          "a tree of %d leaves has no leaf %d".formatted(size, index));
    }
    List<Hash> fromRoot = new ArrayList<>();
    long low = 0;
    long high = size;
    while (high - low > 1) {
      long middle = low + split(high - low);
      if (index < middle) {
        fromRoot.add(hash(middle, high, nodes));
        high = middle;
      } else {
        fromRoot.add(hash(low, middle, nodes));
        low = middle;
      }
    }
    return reversed(fromRoot);
  }

  /** Proof that the tree of {@code size1} leaves is the beginning of the tree of {@code size2}. */
  public static List<Hash> consistencyProof(long size1, long size2, NodeSource nodes) {
    requireSize(size1);
    if (size1 > size2) {
      throw new IllegalArgumentException("size %d is not before %d".formatted(size1, size2));
    }
    if (size1 == 0) {
      return List.of();
    }
    List<Hash> fromRoot = new ArrayList<>();
    long low = 0;
    long high = size2;
    while (size1 != high) {
      long middle = low + split(high - low);
      if (size1 <= middle) {
        fromRoot.add(hash(middle, high, nodes));
        high = middle;
      } else {
        fromRoot.add(hash(low, middle, nodes));
        low = middle;
      }
    }
    if (low != 0) { // else the last subtree is the old tree itself, whose root the checker has
      fromRoot.add(hash(low, high, nodes));
    }
    return reversed(fromRoot);
  }

  public static boolean verifyInclusion(
      long index, long size, Hash leafHash, List<Hash> proof, Hash root) {
    if (index < 0 || index >= size || proof.size() != inclusionLength(index, size)) {
      return false;
    }
    long fn = index;
    long sn = size - 1;
    Hash running = leafHash;
    for (Hash sibling : proof) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        running = TreeHash.node(sibling, running);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        running = TreeHash.node(running, sibling);
      }
      fn >>= 1;
      sn >>= 1;
    }
    return sn == 0 && running.equals(root);
  }

  /**
   * From size 0 the only proof is the empty one, as tlog-witness asks, and the old root must be the
   * empty root; between equal sizes likewise, and the roots must be equal.
   */
  public static boolean verifyConsistency(
      long size1, Hash root1, long size2, Hash root2, List<Hash> proof) {
    if (size1 < 0 || size1 > size2) {
      return false;
    }
    if (size2 == 0 && !root2.equals(TreeHash.EMPTY)) {
      return false;
    }
    if (size1 == 0) {
      return proof.isEmpty() && root1.equals(TreeHash.EMPTY);
    }
    if (size1 == size2) {
      return proof.isEmpty() && root1.equals(root2);
    }
    boolean oldTreeIsComplete = Long.bitCount(size1) == 1;
    if (!oldTreeIsComplete && proof.isEmpty()) {
      return false;
    }
    long fn = size1 - 1;
    long sn = size2 - 1;
    while ((fn & 1) == 1) {
      fn >>= 1;
      sn >>= 1;
    }
    Hash old = oldTreeIsComplete ? root1 : proof.getFirst();
    Hash current = old;
    for (Hash sibling : oldTreeIsComplete ? proof : proof.subList(1, proof.size())) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        old = TreeHash.node(sibling, old);
        current = TreeHash.node(sibling, current);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        current = TreeHash.node(current, sibling);
      }
      fn >>= 1;
      sn >>= 1;
    }
    return sn == 0 && old.equals(root1) && current.equals(root2);
  }

  /** The one length that an inclusion proof can have: siblings inside, then left of the path. */
  private static int inclusionLength(long index, long size) {
    int inner = Long.SIZE - Long.numberOfLeadingZeros(index ^ (size - 1));
    return inner + Long.bitCount(index >> inner);
  }

  /** The hash over leaves [low, high), where low is a multiple of the enclosing subtree's width. */
  private static Hash hash(long low, long high, NodeSource nodes) {
    long width = high - low;
    if (Long.bitCount(width) == 1) {
      int level = Long.numberOfTrailingZeros(width);
      return nodes.node(level, low >> level);
    }
    long middle = low + split(width);
    return TreeHash.node(hash(low, middle, nodes), hash(middle, high, nodes));
  }

  /** The largest power of two below {@code width}. */
  private static long split(long width) {
    return Long.highestOneBit(width - 1);
  }

  private static List<Hash> reversed(List<Hash> hashes) {
    Collections.reverse(hashes);
    return List.copyOf(hashes);
  }

  private static void requireSize(long size) {
    if (size < 0) {
      throw new IllegalArgumentException("a tree size is never negative, as " + size + " is");
    }
  }
}
