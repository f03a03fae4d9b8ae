package dev.throughline.ledger;

/** Where the hashes of complete subtrees come from: memory, tiles on disk, tiles over HTTP. */
@FunctionalInterface
public interface NodeSource {
  /**
   * The root of the complete subtree over the leaves {@code [index << level, (index + 1) <<
   * level)}; level 0 are the leaf hashes themselves.
   */
  Hash node(int level, long index);
}
