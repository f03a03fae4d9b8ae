package dev.throughline.log;

import dev.throughline.ledger.Entry;
import dev.throughline.ledger.PartLeaf;
import dev.throughline.message.Bytes;
import dev.throughline.vault.Vault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a receipt is made of, and what an audit of the payload goes by.
 *
 * @param bytes the leaf of the ledger, to the byte
 * @param leaves the part leaves as they were when the entry was made; empty when the payload as a
 *     whole is gone
 * @param parts one a leaf
 */
public record Evidence(
    long index, Entry entry, Bytes bytes, List<PartLeaf> leaves, List<Part> parts) {
  public Evidence {
    leaves = List.copyOf(leaves);
    parts = List.copyOf(parts);
  }

  /** What there is of a part. */
  public sealed interface Part {
    /** The bytes, and the nonce of their commitment. */
    record Open(Bytes nonce, Bytes bytes) implements Part {
      /** The leaf that these bytes have: the one that was committed to, if nothing changed. */
      public PartLeaf leaf() {
        return PartLeaf.of(nonce.array(), bytes.array());
      }
    }

    /** Taken out: unsent, or deleted by itself. */
    record Deleted() implements Part {}

    /** Its key is destroyed: the person was erased, or the key's epoch ended. */
    record Erased() implements Part {}

    /** What lies there is not what was sealed. */
    record Corrupt() implements Part {}
  }

  /** Whether the part leaves are those that the entry committed to. */
  public boolean hasCommittedLeaves() {
    return leaves.size() == entry.parts().count()
        && PartLeaf.root(leaves).equals(entry.parts().root());
  }

  /**
   * @throws IllegalStateException if the payload is not one
   */
  public static Evidence of(long index, Bytes bytes, Payload payload, Vault vault) {
    Entry entry = Entry.decode(bytes.array());
    SealedParts sealed = payload.parts();
    List<Part> parts = new ArrayList<>(sealed.blobs().size());
    for (int i = 0; i < sealed.blobs().size(); i++) {
      parts.add(part(vault, entry, i, sealed.blobs().get(i)));
    }
    return new Evidence(index, entry, bytes, sealed.leaves(), parts);
  }

  /** The keys that a payload's parts are sealed with, to load them together. */
  public static List<UUID> keys(Payload payload) {
    return payload.parts().blobs().stream()
        .filter(blob -> blob.length() > 0)
        .map(Vault::keyId)
        .toList();
  }

  private static Part part(Vault vault, Entry entry, int index, Bytes blob) {
    if (blob.length() == 0) {
      return new Part.Deleted();
    }
    try {
      Optional<SealedParts.OpenPart> open = SealedParts.open(vault, entry.id(), index, blob);
      return open.<Part>map(part -> new Part.Open(part.nonce(), part.bytes()))
          .orElseGet(Part.Erased::new);
    } catch (Vault.TamperedException | IllegalStateException changed) {
      return new Part.Corrupt();
    }
  }
}
