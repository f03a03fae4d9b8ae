package dev.throughline.log;

import dev.throughline.ledger.Hash;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * The last parts of an entry that is yet to be made, committed to and sealed under its id: what
 * costs most of an entry with many parts, done when there is time for it. They are kept at once and
 * stay where they are; the entry that is made of them later needs no more than this. For that one
 * entry, once.
 *
 * @param first the place of its first part in the entry
 * @param count how many there are
 * @param subtrees of the tree over the entry's parts, as far as these make them up
 */
public record SealedAhead(Ulid entry, int first, int count, List<Hash> subtrees) {
  public SealedAhead {
    subtrees = List.copyOf(subtrees);
  }

  /** With what {@link Log#keepAhead} keeps. */
  public record Made(SealedAhead ahead, Bytes sealed) {}

  /** The same from {@link #toBytes}. */
  public static SealedAhead of(Ulid entry, int first, int count, Bytes kept) {
    List<Hash> subtrees = new ArrayList<>();
    for (int at = 0; at < kept.length(); at += Hash.BYTES) {
      subtrees.add(Hash.at(kept.array(), at));
    }
    return new SealedAhead(entry, first, count, subtrees);
  }

  /** The roots of the subtrees, 32 bytes each. */
  public Bytes toBytes() {
    byte[] bytes = new byte[subtrees.size() * Hash.BYTES];
    for (int i = 0; i < subtrees.size(); i++) {
      subtrees.get(i).copyTo(bytes, i * Hash.BYTES);
    }
    return Bytes.wrap(bytes);
  }

  /** Sealed for another place they could not be opened again. */
  void requirePlace(Ulid wanted, int place, int parts) {
    if (!entry.equals(wanted) || first != place || count != parts) {
      throw new IllegalStateException(
          "sealed for %d parts of %s from %d on, not for %d of %s from %d on"
              .formatted(count, entry, first, parts, wanted, place));
    }
  }
}
