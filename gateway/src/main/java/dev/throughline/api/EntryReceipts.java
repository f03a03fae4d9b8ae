package dev.throughline.api;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import java.util.List;
import java.util.Optional;

/** What proves to others that parts of entries stand in the ledger. */
@FunctionalInterface
public interface EntryReceipts {
  /**
   * A zip of the entries with these parts of what they commit to, and the proofs of their places.
   *
   * @return empty until a checkpoint covers all of them
   */
  Optional<Bytes> of(List<Disclosed> parts);

  /** Parts {@code [from, to)} of an entry. */
  record Disclosed(Ulid entry, int from, int to) {}
}
