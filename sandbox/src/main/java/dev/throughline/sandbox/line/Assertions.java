package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Public keys registered in the console, and the signed assertions that they verify. */
final class Assertions {
  static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  static final Duration LONGEST = Duration.ofMinutes(30);
  private static final String AUDIENCE = "https://api.line.me/";
  private static final int KEYS_LIMIT = 10;
  private static final int RSA_BITS = 2048;

  sealed interface Verdict {
    /**
     * @param tokenLife {@code token_exp}, if it was given
     */
    record Good(Optional<Duration> tokenLife) implements Verdict {}

    record Bad(Answer answer) implements Verdict {}
  }

  private final InstantSource clock;
  private final String channelId;
  private final Map<String, ObjectNode> keys = new LinkedHashMap<>();

  Assertions(InstantSource clock, String channelId) {
    this.clock = clock;
    this.channelId = channelId;
  }

  synchronized Map<String, ObjectNode> keys() {
    return new LinkedHashMap<>(keys);
  }

  synchronized void restore(Map<String, ObjectNode> saved) {
    keys.putAll(saved);
  }

  synchronized void register(String kid, ObjectNode jwk) throws ControlRefusal {
    if (keys.size() >= KEYS_LIMIT) {
      throw new ControlRefusal(409, "A channel has at most " + KEYS_LIMIT + " keys.");
    }
    if (jwk.has("kid") || jwk.has("d")) {
      throw new ControlRefusal(400, "Register the public JWK alone, without kid.");
    }
    boolean usable =
        jwk.path("kty").stringValue("").equals("RSA")
            && jwk.path("alg").stringValue("").equals("RS256")
            && (jwk.path("use").stringValue("").equals("sig")
                || jwk.path("key_ops").path(0).stringValue("").equals("verify"));
    if (!usable || modulus(jwk).bitLength() != RSA_BITS) {
      throw new ControlRefusal(
          400, "The key is an RSA-2048 JWK with alg RS256 and use sig or key_ops verify.");
    }
    keys.put(kid, jwk);
  }

  private static BigInteger modulus(JsonNode jwk) throws ControlRefusal {
    try {
      return number(jwk, "n");
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, "n and e are base64url numbers.");
    }
  }

  private static BigInteger number(JsonNode jwk, String name) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(jwk.path(name).stringValue("")));
  }

  Verdict verify(String assertion) {
    String[] parts = assertion.split("\\.", -1);
    if (parts.length != 3) {
      return bad("invalid_client", "Invalid client_assertion");
    }
    try {
      JsonNode header = Json.parse(Base64.getUrlDecoder().decode(parts[0]));
      JsonNode claims = Json.parse(Base64.getUrlDecoder().decode(parts[1]));
      byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
      ObjectNode jwk;
      synchronized (this) {
        jwk = keys.get(header.path("kid").stringValue(""));
      }
      if (jwk == null || !header.path("alg").stringValue("").equals("RS256")) {
        return new Verdict.Bad(
            Answer.error(404, "Cannot find channel key that satisfies the conditions"));
      }
      if (!signed(jwk, parts[0] + "." + parts[1], signature)) {
        return bad("invalid_client", "Invalid signature");
      }
      return claims(claims);
    } catch (IllegalArgumentException | Json.Unparsable | GeneralSecurityException e) {
      return bad("invalid_client", "Invalid client_assertion");
    }
  }

  private static boolean signed(JsonNode jwk, String text, byte[] signature)
      throws GeneralSecurityException {
    PublicKey key =
        KeyFactory.getInstance("RSA")
            .generatePublic(new RSAPublicKeySpec(number(jwk, "n"), number(jwk, "e")));
    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(key);
    verifier.update(text.getBytes(StandardCharsets.US_ASCII));
    return verifier.verify(signature);
  }

  private Verdict claims(JsonNode claims) {
    boolean own =
        claims.path("iss").stringValue("").equals(channelId)
            && claims.path("sub").stringValue("").equals(channelId);
    if (!own) {
      return bad("invalid_client", "iss and clientId of key do not match");
    }
    if (!claims.path("aud").stringValue("").equals(AUDIENCE)) {
      return bad("invalid_client", "Invalid aud");
    }
    Instant now = clock.instant();
    Instant expires = Instant.ofEpochSecond(claims.path("exp").asLong(0));
    if (!now.isBefore(expires) || expires.isAfter(now.plus(LONGEST))) {
      return bad("invalid_client", "Invalid exp");
    }
    if (!claims.has("token_exp")) {
      return new Verdict.Good(Optional.empty());
    }
    Duration life = Duration.ofSeconds(claims.path("token_exp").asLong(0));
    if (!life.isPositive() || life.compareTo(AccessTokens.LONGEST_LIFE) > 0) {
      return bad("invalid_client", "Invalid token_exp");
    }
    return new Verdict.Good(Optional.of(life));
  }

  private static Verdict bad(String error, String description) {
    return new Verdict.Bad(Answer.oauthError(400, error, description));
  }
}
