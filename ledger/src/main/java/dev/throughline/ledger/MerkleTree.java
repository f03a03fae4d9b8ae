package dev.throughline.ledger;

import java.util.ArrayList;
import java.util.List;

/** A whole tree in memory, for the small trees over the parts of one entry. Immutable. */
public final class MerkleTree implements NodeSource {
  private final List<List<Hash>> levels;

  private MerkleTree(List<List<Hash>> levels) {
    this.levels = levels;
  }

  public static MerkleTree of(List<Hash> leafHashes) {
    List<List<Hash>> levels = new ArrayList<>();
    List<Hash> level = List.copyOf(leafHashes);
    levels.add(level);
    while (level.size() > 1) {
      List<Hash> above = new ArrayList<>(level.size() / 2);
      for (int i = 0; i + 1 < level.size(); i += 2) {
        above.add(TreeHash.node(level.get(i), level.get(i + 1)));
      }
      level = above;
      levels.add(level);
    }
    return new MerkleTree(levels);
  }

  /** The root over these leaf hashes, without keeping the tree. */
  public static Hash root(List<Hash> leafHashes) {
    return CompactRange.EMPTY.appendAll(leafHashes).root();
  }

  public int size() {
    return levels.getFirst().size();
  }

  public Hash root() {
    return Proofs.root(size(), this);
  }

  public List<Hash> inclusionProof(int index) {
    return Proofs.inclusionProof(index, size(), this);
  }

  /** Proof that the first {@code size} leaves are the beginning of this tree. */
  public List<Hash> consistencyProof(int size) {
    return Proofs.consistencyProof(size, size(), this);
  }

  @Override
  public Hash node(int level, long index) {
    return levels.get(level).get(Math.toIntExact(index));
  }
}
