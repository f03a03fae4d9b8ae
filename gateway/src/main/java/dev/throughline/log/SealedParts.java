package dev.throughline.log;

import dev.throughline.ledger.Commitment;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The payload of an entry: {@code version (1) ‖ count (4) ‖ count × (length (4) ‖ blob)}. A blob is
 * sealed by the vault over {@code r (32) ‖ the part's bytes}, bound to the entry's id and the
 * part's number; length 0 marks a part that was deleted.
 */
final class SealedParts {
  static final int NONCE_BYTES = Commitment.R_BYTES;

  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 5;

  private SealedParts() {}

  static Bytes encode(List<Bytes> blobs) {
    int length = HEADER_BYTES;
    for (Bytes blob : blobs) {
      length += Integer.BYTES + blob.length();
    }
    ByteBuffer out = ByteBuffer.allocate(length).put(VERSION).putInt(blobs.size());
    for (Bytes blob : blobs) {
      out.putInt(blob.length()).put(blob.array());
    }
    return Bytes.wrap(out.array());
  }

  static List<Bytes> decode(Bytes payload) {
    ByteBuffer in = ByteBuffer.wrap(payload.array());
    if (in.get() != VERSION) {
      throw new IllegalStateException("a payload of an unknown version");
    }
    int count = in.getInt();
    List<Bytes> blobs = new ArrayList<>(Math.min(count, in.remaining() / Integer.BYTES));
    for (int i = 0; i < count; i++) {
      byte[] blob = new byte[in.getInt()];
      in.get(blob);
      blobs.add(Bytes.wrap(blob));
    }
    return blobs;
  }

  static Bytes seal(Vault vault, DataKey key, Ulid entry, int part, byte[] nonce, byte[] bytes) {
    byte[] plain = new byte[NONCE_BYTES + bytes.length];
    System.arraycopy(nonce, 0, plain, 0, NONCE_BYTES);
    System.arraycopy(bytes, 0, plain, NONCE_BYTES, bytes.length);
    return vault.seal(key, plain, associated(entry, part));
  }

  /** The part with its commitment's nonce; empty when it was deleted or its key is destroyed. */
  static Optional<OpenPart> open(Vault vault, Ulid entry, int part, Bytes blob) {
    if (blob.length() == 0) {
      return Optional.empty();
    }
    return vault
        .open(blob, associated(entry, part))
        .map(plain ->
            new OpenPart(
                plain.slice(0, NONCE_BYTES),
                plain.slice(NONCE_BYTES, plain.length()),
                Vault.keyId(blob)));
  }

  private static byte[] associated(Ulid entry, int part) {
    return ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
        .putLong(entry.high())
        .putLong(entry.low())
        .putInt(part)
        .array();
  }

  /** A part in clear, the nonce of its commitment, and the key that it is sealed with. */
  record OpenPart(Bytes nonce, Bytes bytes, UUID key) {}
}
