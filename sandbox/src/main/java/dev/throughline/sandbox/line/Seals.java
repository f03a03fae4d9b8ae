package dev.throughline.sandbox.line;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the channel secret proves: webhook signatures, and tokens that name a message without a
 * table behind them, because LINE's quote and mark-as-read tokens never expire.
 */
final class Seals {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int TAG_BYTES = 18;

  private final SecretKeySpec key;

  Seals(String channelSecret) {
    key = new SecretKeySpec(channelSecret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  /** {@code x-line-signature} over the exact bytes of a body. */
  String signature(byte[] body) {
    return Base64.getEncoder().encodeToString(mac(body));
  }

  String quoteToken(String chat, String messageId) {
    return token("quote", chat, messageId);
  }

  String markAsReadToken(String chat, String messageId) {
    return token("read", chat, messageId);
  }

  boolean isQuoteToken(String chat, String token) {
    int at = token.indexOf('-');
    return at > 0 && same(token, token("quote", chat, token.substring(0, at)));
  }

  boolean isMarkAsReadToken(String chat, String token) {
    int at = token.indexOf('-');
    return at > 0 && same(token, token("read", chat, token.substring(0, at)));
  }

  private String token(String purpose, String chat, String messageId) {
    byte[] tag = mac((purpose + "\n" + chat + "\n" + messageId).getBytes(StandardCharsets.UTF_8));
    return messageId
        + "-"
        + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(tag, TAG_BYTES));
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private byte[] mac(byte[] data) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
