package dev.throughline.media;

import dev.throughline.http.Headers;
import dev.throughline.http.Redacted;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests for S3 (AWS Signature Version 4, "Authenticating Requests: Using the Authorization
 * Header"). Path and query are given as they go onto the wire, escaped, the query's parameters in
 * order: they are signed as they are.
 */
record SignatureV4(String region, String accessKey, Redacted secretKey) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int DAY_CHARACTERS = 8;

  /** The headers to add: date, digest of the body, authorization. */
  List<Headers.Field> sign(
      String method,
      String host,
      String path,
      String query,
      List<Headers.Field> headers,
      byte[] body,
      Instant now) {
    String time = TIME.format(now);
    String day = time.substring(0, DAY_CHARACTERS);
    String digest = HexFormat.of().formatHex(sha256(body));
    List<Headers.Field> added = new ArrayList<>();
    added.add(new Headers.Field("x-amz-content-sha256", digest));
    added.add(new Headers.Field("x-amz-date", time));
    TreeMap<String, String> signed = new TreeMap<>();
    signed.put("host", host);
    headers.forEach(field -> signed.put(field.name().toLowerCase(Locale.ROOT), field.value()));
    added.forEach(field -> signed.put(field.name(), field.value()));
    String names = String.join(";", signed.keySet());
    String lines =
        signed.entrySet().stream()
            .map(field -> field.getKey() + ":" + field.getValue().strip() + "\n")
            .collect(Collectors.joining());
    String canonical = String.join("\n", method, path, query, lines, names, digest);
    String scope = day + "/" + region + "/s3/aws4_request";
    String toSign =
        String.join(
            "\n",
            "AWS4-HMAC-SHA256",
            time,
            scope,
            HexFormat.of().formatHex(sha256(canonical.getBytes(StandardCharsets.UTF_8))));
    byte[] key = ("AWS4" + secretKey.reveal()).getBytes(StandardCharsets.UTF_8);
    for (String part : Arrays.asList(day, region, "s3", "aws4_request")) {
      key = hmac(key, part);
    }
    added.add(
        new Headers.Field(
            "authorization",
            "AWS4-HMAC-SHA256 Credential="
                + accessKey
                + "/"
                + scope
                + ", SignedHeaders="
                + names
                + ", Signature="
                + HexFormat.of().formatHex(hmac(key, toSign))));
    return added;
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

  /** Shows neither key. */
  @Override
  public String toString() {
    return "SignatureV4[" + region + "]";
  }
}
