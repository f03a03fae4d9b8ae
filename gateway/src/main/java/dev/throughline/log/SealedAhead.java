package dev.throughline.log;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;

/**
 * The last parts of an entry that is yet to be made, committed to and sealed under its id: what
 * costs most of an entry with many parts, done when there is time for it. For that one entry, once.
 */
public final class SealedAhead {
  private final Ulid entry;
  private final int first;
  private final EncodedParts parts;

  SealedAhead(Ulid entry, int first, EncodedParts parts) {
    this.entry = entry;
    this.first = first;
    this.parts = parts;
  }

  /**
   * As it was kept.
   *
   * @param first the place of its first part in the entry
   * @throws IllegalStateException for bytes that {@link #toBytes} did not make
   */
  public static SealedAhead of(Ulid entry, int first, Bytes kept) {
    return new SealedAhead(entry, first, EncodedParts.of(kept));
  }

  public Bytes toBytes() {
    return parts.payload();
  }

  /** The id of the entry. */
  public Ulid entry() {
    return entry;
  }

  EncodedParts parts() {
    return parts;
  }

  /** Sealed for another place they could not be opened again. */
  void requirePlace(Ulid wanted, int place, int count) {
    if (!entry.equals(wanted) || first != place || parts.count() != count) {
      throw new IllegalStateException(
          "sealed for %d parts of %s from %d on, not for %d of %s from %d on"
              .formatted(parts.count(), entry, first, count, wanted, place));
    }
  }
}
