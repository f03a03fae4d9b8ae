package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bearer tokens: JWTs signed with HMAC-SHA256 under a key that follows from the vault's epoch, so
 * that every node knows them and nothing is stored. With the epoch they end early, which clients
 * are told as "expired". They have three parts and {@code exp}, by which SDKs renew them in time.
 */
final class Tokens {
  static final Duration LIFE = Duration.ofSeconds(3_599);

  private static final int MAX_LENGTH = 2_048;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private final Vault vault;
  private final InstantSource clock;

  Tokens(Vault vault, InstantSource clock) {
    this.vault = vault;
    this.clock = clock;
  }

  /** What a token turned out to be. */
  sealed interface Checked {
    record Valid(String key, ProjectId project) implements Checked {}

    record Expired() implements Checked {}

    record Invalid() implements Checked {}
  }

  String issue(String key, ProjectId project) {
    Instant now = clock.instant();
    ObjectNode header = Json.object();
    header.put("alg", "HS256");
    header.put("typ", "JWT");
    header.put("kid", Integer.toString(vault.epoch()));
    ObjectNode claims = Json.object();
    claims.put("sub", key);
    claims.put("project", project.value());
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(LIFE).getEpochSecond());
    String signed =
        ENCODER.encodeToString(Json.bytes(header).array())
            + "."
            + ENCODER.encodeToString(Json.bytes(claims).array());
    return signed + "." + ENCODER.encodeToString(sign(signed));
  }

  Checked check(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (token.length() > MAX_LENGTH || first < 0 || second < 0) {
      return new Checked.Invalid();
    }
    Optional<JsonNode> header = part(token.substring(0, first));
    Optional<String> epoch = header.flatMap(json -> Json.string(json, "kid"));
    if (epoch.isEmpty()) {
      return new Checked.Invalid();
    }
    if (!epoch.get().equals(Integer.toString(vault.epoch()))) {
      return new Checked.Expired();
    }
    String signed = token.substring(0, second);
    byte[] signature = decode(token.substring(second + 1)).map(Bytes::array).orElse(new byte[0]);
    if (!MessageDigest.isEqual(signature, sign(signed))) {
      return new Checked.Invalid();
    }
    Optional<JsonNode> claims = part(token.substring(first + 1, second));
    Optional<String> key = claims.flatMap(json -> Json.string(json, "sub"));
    Optional<String> project =
        claims.flatMap(json -> Json.string(json, "project")).filter(ProjectId::isValid);
    if (claims.isEmpty() || key.isEmpty() || project.isEmpty()) {
      return new Checked.Invalid();
    }
    long expires = claims.get().path("exp").asLong(0);
    return clock.instant().getEpochSecond() < expires
        ? new Checked.Valid(key.get(), new ProjectId(project.get()))
        : new Checked.Expired();
  }

  private byte[] sign(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(vault.hash("access token", "HS256").array(), "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 must exist in every JDK", e);
    }
  }

  private static Optional<JsonNode> part(String encoded) {
    return decode(encoded).flatMap(Json::parse);
  }

  private static Optional<Bytes> decode(String encoded) {
    try {
      return Optional.of(Bytes.wrap(DECODER.decode(encoded)));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
