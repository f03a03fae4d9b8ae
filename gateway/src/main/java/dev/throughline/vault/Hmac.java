package dev.throughline.vault;

import dev.throughline.message.Bytes;
import java.security.GeneralSecurityException;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** HMAC-SHA256 under one key, its instances used again and again. */
final class Hmac {
  private final SecretKey key;
  private final ConcurrentLinkedQueue<Mac> idle = new ConcurrentLinkedQueue<>();

  Hmac(SecretKey key) {
    this.key = key;
  }

  /** 32 bytes. */
  Bytes of(byte[] message) {
    Mac mac = idle.poll();
    if (mac == null) {
      mac = fresh();
    }
    byte[] code = mac.doFinal(message);
    idle.add(mac);
    return Bytes.wrap(code);
  }

  private Mac fresh() {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 must exist in every JDK", e);
    }
  }
}
