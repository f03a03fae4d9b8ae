package dev.throughline.ledger;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The offline receipt of one entry, {@code c2sp.org/tlog-proof@v1}: its index, the inclusion proof
 * and the signed checkpoint that it leads to. Files are named {@code *.tlog-proof}.
 *
 * @param extra opaque base64 that nothing authenticates; none in the proofs that we write
 * @param index of the leaf in the tree of its origin, from 0
 * @param hashes the leaf's sibling first
 * @param checkpoint the signed note, verbatim
 */
public record TlogProof(@Nullable String extra, long index, List<Hash> hashes, Note checkpoint) {
  /** A tree of fewer than 2^63 leaves has no longer path. */
  public static final int MAX_HASHES = 63;

  private static final String HEADER = "c2sp.org/tlog-proof@v1";
  private static final String EXTRA = "extra ";
  private static final String INDEX = "index ";

  public TlogProof {
    if (extra != null) {
      Wire.base64("The extra data of the proof", extra);
    }
    if (index < 0) {
      throw new RefusedException("A leaf index is never negative, as " + index + " is.");
    }
    hashes = List.copyOf(hashes);
    if (hashes.size() > MAX_HASHES) {
      throw new RefusedException("An inclusion proof has at most " + MAX_HASHES + " hashes.");
    }
  }

  public TlogProof(long index, List<Hash> hashes, Note checkpoint) {
    this(null, index, hashes, checkpoint);
  }

  public String encode() {
    StringBuilder proof = new StringBuilder(HEADER).append('\n');
    if (extra != null) {
      proof.append(EXTRA).append(extra).append('\n');
    }
    proof.append(INDEX).append(index).append('\n');
    for (Hash hash : hashes) {
      proof.append(hash.base64()).append('\n');
    }
    return proof.append('\n').append(checkpoint.encode()).toString();
  }

  public static TlogProof decode(byte[] proof) {
    if (proof.length > Note.MAX_BYTES) {
      throw new RefusedException("The proof is longer than " + Note.MAX_BYTES + " bytes.");
    }
    return decode(Wire.text("The proof", proof));
  }

  public static TlogProof decode(String proof) {
    int end = proof.indexOf("\n\n");
    if (end < 0) {
      throw new RefusedException("The proof has no empty line before its checkpoint.");
    }
    List<String> lines = new ArrayList<>(Wire.lines("The proof", proof.substring(0, end + 1)));
    if (!lines.removeFirst().equals(HEADER)) {
      throw new RefusedException("The proof does not start with the line " + HEADER + ".");
    }
    String extra = null;
    if (!lines.isEmpty() && lines.getFirst().startsWith(EXTRA)) {
      extra = lines.removeFirst().substring(EXTRA.length());
    }
    if (lines.isEmpty() || !lines.getFirst().startsWith(INDEX)) {
      throw new RefusedException("The proof has no index line.");
    }
    long index =
        Wire.decimal("The index in the proof", lines.removeFirst().substring(INDEX.length()));
    Note checkpoint = Note.parse(proof.substring(end + 2));
    return new TlogProof(extra, index, Wire.hashes("The proof", lines), checkpoint);
  }

  /**
   * The checkpoint that proves these bytes to be the entry at {@link #index}, signed by the trusted
   * log whose name is its origin. Refused in a sentence otherwise.
   */
  public Checkpoint verify(List<NoteVerifier> logs, byte[] entry) {
    Checkpoint head = Checkpoint.open(checkpoint, logs);
    if (!Proofs.verifyInclusion(index, head.size(), TreeHash.leaf(entry), hashes, head.root())) {
      throw new RefusedException(
          "The hashes do not lead from this entry at index %d to the root that %s signed at size %d."
              .formatted(index, head.origin(), head.size()));
    }
    return head;
  }
}
