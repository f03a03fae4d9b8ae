package dev.throughline.channel.aws;

import dev.throughline.http.Headers;
import dev.throughline.http.PercentCode;
import dev.throughline.http.Redacted;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests for S3 (AWS Signature Version 4, "Authenticating Requests": "Using the
 * Authorization Header", "Using Query Parameters"). Path and query are given as they go onto the
 * wire, escaped, the query's parameters in order: they are signed as they are.
 *
 * @param sessionToken of keys that need one
 */
public record SignatureV4(
    String region, String accessKey, Redacted secretKey, Optional<Redacted> sessionToken) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int DAY_CHARACTERS = 8;

  /** The headers to add: date, digest of the body, session token, authorization. */
  public List<Headers.Field> sign(
      String method,
      String host,
      String path,
      String query,
      List<Headers.Field> headers,
      byte[] body,
      Instant now) {
    String time = TIME.format(now);
    String digest = HexFormat.of().formatHex(sha256(body));
    List<Headers.Field> added = new ArrayList<>();
    added.add(new Headers.Field("x-amz-content-sha256", digest));
    added.add(new Headers.Field("x-amz-date", time));
    sessionToken.ifPresent(
        token -> added.add(new Headers.Field("x-amz-security-token", token.reveal())));
    TreeMap<String, String> signed = new TreeMap<>();
    signed.put("host", host);
    headers.forEach(field -> signed.put(field.name().toLowerCase(Locale.ROOT), field.value()));
    added.forEach(field -> signed.put(field.name(), field.value()));
    String names = String.join(";", signed.keySet());
    String lines =
        signed.entrySet().stream()
            .map(field -> field.getKey() + ":" + field.getValue().strip() + "\n")
            .collect(Collectors.joining());
    String signature =
        signature(time, String.join("\n", method, path, query, lines, names, digest));
    added.add(
        new Headers.Field(
            "authorization",
            ALGORITHM
                + " Credential="
                + accessKey
                + "/"
                + scope(time)
                + ", SignedHeaders="
                + names
                + ", Signature="
                + signature));
    return added;
  }

  /**
   * The query with which whoever has it may make one kind of request, with any body, for a while.
   *
   * @param goodFor from {@code now} on, in whole seconds
   */
  public String presign(String method, String host, String path, Duration goodFor, Instant now) {
    String time = TIME.format(now);
    StringBuilder query = new StringBuilder("X-Amz-Algorithm=").append(ALGORITHM);
    query.append("&X-Amz-Credential=").append(PercentCode.encode(accessKey + "/" + scope(time)));
    query.append("&X-Amz-Date=").append(time);
    query.append("&X-Amz-Expires=").append(Math.max(1, goodFor.toSeconds()));
    sessionToken.ifPresent(
        token -> query.append("&X-Amz-Security-Token=").append(PercentCode.encode(token.reveal())));
    query.append("&X-Amz-SignedHeaders=host");
    String canonical =
        String.join(
            "\n",
            method,
            path,
            query.toString(),
            "host:" + host + "\n",
            "host",
            "UNSIGNED-PAYLOAD");
    return query.append("&X-Amz-Signature=").append(signature(time, canonical)).toString();
  }

  private String scope(String time) {
    return time.substring(0, DAY_CHARACTERS) + "/" + region + "/s3/aws4_request";
  }

  private String signature(String time, String canonicalRequest) {
    String toSign =
        String.join(
            "\n",
            ALGORITHM,
            time,
            scope(time),
            HexFormat.of().formatHex(sha256(canonicalRequest.getBytes(StandardCharsets.UTF_8))));
    byte[] key = ("AWS4" + secretKey.reveal()).getBytes(StandardCharsets.UTF_8);
    String day = time.substring(0, DAY_CHARACTERS);
    for (String part : Arrays.asList(day, region, "s3", "aws4_request")) {
      key = hmac(key, part);
    }
    return HexFormat.of().formatHex(hmac(key, toSign));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA256 must work in every JDK", e);
    }
  }

  /** Shows no key. */
  @Override
  public String toString() {
    return "SignatureV4[" + region + "]";
  }
}
