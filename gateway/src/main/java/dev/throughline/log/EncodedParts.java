package dev.throughline.log;

import dev.throughline.ledger.Hash;
import dev.throughline.ledger.PartLeaf;
import dev.throughline.ledger.TreeHash;
import dev.throughline.message.Bytes;
import dev.throughline.vault.Vault;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * Many sealed parts as {@link SealedParts#encode} writes them, read where they lie: they become the
 * end of a longer payload without a copy of each.
 */
final class EncodedParts {
  private final Bytes payload;
  private final int[] blobs;

  /**
   * @param blobs where each blob begins, at its length, and where the last one ends
   */
  private EncodedParts(Bytes payload, int[] blobs) {
    this.payload = payload;
    this.blobs = blobs;
  }

  /**
   * Throws {@link IllegalStateException} for bytes that {@link SealedParts#encode} did not make.
   */
  static EncodedParts of(Bytes payload) {
    ByteBuffer in = SealedParts.content(payload);
    int count = SealedParts.count(in);
    in.position(in.position() + count * PartLeaf.BYTES);
    int[] blobs = new int[count + 1];
    for (int i = 0; i < count; i++) {
      blobs[i] = in.position();
      SealedParts.skipBlob(in);
    }
    blobs[count] = in.position();
    if (in.hasRemaining()) {
      throw new IllegalStateException("a payload goes on after its last part");
    }
    return new EncodedParts(payload, blobs);
  }

  int count() {
    return blobs.length - 1;
  }

  Bytes payload() {
    return payload;
  }

  /** Adds what the tree over the parts is made of, and the key that each is sealed with. */
  void describe(List<Hash> leafHashes, List<UUID> keys) {
    for (int i = 0; i < count(); i++) {
      leafHashes.add(
          TreeHash.leaf(
              payload.array(), SealedParts.HEADER_BYTES + i * PartLeaf.BYTES, PartLeaf.BYTES));
      keys.add(Vault.keyId(payload.array(), blobs[i] + Integer.BYTES));
    }
  }

  /** The payload that has these parts after others. */
  Bytes after(SealedParts others) {
    int leaves = SealedParts.HEADER_BYTES + count() * PartLeaf.BYTES;
    return others.encode(
        count(),
        ByteBuffer.wrap(
            payload.array(), SealedParts.HEADER_BYTES, leaves - SealedParts.HEADER_BYTES),
        ByteBuffer.wrap(payload.array(), leaves, blobs[count()] - leaves));
  }
}
