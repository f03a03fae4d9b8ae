package dev.throughline.ledger;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An Ed25519 key that signs notes under a name. Its text form, the skey, is {@code
 * PRIVATE+KEY+name+hex8+base64(0x01 || seed)}, as Go's {@code sumdb/note} writes it.
 */
public final class NoteSigner {
  private static final String SKEY_START = "PRIVATE+KEY+";
  private static final int SEED_BYTES = 32;
  private static final byte[] PKCS8_PREFIX =
      HexFormat.of().parseHex("302e020100300506032b657004220420");

  private final byte[] seed;
  private final PrivateKey key;
  private final NoteVerifier verifier;

  private NoteSigner(String name, byte[] seed) {
    this.seed = seed;
    this.key = privateKey(seed);
    this.verifier = NoteVerifier.of(name, NoteVerifier.Type.ED25519, rawPublicKey(seed));
  }

  /** A new key. For a log the name is its origin. */
  public static NoteSigner generate(String name, SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new NoteSigner(name, seed);
  }

  /** Refuses a key whose id does not match it. The message never holds the key. */
  public static NoteSigner parse(String skey) {
    String[] fields =
        skey.startsWith(SKEY_START)
            ? skey.substring(SKEY_START.length()).split("\\+", 3)
            : new String[0];
    if (fields.length != 3) {
      throw new RefusedException("A signing key has the form PRIVATE+KEY+name+keyid+base64.");
    }
    byte[] typeAndSeed = Wire.base64("The key after the last field", fields[2]);
    if (typeAndSeed.length != 1 + SEED_BYTES || typeAndSeed[0] != NoteVerifier.Type.ED25519.code) {
      throw new RefusedException("A signing key holds the type byte 0x01 and 32 bytes of seed.");
    }
    NoteSigner signer =
        new NoteSigner(fields[0], Arrays.copyOfRange(typeAndSeed, 1, typeAndSeed.length));
    if (!HexFormat.of().toHexDigits(signer.verifier.keyId()).equals(fields[1])) {
      throw new RefusedException(
          "The key id of the signing key of " + fields[0] + " does not match its name and key.");
    }
    return signer;
  }

  public String name() {
    return verifier.name();
  }

  public NoteVerifier verifier() {
    return verifier;
  }

  /** The secret text form, which {@link #parse} reads. For the key file and nothing else. */
  public String skey() {
    return SKEY_START
        + name()
        + "+"
        + HexFormat.of().toHexDigits(verifier.keyId())
        + "+"
        + Wire.base64(NoteVerifier.typed(NoteVerifier.Type.ED25519, seed));
  }

  public Note.Signature sign(String text) {
    return Note.Signature.of(name(), verifier.keyId(), signRaw(Wire.utf8(text)));
  }

  byte[] signRaw(byte[] message) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(key);
      ed25519.update(message);
      return ed25519.sign();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("Ed25519 signs any bytes", impossible);
    }
  }

  private static PrivateKey privateKey(byte[] seed) {
    byte[] encoded =
        ByteBuffer.allocate(PKCS8_PREFIX.length + seed.length).put(PKCS8_PREFIX).put(seed).array();
    try {
      return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("every 32 bytes are an Ed25519 seed", impossible);
    }
  }

  /**
   * The platform offers no way from a seed to its public key but to generate the pair with a source
   * of randomness that yields the seed. The key id in every skey, and a signature checked in {@link
   * #parse}'s tests, hold the result.
   */
  private static byte[] rawPublicKey(byte[] seed) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, new SeedSource(seed));
      byte[] encoded = generator.generateKeyPair().getPublic().getEncoded();
      return Arrays.copyOfRange(encoded, encoded.length - NoteVerifier.KEY_BYTES, encoded.length);
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError("every Java platform since 15 has Ed25519", impossible);
    }
  }

  private static final class SeedSource extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final byte[] seed;

    SeedSource(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      if (bytes.length != seed.length) {
        throw new AssertionError("an Ed25519 seed has 32 bytes, not " + bytes.length);
      }
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }

  @Override
  public String toString() {
    return "signer of " + verifier;
  }
}
