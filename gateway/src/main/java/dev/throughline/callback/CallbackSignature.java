package dev.throughline.callback;

import dev.throughline.http.Headers;
import dev.throughline.message.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The four header fields by which a target knows that a callback is ours: HMAC-SHA256 over {@code
 * body.nonce.timestamp} (conversation-api §4.2).
 */
final class CallbackSignature {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String PREFIX = "x-sinch-webhook-signature";

  private CallbackSignature() {}

  static List<Headers.Field> headers(String secret, Bytes body, String nonce, Instant now) {
    String timestamp = Long.toString(now.getEpochSecond());
    return List.of(
        new Headers.Field(PREFIX + "-timestamp", timestamp),
        new Headers.Field(PREFIX + "-nonce", nonce),
        new Headers.Field(PREFIX + "-algorithm", ALGORITHM),
        new Headers.Field(PREFIX, sign(secret, body, nonce, timestamp)));
  }

  static String sign(String secret, Bytes body, String nonce, String timestamp) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      mac.update(body.array());
      mac.update(("." + nonce + "." + timestamp).getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " must exist in every JDK", e);
    }
  }
}
