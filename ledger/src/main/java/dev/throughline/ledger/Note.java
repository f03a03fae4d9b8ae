package dev.throughline.ledger;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A signed note, C2SP signed-note v1.0.0: a text, an empty line, and signature lines that cover
 * exactly the text.
 *
 * @param text UTF-8 without control characters but LF, and ending in LF
 * @param signatures in the order of their lines; at least one
 */
public record Note(String text, List<Signature> signatures) {
  /** The specification asks for at least 16; far more only cost the reader time. */
  public static final int MAX_SIGNATURES = 100;

  /** Room for {@link #MAX_SIGNATURES} post-quantum signatures of nearly 5 KB in base64. */
  public static final int MAX_BYTES = 1 << 20;

  private static final String SIGNATURE_START = "\u2014 ";

  public Note {
    requireText(text);
    signatures = List.copyOf(signatures);
    if (signatures.isEmpty() || signatures.size() > MAX_SIGNATURES) {
      throw new RefusedException(
          "A note has 1 to " + MAX_SIGNATURES + " signatures, not " + signatures.size() + ".");
    }
  }

  /**
   * One signature line. The base64 is of the four bytes of the key id and the signature, and is
   * kept as it was written.
   */
  public record Signature(String name, String base64) {
    static final int KEY_ID_BYTES = 4;

    public Signature {
      requireName(name);
      if (Wire.base64("A signature", base64).length <= KEY_ID_BYTES) {
        throw new RefusedException("A signature line of a note is too short to hold a signature.");
      }
    }

    static Signature of(String name, int keyId, byte[] signature) {
      byte[] bytes =
          ByteBuffer.allocate(KEY_ID_BYTES + signature.length).putInt(keyId).put(signature).array();
      return new Signature(name, Wire.base64(bytes));
    }

    public int keyId() {
      return ByteBuffer.wrap(decoded()).getInt();
    }

    /** The signature without its key id. */
    public byte[] bytes() {
      byte[] decoded = decoded();
      return Arrays.copyOfRange(decoded, KEY_ID_BYTES, decoded.length);
    }

    private byte[] decoded() {
      return Wire.base64("A signature", base64);
    }
  }

  /** Signs a text with each of the keys, in that order. */
  public static Note sign(String text, NoteSigner... signers) {
    requireText(text);
    List<Signature> signatures = new ArrayList<>(signers.length);
    for (NoteSigner signer : signers) {
      signatures.add(signer.sign(text));
    }
    return new Note(text, signatures);
  }

  /** Strict: what is not exactly a note is refused. Says nothing yet about who signed it. */
  public static Note parse(byte[] note) {
    if (note.length > MAX_BYTES) {
      throw new RefusedException("The note is longer than " + MAX_BYTES + " bytes.");
    }
    return parse(Wire.text("The note", note));
  }

  public static Note parse(String note) {
    int separator = note.lastIndexOf("\n\n");
    if (separator < 0 || separator + 2 == note.length()) {
      throw new RefusedException("The note has no empty line that is followed by signatures.");
    }
    List<String> lines = Wire.lines("The note", note.substring(separator + 2));
    if (lines.size() > MAX_SIGNATURES) {
      throw new RefusedException("The note has more than " + MAX_SIGNATURES + " signatures.");
    }
    List<Signature> signatures = new ArrayList<>(lines.size());
    for (String line : lines) {
      int space = line.indexOf(' ', SIGNATURE_START.length());
      if (!line.startsWith(SIGNATURE_START) || space < 0) {
        throw new RefusedException("A signature line is not an em dash, a key name and base64.");
      }
      signatures.add(
          new Signature(
              line.substring(SIGNATURE_START.length(), space), line.substring(space + 1)));
    }
    return new Note(note.substring(0, separator + 1), signatures);
  }

  /**
   * The signatures by known keys, all of them verified. A signature by an unknown key is ignored; a
   * known key whose signature is wrong, or no known key at all, refuses the note.
   */
  public List<Signature> verify(List<NoteVerifier> known) {
    List<Signature> verified = new ArrayList<>();
    for (Signature signature : signatures) {
      for (NoteVerifier verifier : known) {
        if (verifier.made(signature)) {
          if (!verifier.verify(text, signature)) {
            throw new RefusedException(
                "The signature of " + verifier.name() + " is not a signature of this text.");
          }
          verified.add(signature);
        }
      }
    }
    if (verified.isEmpty()) {
      throw new RefusedException("The note is signed by none of the keys that are trusted here.");
    }
    return List.copyOf(verified);
  }

  /** The first signature by this key, verified or not. */
  Optional<Signature> signatureBy(NoteVerifier verifier) {
    return signatures.stream().filter(verifier::made).findFirst();
  }

  /** This note with one more signature line, such as a witness answers with. */
  public Note with(Signature signature) {
    List<Signature> more = new ArrayList<>(signatures);
    more.add(signature);
    return new Note(text, more);
  }

  /** The note as it is published. */
  public String encode() {
    StringBuilder note = new StringBuilder(text).append('\n');
    for (Signature signature : signatures) {
      note.append(SIGNATURE_START).append(signature.name()).append(' ');
      note.append(signature.base64()).append('\n');
    }
    return note.toString();
  }

  private static void requireText(String text) {
    if (!text.endsWith("\n")) {
      throw new RefusedException("The text of a note ends with a line feed.");
    }
    if (text.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new RefusedException("The text of a note has no control characters but line feeds.");
    }
  }

  /** Key names have at least one character, no Unicode space, no control character, no plus. */
  static void requireName(String name) {
    if (name.isEmpty() || name.chars().anyMatch(Note::notInName)) {
      throw new RefusedException("A key name is not empty and has no spaces and no plus sign.");
    }
  }

  private static boolean notInName(int c) {
    return c == '+'
        || Character.isISOControl(c)
        || Character.isWhitespace(c)
        || Character.isSpaceChar(c);
  }
}
