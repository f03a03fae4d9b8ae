package dev.throughline.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that is needed to append to a tree: its size and the roots of its complete subtrees, one a
 * set bit of the size, left to right. Immutable. This is what is stored beside the head of the log,
 * so that an append hashes a constant number of nodes on average and never reads the tree.
 */
public final class CompactRange {
  public static final CompactRange EMPTY = new CompactRange(0, new Hash[0]);

  private final long size;
  private final Hash[] peaks;

  private CompactRange(long size, Hash[] peaks) {
    this.size = size;
    this.peaks = peaks;
  }

  /**
   * The inverse of {@link #peaks()}. Throws {@link RefusedException} unless there is exactly one
   * 32-byte hash for each set bit of the size.
   */
  public static CompactRange of(long size, byte[] peaks) {
    if (size < 0) {
      throw new RefusedException("A tree size is never negative, as " + size + " is.");
    }
    int count = Long.bitCount(size);
    if (peaks.length != count * Hash.BYTES) {
      throw new RefusedException(
          "A tree of %d leaves has %d peaks, hence %d bytes, not %d."
              .formatted(size, count, count * Hash.BYTES, peaks.length));
    }
    Hash[] hashes = new Hash[count];
    for (int i = 0; i < count; i++) {
      hashes[i] = Hash.at(peaks, i * Hash.BYTES);
    }
    return new CompactRange(size, hashes);
  }

  public long size() {
    return size;
  }

  public CompactRange append(Hash leafHash) {
    return appendAll(List.of(leafHash));
  }

  public CompactRange appendAll(List<Hash> leafHashes) {
    long newSize = Math.addExact(size, leafHashes.size());
    Hash[] stack = Arrays.copyOf(peaks, Long.SIZE);
    int height = peaks.length;
    long leaves = size;
    for (Hash leafHash : leafHashes) {
      Hash subtree = leafHash;
      for (long complete = leaves; (complete & 1) == 1; complete >>= 1) {
        subtree = TreeHash.node(stack[--height], subtree);
      }
      stack[height++] = subtree;
      leaves++;
    }
    return new CompactRange(newSize, Arrays.copyOf(stack, height));
  }

  /**
   * The roots of the largest complete subtrees that leaves {@code [first, first + n)} of a tree are
   * made of, left to right: with them in hand, {@link #appendSubtrees} needs none of the leaves.
   */
  public static List<Hash> subtrees(long first, List<Hash> leafHashes) {
    List<Hash> roots = new ArrayList<>();
    for (int at = 0; at < leafHashes.size(); ) {
      int leaves = 1 << level(first + at, leafHashes.size() - at);
      roots.add(EMPTY.appendAll(leafHashes.subList(at, at + leaves)).root());
      at += leaves;
    }
    return roots;
  }

  /**
   * Appends that many leaves by their {@link #subtrees}, which were made for this place. Throws
   * {@link RefusedException} for another number of them than those leaves have.
   */
  public CompactRange appendSubtrees(long leaves, List<Hash> roots) {
    long newSize = Math.addExact(size, leaves);
    Hash[] stack = Arrays.copyOf(peaks, Long.SIZE);
    int height = peaks.length;
    int used = 0;
    for (long at = size; at < newSize; used++) {
      if (used == roots.size()) {
        throw new RefusedException("Subtrees are missing from leaf " + at + " on.");
      }
      int level = level(at, newSize - at);
      Hash subtree = roots.get(used);
      for (long complete = at >> level; (complete & 1) == 1; complete >>= 1) {
        subtree = TreeHash.node(stack[--height], subtree);
      }
      stack[height++] = subtree;
      at += 1L << level;
    }
    if (used < roots.size()) {
      throw new RefusedException("There are more subtrees than " + leaves + " leaves have.");
    }
    return new CompactRange(newSize, Arrays.copyOf(stack, height));
  }

  /** Of the largest complete subtree that begins at a leaf and has at most so many. */
  private static int level(long first, long leaves) {
    return Math.min(
        Long.numberOfTrailingZeros(first), Long.SIZE - 1 - Long.numberOfLeadingZeros(leaves));
  }

  public Hash root() {
    if (peaks.length == 0) {
      return TreeHash.EMPTY;
    }
    Hash root = peaks[peaks.length - 1];
    for (int i = peaks.length - 2; i >= 0; i--) {
      root = TreeHash.node(peaks[i], root);
    }
    return root;
  }

  /** The peaks, left to right (the largest subtree first), 32 bytes each. */
  public byte[] peaks() {
    byte[] bytes = new byte[peaks.length * Hash.BYTES];
    for (int i = 0; i < peaks.length; i++) {
      peaks[i].copyTo(bytes, i * Hash.BYTES);
    }
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CompactRange range
        && size == range.size
        && Arrays.equals(peaks, range.peaks);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(size) + Arrays.hashCode(peaks);
  }

  @Override
  public String toString() {
    return size + " leaves, root " + root();
  }
}
