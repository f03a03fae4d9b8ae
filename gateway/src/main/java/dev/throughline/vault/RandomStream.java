package dev.throughline.vault;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Random bytes for nonces and keys, thousands a millisecond: AES-256 in counter mode with fast key
 * erasure. Each block's first 32 bytes are the key of the next one and are used for nothing else,
 * and the platform's own generator is mixed in after {@link #RESEED_BLOCKS} blocks. Safe for many
 * threads.
 *
 * <p>Method: Bernstein, "Fast-key-erasure random-number generators", 2017.
 */
final class RandomStream {
  private static final int KEY_BYTES = 32;
  private static final int BLOCK_BYTES = 8 << 10;
  private static final int RESEED_BLOCKS = 128;

  /** The counter starts anew under each key. */
  private static final IvParameterSpec ZERO = new IvParameterSpec(new byte[16]);

  private static final byte[] ZEROS = new byte[BLOCK_BYTES];

  private final SecureRandom seeds;
  private final Cipher cipher;
  private final byte[] key = new byte[KEY_BYTES];
  private final byte[] block = new byte[BLOCK_BYTES];
  private int next = BLOCK_BYTES;
  private int blocks;

  RandomStream(SecureRandom seeds) {
    this.seeds = seeds;
    try {
      this.cipher = Cipher.getInstance("AES/CTR/NoPadding");
    } catch (GeneralSecurityException e) {
      throw unavailable(e);
    }
  }

  /** At most 8,160 bytes. */
  synchronized byte[] next(int length) {
    if (length > BLOCK_BYTES - next) {
      refill();
    }
    byte[] bytes = Arrays.copyOfRange(block, next, next + length);
    Arrays.fill(block, next, next + length, (byte) 0);
    next += length;
    return bytes;
  }

  private void refill() {
    if (blocks++ % RESEED_BLOCKS == 0) {
      byte[] seed = new byte[KEY_BYTES];
      seeds.nextBytes(seed);
      for (int i = 0; i < KEY_BYTES; i++) {
        key[i] ^= seed[i];
      }
    }
    try {
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), ZERO);
      cipher.doFinal(ZEROS, 0, BLOCK_BYTES, block, 0);
    } catch (GeneralSecurityException e) {
      throw unavailable(e);
    }
    System.arraycopy(block, 0, key, 0, KEY_BYTES);
    Arrays.fill(block, 0, KEY_BYTES, (byte) 0);
    next = KEY_BYTES;
  }

  private static IllegalStateException unavailable(GeneralSecurityException e) {
    return new IllegalStateException("AES in counter mode must work in every JDK", e);
  }
}
