package dev.throughline.vault;

import java.security.SecureRandom;
import java.util.Arrays;

/** Random nonces of AES-GCM, fetched many at a time: one by one they cost more than the sealing. */
final class Nonces {
  private static final int FETCHED = 256;

  private final SecureRandom random;
  private final byte[] block = new byte[FETCHED * AesGcm.NONCE_BYTES];
  private int next = block.length;

  Nonces(SecureRandom random) {
    this.random = random;
  }

  synchronized byte[] next() {
    if (next == block.length) {
      random.nextBytes(block);
      next = 0;
    }
    byte[] nonce = Arrays.copyOfRange(block, next, next + AesGcm.NONCE_BYTES);
    next += AesGcm.NONCE_BYTES;
    return nonce;
  }
}
