package dev.throughline.api;

import dev.throughline.message.Bytes;
import java.util.Optional;

/** What proves to others that an entry stands in the ledger. */
public interface Receipts {
  /**
   * A zip of the entry, its parts with their proofs, and the proof of its place.
   *
   * @param firstPart of {@code [firstPart, endPart)}, the parts to show; both 0 for all
   * @return empty until a checkpoint covers the entry
   */
  Optional<Bytes> receipt(long index, int firstPart, int endPart);

  /** The newest signed checkpoint; empty before the first. */
  Optional<String> checkpoint();
}
