package dev.throughline.ledger;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A public key that is trusted to sign notes under a name. Its text form, the vkey, is {@code
 * name+hex8+base64(type || key)}: the eight hex digits are the key id, the first four bytes of
 * SHA-256(name || LF || type || key).
 */
public final class NoteVerifier {
  /** What a signature under this key says; the byte is part of the key id. */
  public enum Type {
    /** Plain Ed25519 over the text: how a log signs its checkpoints. */
    ED25519(0x01),
    /** Ed25519 over a time and the text: how a witness cosigns them. */
    COSIGNATURE(0x04);

    final byte code;

    Type(int code) {
      this.code = (byte) code;
    }
  }

  static final int KEY_BYTES = 32;
  static final int SIGNATURE_BYTES = 64;
  private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String name;
  private final Type type;
  private final byte[] rawKey;
  private final int keyId;
  private final PublicKey key;

  private NoteVerifier(String name, Type type, byte[] rawKey) {
    Note.requireName(name);
    this.name = name;
    this.type = type;
    this.rawKey = rawKey;
    this.keyId = keyId(name, type, rawKey);
    this.key = publicKey(rawKey);
  }

  static NoteVerifier of(String name, Type type, byte[] rawKey) {
    return new NoteVerifier(name, type, rawKey.clone());
  }

  /** Refuses a key whose id does not match it, of another type, or that is no curve point. */
  public static NoteVerifier parse(String vkey) {
    String[] fields = vkey.split("\\+", 3); // the base64 may have plus signs of its own
    if (fields.length != 3) {
      throw new RefusedException("A verifier key has the form name+keyid+base64.");
    }
    byte[] typeAndKey = Wire.base64("The key after the second plus sign", fields[2]);
    if (typeAndKey.length != 1 + KEY_BYTES) {
      throw new RefusedException("A verifier key holds one type byte and 32 bytes of key.");
    }
    NoteVerifier verifier =
        new NoteVerifier(
            fields[0], type(typeAndKey[0]), Arrays.copyOfRange(typeAndKey, 1, typeAndKey.length));
    if (!HexFormat.of().toHexDigits(verifier.keyId).equals(fields[1])) {
      throw new RefusedException(
          "The key id of the verifier key of " + fields[0] + " does not match its name and key.");
    }
    return verifier;
  }

  public String name() {
    return name;
  }

  public Type type() {
    return type;
  }

  public int keyId() {
    return keyId;
  }

  /** The 32 bytes of the Ed25519 public key. */
  public byte[] rawKey() {
    return rawKey.clone();
  }

  /** The text form, which {@link #parse} reads. */
  public String vkey() {
    return name + "+" + HexFormat.of().toHexDigits(keyId) + "+" + Wire.base64(typed(type, rawKey));
  }

  /** Whether the signature claims to be by this key: the same name and the same key id. */
  public boolean made(Note.Signature signature) {
    return signature.name().equals(name) && signature.keyId() == keyId;
  }

  /** Whether the signature is by this key over this text. Never throws. */
  public boolean verify(String text, Note.Signature signature) {
    if (!made(signature)) {
      return false;
    }
    byte[] bytes = signature.bytes();
    return switch (type) {
      case ED25519 -> verifyRaw(Wire.utf8(text), bytes);
      case COSIGNATURE -> Cosignature.verify(this, text, bytes);
    };
  }

  /**
   * Bare Ed25519. The platform throws for points that are not on the curve or not canonical, where
   * other libraries return false; both mean that the signature is not good.
   */
  boolean verifyRaw(byte[] message, byte[] signature) {
    if (signature.length != SIGNATURE_BYTES) {
      return false;
    }
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(key);
      ed25519.update(message);
      return ed25519.verify(signature);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }

  static byte[] typed(Type type, byte[] key) {
    return ByteBuffer.allocate(1 + key.length).put(type.code).put(key).array();
  }

  private static int keyId(String name, Type type, byte[] key) {
    byte[] line = Wire.utf8(name + "\n");
    byte[] typed = typed(type, key);
    byte[] all = ByteBuffer.allocate(line.length + typed.length).put(line).put(typed).array();
    return (int) (Sha256.hash(all).first() >>> Integer.SIZE);
  }

  private static Type type(byte code) {
    for (Type type : Type.values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new RefusedException(
        "Signature type 0x%02x is not known here; 0x01 and 0x04 are.".formatted(code));
  }

  private static PublicKey publicKey(byte[] rawKey) {
    byte[] encoded =
        ByteBuffer.allocate(X509_PREFIX.length + rawKey.length)
            .put(X509_PREFIX)
            .put(rawKey)
            .array();
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException malformed) {
      throw new RefusedException("The 32 bytes of key are no Ed25519 public key.");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NoteVerifier verifier && vkey().equals(verifier.vkey());
  }

  @Override
  public int hashCode() {
    return keyId;
  }

  @Override
  public String toString() {
    return vkey();
  }
}
