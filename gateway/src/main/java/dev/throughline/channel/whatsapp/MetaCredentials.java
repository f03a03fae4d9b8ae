package dev.throughline.channel.whatsapp;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A business phone number at Meta: its id and token, the secrets of the Meta app whose webhooks
 * tell of it (the previous one while a new one is being rolled out), and the word by which Meta
 * proves itself in the handshake.
 */
final class MetaCredentials implements WhatsAppCredentials {
  private static final String HMAC = "HmacSHA256";
  private static final String PREFIX = "sha256=";

  private final String phoneNumberId;
  private final String token;
  private final List<String> appSecrets;
  private final Optional<String> verifyToken;

  /**
   * @param appSecrets newest first; without any, no webhook is authentic
   */
  MetaCredentials(
      String phoneNumberId, String token, List<String> appSecrets, Optional<String> verifyToken) {
    this.phoneNumberId = phoneNumberId;
    this.token = token;
    this.appSecrets = List.copyOf(appSecrets);
    this.verifyToken = verifyToken;
  }

  String phoneNumberId() {
    return phoneNumberId;
  }

  /** The value of the {@code authorization} header. */
  String bearer() {
    return "Bearer " + token;
  }

  /** How many secrets are valid; version 1 is the current one, 2 the one before. */
  int secrets() {
    return appSecrets.size();
  }

  /** As Meta signs a body under the secret of that version. */
  String signature(int version, byte[] body) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      byte[] key = appSecrets.get(version - 1).getBytes(StandardCharsets.UTF_8);
      mac.init(new SecretKeySpec(key, HMAC));
      return PREFIX + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + HMAC, e);
    }
  }

  /** In a time that does not tell how much of it is right. */
  boolean verifies(String given) {
    return verifyToken
        .map(known ->
            MessageDigest.isEqual(
                known.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8)))
        .orElse(false);
  }

  @Override
  public String toString() {
    return "MetaCredentials[token (" + token.length() + " characters), " + secrets() + " secrets]";
  }
}
