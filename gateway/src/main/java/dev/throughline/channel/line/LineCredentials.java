package dev.throughline.channel.line;

import dev.throughline.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The channel access token and the channel secret of one LINE Official Account. While a reissued
 * secret is being rolled out it also holds the previous one: LINE ends the old secret at once, yet
 * webhooks that it signed may still be waiting (spec line.md §1.1).
 *
 * <p>Keep an instance for as long as the account's settings stand: it holds the keyed HMACs.
 */
public final class LineCredentials implements Channel.Credentials {
  /** Long-lived tokens have about 170 characters, JWTs some hundreds. */
  private static final int MAX_TOKEN_LENGTH = 4_096;

  private static final int MAX_SECRET_LENGTH = 256;
  private static final String HMAC = "HmacSHA256";

  private final String token;

  /** Newest first; never used itself, only cloned, so that threads do not share one. */
  private final List<Mac> keyed;

  /**
   * @throws IllegalArgumentException unless {@link #isToken} and {@link #isSecret} hold
   */
  public LineCredentials(String token, String secret, Optional<String> previousSecret) {
    if (!isToken(token)) {
      throw new IllegalArgumentException("not a LINE channel access token");
    }
    this.token = token;
    Mac current = keyed(secret);
    this.keyed = previousSecret.map(old -> List.of(current, keyed(old))).orElse(List.of(current));
  }

  public LineCredentials(String token, String secret) {
    this(token, secret, Optional.empty());
  }

  /** Whether a header field can carry it: 1 to 4,096 printable ASCII characters, no space. */
  public static boolean isToken(String value) {
    return isPlain(value, MAX_TOKEN_LENGTH);
  }

  /** 1 to 256 printable ASCII characters, no space; LINE's own have 32. */
  public static boolean isSecret(String value) {
    return isPlain(value, MAX_SECRET_LENGTH);
  }

  /** The value of the {@code authorization} header. */
  public String bearer() {
    return "Bearer " + token;
  }

  String token() {
    return token;
  }

  /** How many secrets are valid; version 1 is the current one, 2 the one before. */
  int secrets() {
    return keyed.size();
  }

  /** HMAC-SHA256 of the bytes under the secret of that version. */
  byte[] hmac(int version, byte[] bytes) {
    return copy(keyed.get(version - 1)).doFinal(bytes);
  }

  private static boolean isPlain(String value, int maxLength) {
    return !value.isEmpty()
        && value.length() <= maxLength
        && value.chars().allMatch(LineIds::isPrintable);
  }

  private static Mac keyed(String secret) {
    if (!isSecret(secret)) {
      throw new IllegalArgumentException("not a LINE channel secret");
    }
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + HMAC, e);
    }
  }

  /** A clone costs a tenth of a look-up and keying; the JDK's own provider always can. */
  private static Mac copy(Mac mac) {
    try {
      return (Mac) mac.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the provider of " + HMAC + " cannot clone", e);
    }
  }

  @Override
  public String toString() {
    return "LineCredentials[token ("
        + token.length()
        + " characters), "
        + secrets()
        + " secret(s)]";
  }
}
