package dev.throughline.log;

import dev.throughline.ledger.Entry;
import dev.throughline.message.Bytes;
import dev.throughline.vault.Vault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a receipt is made of.
 *
 * @param bytes the leaf, to the byte
 * @param parts in order; empty where one was deleted or erased
 */
public record Evidence(long index, Entry entry, Bytes bytes, List<Optional<Part>> parts) {
  /** A part and the nonce of its commitment. */
  public record Part(Bytes nonce, Bytes bytes) {}

  static Evidence of(LogStore.Stored stored, Vault vault) {
    Entry entry = Entry.decode(stored.entry().array());
    List<Optional<Part>> parts = new ArrayList<>();
    if (stored.sealed().length() > 0) {
      List<Bytes> blobs = SealedParts.decode(stored.sealed());
      for (int i = 0; i < blobs.size(); i++) {
        parts.add(
            SealedParts.open(vault, entry.id(), i, blobs.get(i))
                .map(open -> new Part(open.nonce(), open.bytes())));
      }
    }
    return new Evidence(stored.index(), entry, stored.entry(), parts);
  }
}
