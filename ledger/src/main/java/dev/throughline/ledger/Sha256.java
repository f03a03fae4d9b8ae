package dev.throughline.ledger;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * SHA-256 and HMAC-SHA256 on one engine a thread: looking the algorithm up costs several times as
 * much as hashing a tree node, and nodes are hashed by the thousand.
 */
public final class Sha256 {
  private static final int BLOCK = 64;
  private static final byte INNER_PAD = 0x36;
  private static final byte OUTER_PAD = 0x5c;
  private static final ThreadLocal<Sha256> OF_THREAD = ThreadLocal.withInitial(Sha256::new);

  private final MessageDigest digest;
  private final byte[] block = new byte[BLOCK];
  private final byte[] result = new byte[Hash.BYTES];

  private Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new AssertionError("every Java platform has SHA-256", missing);
    }
  }

  public static Hash hash(byte[] bytes) {
    Sha256 engine = OF_THREAD.get();
    engine.digest.update(bytes);
    return engine.finish();
  }

  /** SHA-256(prefix || bytes[offset, offset + length)). */
  static Hash prefixed(byte prefix, byte[] bytes, int offset, int length) {
    Sha256 engine = OF_THREAD.get();
    engine.digest.update(prefix);
    engine.digest.update(bytes, offset, length);
    return engine.finish();
  }

  /** SHA-256(prefix || left || right). */
  static Hash prefixed(byte prefix, Hash left, Hash right) {
    Sha256 engine = OF_THREAD.get();
    left.copyTo(engine.block, 0);
    right.copyTo(engine.block, Hash.BYTES);
    engine.digest.update(prefix);
    engine.digest.update(engine.block);
    return engine.finish();
  }

  /** HMAC-SHA256 (RFC 2104). The caller sees to it that the key fits one block of 64 bytes. */
  static Hash hmac(byte[] key, byte[] bytes, int offset, int length) {
    Sha256 engine = OF_THREAD.get();
    engine.updatePadded(key, INNER_PAD);
    engine.digest.update(bytes, offset, length);
    Hash inner = engine.finish();
    engine.updatePadded(key, OUTER_PAD);
    engine.digest.update(inner.bytes());
    return engine.finish();
  }

  private void updatePadded(byte[] key, byte pad) {
    for (int i = 0; i < BLOCK; i++) {
      block[i] = (byte) ((i < key.length ? key[i] : 0) ^ pad);
    }
    digest.update(block);
    Arrays.fill(block, (byte) 0);
  }

  private Hash finish() {
    try {
      digest.digest(result, 0, Hash.BYTES);
    } catch (DigestException tooSmall) {
      throw new AssertionError(tooSmall);
    }
    return Hash.at(result, 0);
  }
}
