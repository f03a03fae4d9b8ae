package dev.throughline.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Trees are those of RFC 6962, held to its definition and to published roots; a proof is accepted
 * exactly when it is the proof: for its tree, its index, its sizes, to the bit.
 */
class ProofsTest {
  private static final int ALL_SIZES_TO = 70;
  private static final MerkleTree TREE = MerkleTree.of(Samples.leaves(ALL_SIZES_TO));

  /** Inputs and roots as published with the implementations of RFC 6962. */
  private static final List<String> INPUTS =
      List.of(
          "",
          "00",
          "10",
          "2021",
          "3031",
          "40414243",
          "5051525354555657",
          "606162636465666768696a6b6c6d6e6f");

  private static final List<String> ROOTS =
      List.of(
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

  @Test
  void rootsAreThePublishedOnes() {
    List<Hash> leaves =
        INPUTS.stream().map(hex -> TreeHash.leaf(HexFormat.of().parseHex(hex))).toList();
    for (int size = 0; size <= leaves.size(); size++) {
      assertThat(MerkleTree.root(leaves.subList(0, size)).hex()).isEqualTo(ROOTS.get(size));
    }
  }

  @Test
  void rootsOfAllSmallTreesFollowTheDefinition() {
    CompactRange range = CompactRange.EMPTY;
    for (int size = 0; size <= ALL_SIZES_TO; size++) {
      Hash defined = byDefinition(Samples.leaves(size));
      assertThat(range.size()).isEqualTo(size);
      assertThat(range.root()).isEqualTo(defined);
      assertThat(Proofs.root(size, TREE)).isEqualTo(defined);
      assertThat(CompactRange.of(size, range.peaks())).isEqualTo(range);
      assertThat(CompactRange.EMPTY.appendAll(Samples.leaves(size))).isEqualTo(range);
      range = range.append(Samples.leaf(size));
    }
  }

  @Test
  void everyInclusionProofOfEverySmallTreeIsAcceptedAtItsPlaceAndNoOther() {
    for (int size = 1; size <= ALL_SIZES_TO; size++) {
      Hash root = Proofs.root(size, TREE);
      for (int index = 0; index < size; index++) {
        List<Hash> proof = Proofs.inclusionProof(index, size, TREE);
        for (int place = 0; place <= size; place++) {
          assertThat(Proofs.verifyInclusion(place, size, Samples.leaf(index), proof, root))
              .as("leaf %d of %d shown at %d", index, size, place)
              .isEqualTo(place == index);
        }
        assertRefusesOtherLengths(index, size, proof, root);
      }
    }
  }

  private static void assertRefusesOtherLengths(int index, int size, List<Hash> proof, Hash root) {
    Hash leaf = Samples.leaf(index);
    List<Hash> longer = new ArrayList<>(proof);
    longer.add(root);
    assertThat(Proofs.verifyInclusion(index, size, leaf, longer, root)).isFalse();
    if (!proof.isEmpty()) {
      List<Hash> shorter = proof.subList(0, proof.size() - 1);
      assertThat(Proofs.verifyInclusion(index, size, leaf, shorter, root)).isFalse();
    }
  }

  @Test
  void everyConsistencyProofOfEverySmallPairIsAcceptedForItsPairAndNoOther() {
    for (int size2 = 0; size2 <= ALL_SIZES_TO; size2++) {
      Hash root2 = Proofs.root(size2, TREE);
      for (int size1 = 0; size1 <= size2; size1++) {
        Hash root1 = Proofs.root(size1, TREE);
        List<Hash> proof = Proofs.consistencyProof(size1, size2, TREE);
        assertThat(Proofs.verifyConsistency(size1, root1, size2, root2, proof))
            .as("from %d to %d", size1, size2)
            .isTrue();
        List<Hash> longer = new ArrayList<>(proof);
        longer.add(root2);
        assertThat(Proofs.verifyConsistency(size1, root1, size2, root2, longer)).isFalse();
        if (!proof.isEmpty()) {
          List<Hash> shorter = proof.subList(0, proof.size() - 1);
          assertThat(Proofs.verifyConsistency(size1, root1, size2, root2, shorter)).isFalse();
        }
        if (size1 > 0) { // a deeper tree has a longer way to its root
          assertThat(Proofs.verifyConsistency(size1, root1, 4L * size2, root2, proof)).isFalse();
        }
        if (size1 > 0 && size1 < size2) {
          assertThat(Proofs.verifyConsistency(size1, root2, size2, root1, proof)).isFalse();
          assertThat(Proofs.verifyConsistency(size2, root2, size1, root1, proof)).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 8, 13, 33, 64, 70})
  void oneFlippedBitRefusesAnInclusionProof(int size) {
    Hash root = Proofs.root(size, TREE);
    for (int index = 0; index < size; index++) {
      Hash leaf = Samples.leaf(index);
      List<Hash> proof = Proofs.inclusionProof(index, size, TREE);
      for (int bit = 0; bit < 256; bit++) {
        Hash otherLeaf = Samples.flipped(leaf, bit);
        Hash otherRoot = Samples.flipped(root, bit);
        assertThat(Proofs.verifyInclusion(index, size, otherLeaf, proof, root)).isFalse();
        assertThat(Proofs.verifyInclusion(index, size, leaf, proof, otherRoot)).isFalse();
        for (int i = 0; i < proof.size(); i++) {
          List<Hash> other = new ArrayList<>(proof);
          other.set(i, Samples.flipped(proof.get(i), bit));
          assertThat(Proofs.verifyInclusion(index, size, leaf, other, root)).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 8, 13, 33, 64, 70})
  void oneFlippedBitRefusesAConsistencyProof(int size2) {
    Hash root2 = Proofs.root(size2, TREE);
    for (int size1 = 1; size1 <= size2; size1++) {
      Hash root1 = Proofs.root(size1, TREE);
      List<Hash> proof = Proofs.consistencyProof(size1, size2, TREE);
      for (int bit = 0; bit < 256; bit++) {
        Hash other1 = Samples.flipped(root1, bit);
        Hash other2 = Samples.flipped(root2, bit);
        assertThat(Proofs.verifyConsistency(size1, other1, size2, root2, proof)).isFalse();
        assertThat(Proofs.verifyConsistency(size1, root1, size2, other2, proof)).isFalse();
        for (int i = 0; i < proof.size(); i++) {
          List<Hash> other = new ArrayList<>(proof);
          other.set(i, Samples.flipped(proof.get(i), bit));
          assertThat(Proofs.verifyConsistency(size1, root1, size2, root2, other)).isFalse();
        }
      }
    }
  }

  @Test
  void fromSizeZeroTheEmptyProofIsTheOnlyOne() {
    Hash root = Proofs.root(5, TREE);
    assertThat(Proofs.verifyConsistency(0, TreeHash.EMPTY, 5, root, List.of())).isTrue();
    assertThat(Proofs.verifyConsistency(0, TreeHash.EMPTY, 5, root, List.of(root))).isFalse();
    assertThat(Proofs.verifyConsistency(0, root, 5, root, List.of())).isFalse();
    assertThat(Proofs.verifyConsistency(0, TreeHash.EMPTY, 0, TreeHash.EMPTY, List.of())).isTrue();
    assertThat(Proofs.verifyConsistency(0, root, 0, root, List.of())).isFalse();
    assertThat(Proofs.verifyConsistency(0, TreeHash.EMPTY, 0, root, List.of())).isFalse();
  }

  @Test
  void anIndexBeyondTheTreeOrANegativeNumberIsRefusedWithoutAnException() {
    Hash leaf = Samples.leaf(0);
    assertThat(Proofs.verifyInclusion(0, 0, leaf, List.of(), leaf)).isFalse();
    assertThat(Proofs.verifyInclusion(1, 1, leaf, List.of(), leaf)).isFalse();
    assertThat(Proofs.verifyInclusion(-1, 1, leaf, List.of(), leaf)).isFalse();
    assertThat(Proofs.verifyInclusion(0, -1, leaf, List.of(), leaf)).isFalse();
    assertThat(Proofs.verifyInclusion(0, 1, leaf, List.of(), leaf)).isTrue();
    assertThat(Proofs.verifyConsistency(-1, leaf, 1, leaf, List.of())).isFalse();
    assertThat(Proofs.verifyConsistency(2, leaf, 1, leaf, List.of())).isFalse();
    assertThat(Proofs.verifyInclusion(3, 3, leaf, Proofs.inclusionProof(2, 3, TREE), leaf))
        .isFalse();
  }

  /** All leaves alike, so that a tree of any size is known without building it. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        (1L << 40) + 12345,
        (1L << 62) - 1,
        1L << 62,
        (1L << 62) + 1,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE
      })
  void sizesUpToTheLargestLongWork(long size) {
    Hash[] levels = new Hash[Long.SIZE];
    levels[0] = Samples.leaf(0);
    for (int level = 1; level < levels.length; level++) {
      levels[level] = TreeHash.node(levels[level - 1], levels[level - 1]);
    }
    NodeSource nodes = (level, index) -> levels[level];
    Hash root = Proofs.root(size, nodes);
    for (long index : new long[] {0, 1, size / 3, size / 2, size - 2, size - 1}) {
      List<Hash> proof = Proofs.inclusionProof(index, size, nodes);
      assertThat(Proofs.verifyInclusion(index, size, levels[0], proof, root)).isTrue();
      assertThat(Proofs.verifyInclusion(index, size, levels[1], proof, root)).isFalse();
    }
    for (long size1 : new long[] {1, 2, size / 3, size / 2, size - 1, size}) {
      Hash root1 = Proofs.root(size1, nodes);
      List<Hash> proof = Proofs.consistencyProof(size1, size, nodes);
      assertThat(Proofs.verifyConsistency(size1, root1, size, root, proof)).isTrue();
      assertThat(Proofs.verifyConsistency(size1, levels[3], size, root, proof)).isFalse();
    }
  }

  @Test
  void subtreesStandForTheLeavesThatTheyWereMadeOf() {
    List<Hash> leaves = Samples.leaves(ALL_SIZES_TO);
    for (int first = 0; first <= ALL_SIZES_TO; first++) {
      CompactRange before = CompactRange.EMPTY.appendAll(leaves.subList(0, first));
      for (int end = first; end <= ALL_SIZES_TO; end++) {
        List<Hash> roots = CompactRange.subtrees(first, leaves.subList(first, end));
        assertThat(before.appendSubtrees(end - first, roots))
            .isEqualTo(CompactRange.EMPTY.appendAll(leaves.subList(0, end)));
        assertThat(roots)
            .hasSizeLessThanOrEqualTo(2 * (Integer.SIZE - Integer.numberOfLeadingZeros(end)));
      }
    }
  }

  @Test
  void subtreesOfOtherLeavesAreRefused() {
    List<Hash> roots = CompactRange.subtrees(2, Samples.leaves(9));
    CompactRange two = CompactRange.EMPTY.appendAll(Samples.leaves(2));
    assertThatThrownBy(() -> two.appendSubtrees(8, roots)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> two.appendSubtrees(31, roots)).isInstanceOf(RefusedException.class);
  }

  @Test
  void aCompactRangeHasOnePeakForEachBitOfItsSize() {
    byte[] one = Samples.leaf(0).bytes();
    assertThat(CompactRange.of(4, one).size()).isEqualTo(4);
    assertThatThrownBy(() -> CompactRange.of(3, one)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> CompactRange.of(0, one)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> CompactRange.of(-1, one)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> CompactRange.of(1, new byte[31])).isInstanceOf(RefusedException.class);
    CompactRange full = CompactRange.of(Long.MAX_VALUE, new byte[63 * Hash.BYTES]);
    assertThatThrownBy(() -> full.append(Samples.leaf(0))).isInstanceOf(ArithmeticException.class);
  }

  /** MTH of RFC 6962 §2.1, word for word. */
  private static Hash byDefinition(List<Hash> leaves) {
    if (leaves.isEmpty()) {
      return TreeHash.EMPTY;
    }
    if (leaves.size() == 1) {
      return leaves.getFirst();
    }
    int k = 1;
    while (2 * k < leaves.size()) {
      k *= 2;
    }
    return TreeHash.node(
        byDefinition(leaves.subList(0, k)), byDefinition(leaves.subList(k, leaves.size())));
  }
}
