package dev.throughline.ledger;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * A witness's statement, C2SP tlog-cosignature v1.0.1, that at {@code time} the checkpoint was the
 * largest consistent one it had seen of this log. The signature is eight big-endian bytes of POSIX
 * seconds and an Ed25519 signature over that time and the checkpoint's text.
 */
public record Cosignature(String witness, Instant time) {
  private static final int BYTES = Long.BYTES + NoteVerifier.SIGNATURE_BYTES;

  /**
   * The statement of this witness on this note; empty if there is none. One that does not verify
   * refuses the note.
   */
  public static Optional<Cosignature> of(Note checkpoint, NoteVerifier witness) {
    if (witness.type() != NoteVerifier.Type.COSIGNATURE) {
      throw new RefusedException(
          "The key of " + witness.name() + " is no witness's key, whose type is 0x04.");
    }
    Optional<Note.Signature> signature = checkpoint.signatureBy(witness);
    if (signature.isEmpty()) {
      return Optional.empty();
    }
    if (!witness.verify(checkpoint.text(), signature.get())) {
      throw new RefusedException(
          "The cosignature of " + witness.name() + " is not one of this checkpoint.");
    }
    long seconds = ByteBuffer.wrap(signature.get().bytes()).getLong();
    return Optional.of(new Cosignature(witness.name(), Instant.ofEpochSecond(seconds)));
  }

  static boolean verify(NoteVerifier witness, String checkpointText, byte[] signature) {
    if (signature.length != BYTES) {
      return false;
    }
    long seconds = ByteBuffer.wrap(signature).getLong();
    return isTime(seconds)
        && witness.verifyRaw(
            message(seconds, checkpointText), Arrays.copyOfRange(signature, Long.BYTES, BYTES));
  }

  /** What a witness signs. */
  static byte[] message(long seconds, String checkpointText) {
    return Wire.utf8("cosignature/v1\ntime " + seconds + "\n" + checkpointText);
  }

  private static boolean isTime(long seconds) {
    try {
      return seconds >= 0 && Instant.ofEpochSecond(seconds).getEpochSecond() == seconds;
    } catch (DateTimeException beyondTime) {
      return false;
    }
  }
}
