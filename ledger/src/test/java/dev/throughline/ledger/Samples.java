package dev.throughline.ledger;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The few made-up values that several tests share. */
final class Samples {
  static final String ORIGIN = "gateway.example/2026h2";
  static final NoteSigner LOG = signer(ORIGIN, 1);
  static final Instant AT = Instant.parse("2026-11-20T23:39:00.123Z");

  private Samples() {}

  /** A key that is the same in every run: golden files hold its signatures. */
  static NoteSigner signer(String name, int seed) {
    return NoteSigner.generate(
        name,
        new SecureRandom() {
          private static final long serialVersionUID = 1;

          @Override
          public void nextBytes(byte[] bytes) {
            new Random(seed).nextBytes(bytes);
          }
        });
  }

  /** A witness's key on the seed of a log-type key, as a cosigner has one. */
  static NoteVerifier witness(NoteSigner key) {
    return NoteVerifier.of(key.name(), NoteVerifier.Type.COSIGNATURE, key.verifier().rawKey());
  }

  static Note.Signature cosign(NoteSigner key, String text, long seconds) {
    byte[] signature = key.signRaw(Cosignature.message(seconds, text));
    byte[] timed =
        ByteBuffer.allocate(8 + signature.length).putLong(seconds).put(signature).array();
    return Note.Signature.of(key.name(), witness(key).keyId(), timed);
  }

  static List<Hash> leaves(int count) {
    List<Hash> leaves = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      leaves.add(leaf(i));
    }
    return leaves;
  }

  static Hash leaf(long index) {
    return TreeHash.leaf(Wire.ascii("leaf " + index));
  }

  static byte[] flipped(byte[] bytes, int bit) {
    byte[] copy = bytes.clone();
    copy[bit / 8] ^= (byte) (1 << bit % 8);
    return copy;
  }

  static Hash flipped(Hash hash, int bit) {
    return Hash.of(flipped(hash.bytes(), bit));
  }

  static Entry webhook(List<PartLeaf> parts) {
    return new Entry(
        ORIGIN,
        Kind.WEBHOOK,
        Ulid.parse("01KAJ3NE7V0000000000000001"),
        null,
        AT,
        null,
        new Subject.Account("01KAJ3NE7V00000000000ACCNT"),
        new Entry.Verdict("1"),
        Entry.Parts.of(parts));
  }

  static TlogProof proof(Entry entry) {
    return proof(entry, 5, 11);
  }

  /** The entry at an index among other leaves, signed by {@link #LOG}. */
  static TlogProof proof(Entry entry, int index, int size) {
    List<Hash> leaves = leaves(size);
    leaves.set(index, entry.leafHash());
    MerkleTree tree = MerkleTree.of(leaves);
    Note note = new Checkpoint(ORIGIN, size, tree.root()).sign(LOG);
    return new TlogProof(index, tree.inclusionProof(index), note);
  }

  static byte[] r(int seed) {
    byte[] r = new byte[Commitment.R_BYTES];
    new Random(seed).nextBytes(r);
    return r;
  }
}
