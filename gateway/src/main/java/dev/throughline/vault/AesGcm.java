package dev.throughline.vault;

import java.security.GeneralSecurityException;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM with a tag of 16 bytes. Ciphers are used again and again: to look one up costs more
 * than to seal a message with it.
 */
final class AesGcm {
  static final int NONCE_BYTES = 12;
  static final int TAG_BYTES = 16;

  private final ConcurrentLinkedQueue<Cipher> idle = new ConcurrentLinkedQueue<>();

  /** Writes ciphertext and tag to {@code out} from {@code offset} on. */
  void encrypt(
      SecretKey key, byte[] nonce, byte[] associated, byte[] plain, byte[] out, int offset) {
    try {
      Cipher cipher = take();
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
      cipher.updateAAD(associated);
      cipher.doFinal(plain, 0, plain.length, out, offset);
      idle.add(cipher);
    } catch (GeneralSecurityException e) {
      throw unavailable(e);
    }
  }

  /** Opens what lies in {@code sealed} from {@code offset} on. */
  byte[] decrypt(SecretKey key, byte[] sealed, int nonceAt, int offset, byte[] associated) {
    try {
      Cipher cipher = take();
      cipher.init(
          Cipher.DECRYPT_MODE,
          key,
          new GCMParameterSpec(8 * TAG_BYTES, sealed, nonceAt, NONCE_BYTES));
      cipher.updateAAD(associated);
      byte[] plain = cipher.doFinal(sealed, offset, sealed.length - offset);
      idle.add(cipher);
      return plain;
    } catch (AEADBadTagException e) {
      throw new Vault.TamperedException(e);
    } catch (GeneralSecurityException e) {
      throw unavailable(e);
    }
  }

  /** One that failed is not put back. */
  private Cipher take() throws GeneralSecurityException {
    Cipher cipher = idle.poll();
    return cipher != null ? cipher : Cipher.getInstance("AES/GCM/NoPadding");
  }

  private static IllegalStateException unavailable(GeneralSecurityException e) {
    return new IllegalStateException("AES-256-GCM must work in every JDK", e);
  }
}
