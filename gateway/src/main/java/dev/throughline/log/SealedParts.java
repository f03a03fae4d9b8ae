package dev.throughline.log;

import dev.throughline.ledger.Commitment;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.PartLeaf;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The payload of an entry: {@code version (1) ‖ count (4) ‖ count × leaf (33) ‖ count × (length (4)
 * ‖ blob) ‖ CRC-32C (4)}. A blob is sealed by the vault over {@code r (32) ‖ the part's bytes},
 * bound to the entry's id and the part's number; length 0 marks a part that was deleted.
 *
 * <p>The checksum is for fading disks: a flipped bit in a key's id would otherwise look like an
 * erased person.
 *
 * <p>The part leaves stand beside the blobs, in clear: when a part is deleted or erased, its r is
 * gone and its leaf cannot be computed any more, and without it no other part of the entry could be
 * proved. They say no more than the root in the entry does: a length bucket, and a commitment that
 * without r is noise.
 *
 * @param leaves what the entry's root was made of, in order
 * @param blobs one a leaf
 */
record SealedParts(List<PartLeaf> leaves, List<Bytes> blobs) {
  static final int NONCE_BYTES = Commitment.R_BYTES;

  private static final byte VERSION = 2;
  private static final int HEADER_BYTES = 1 + Integer.BYTES;
  private static final int CHECKSUM_BYTES = Integer.BYTES;

  SealedParts {
    leaves = List.copyOf(leaves);
    blobs = List.copyOf(blobs);
    if (leaves.size() != blobs.size()) {
      throw new IllegalStateException(
          "a payload has a leaf for each part, not %d for %d"
              .formatted(leaves.size(), blobs.size()));
    }
  }

  Bytes encode() {
    int length = HEADER_BYTES + leaves.size() * PartLeaf.BYTES + CHECKSUM_BYTES;
    for (Bytes blob : blobs) {
      length += Integer.BYTES + blob.length();
    }
    ByteBuffer out = ByteBuffer.allocate(length).put(VERSION).putInt(blobs.size());
    leaves.forEach(leaf -> out.put(leaf.bytes()));
    for (Bytes blob : blobs) {
      out.putInt(blob.length()).put(blob.array());
    }
    out.putInt(checksum(out.array()));
    return Bytes.wrap(out.array());
  }

  /** These parts, and those after them. */
  SealedParts followedBy(SealedParts others) {
    return new SealedParts(
        Stream.concat(leaves.stream(), others.leaves.stream()).toList(),
        Stream.concat(blobs.stream(), others.blobs.stream()).toList());
  }

  /** Throws {@link IllegalStateException} for bytes that {@link #encode} did not make. */
  static SealedParts decode(Bytes payload) {
    ByteBuffer in = content(payload);
    try {
      int count = count(in);
      List<PartLeaf> leaves = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        leaves.add(leaf(in));
      }
      List<Bytes> blobs = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        blobs.add(blob(in));
      }
      if (in.hasRemaining()) {
        throw new IllegalStateException("a payload goes on after its last part");
      }
      return new SealedParts(leaves, blobs);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IllegalStateException("a payload is cut off or corrupt", e);
    }
  }

  /** What stands between version and checksum, both of which are right. */
  private static ByteBuffer content(Bytes payload) {
    byte[] all = payload.array();
    if (all.length < HEADER_BYTES + CHECKSUM_BYTES) {
      throw new IllegalStateException("a payload is cut off or corrupt");
    }
    if (all[0] != VERSION) {
      throw new IllegalStateException("a payload of an unknown version");
    }
    if (ByteBuffer.wrap(all).getInt(all.length - CHECKSUM_BYTES) != checksum(all)) {
      throw new IllegalStateException("a payload does not have its checksum");
    }
    return ByteBuffer.wrap(all, 1, all.length - 1 - CHECKSUM_BYTES);
  }

  private static int count(ByteBuffer in) {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / (PartLeaf.BYTES + Integer.BYTES)) {
      throw new IllegalStateException("a payload is cut off or corrupt");
    }
    return count;
  }

  /** The same payload with parts {@code [first, end)} deleted: their leaves stay. */
  SealedParts without(int first, int end) {
    List<Bytes> kept = new ArrayList<>(blobs);
    for (int part = first; part < Math.min(end, kept.size()); part++) {
      kept.set(part, Bytes.EMPTY);
    }
    return new SealedParts(leaves, kept);
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

  /** Over everything but the last four bytes. */
  private static int checksum(byte[] payload) {
    CRC32C checksum = new CRC32C();
    checksum.update(payload, 0, payload.length - CHECKSUM_BYTES);
    return (int) checksum.getValue();
  }

  private static PartLeaf leaf(ByteBuffer in) {
    int bucket = Byte.toUnsignedInt(in.get());
    byte[] commitment = new byte[Hash.BYTES];
    in.get(commitment);
    return new PartLeaf(bucket, Hash.of(commitment));
  }

  private static Bytes blob(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalStateException("a payload is cut off or corrupt");
    }
    byte[] blob = new byte[length];
    in.get(blob);
    return Bytes.wrap(blob);
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
