package dev.throughline.sandbox.aws;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Signature Version 4 as S3 has it (Amazon S3 API Reference, "Authenticating Requests"): in the
 * header, or in the query of an address that somebody was given; the path as it is, and errors by
 * names of its own.
 */
final class S3Signatures {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
  private static final Duration SKEW_LIMIT = Duration.ofMinutes(15);

  /** Seven days. */
  private static final int LONGEST_SECONDS = 604_800;

  private static final Pattern HEADER =
      Pattern.compile(
          ALGORITHM
              + " +Credential=([^,]+), *SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]{64})");
  private static final Pattern CREDENTIAL =
      Pattern.compile("([^/]+)/(\\d{8})/([^/]+)/s3/aws4_request");

  private final AwsConfig config;
  private final InstantSource clock;

  S3Signatures(AwsConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
  }

  /** What of a request says how it is signed. */
  private record Given(
      String credential, String stamp, List<String> headers, String payload, String signature) {}

  void check(Incoming request) throws Refusal {
    Map<String, String> query = Gate.query(request.rawQuery());
    Given given =
        query.containsKey("X-Amz-Signature") ? presigned(request, query) : inHeader(request);
    Matcher credential = CREDENTIAL.matcher(given.credential);
    if (!credential.matches() || !given.stamp.startsWith(credential.group(2))) {
      throw malformed("The credential does not fit.");
    }
    if (!credential.group(1).equals(config.accessKeyId())) {
      throw new Refusal(
          403,
          "InvalidAccessKeyId",
          "The AWS Access Key Id you provided does not exist in our records.");
    }
    if (!credential.group(3).equals(config.region())) {
      throw malformed(
          "The region '" + credential.group(3) + "' is wrong; expecting '" + config.region() + "'");
    }
    for (String name : request.headers().keySet()) {
      if (name.startsWith("x-amz-") && !given.headers.contains(name)) {
        throw denied("There were headers present in the request which were not signed");
      }
    }
    if (!given.headers.contains("host")) {
      throw denied("'Host' must be signed.");
    }
    String expected = signature(request, given, credential.group(2));
    if (!MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.US_ASCII),
        given.signature.getBytes(StandardCharsets.US_ASCII))) {
      throw new Refusal(
          403,
          "SignatureDoesNotMatch",
          "The request signature we calculated does not match the signature you provided.");
    }
  }

  private Given inHeader(Incoming request) throws Refusal {
    String authorization = request.header("authorization");
    if (authorization.isEmpty()) {
      throw denied("Access Denied");
    }
    Matcher parts = HEADER.matcher(authorization);
    if (!parts.matches()) {
      throw malformed("The authorization header is malformed.");
    }
    String stamp = request.header("x-amz-date");
    Instant signedAt = Signatures.signedAt(stamp).orElseThrow(() -> denied("Access Denied"));
    if (Duration.between(signedAt, clock.instant()).abs().compareTo(SKEW_LIMIT) > 0) {
      throw new Refusal(
          403,
          "RequestTimeTooSkewed",
          "The difference between the request time and the current time is too large.");
    }
    String payload = request.header("x-amz-content-sha256");
    if (payload.isEmpty()) {
      throw new Refusal(
          400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
    }
    if (payload.startsWith("STREAMING-")) {
      throw new Refusal(
          501, "NotImplemented", "Bodies that are signed in pieces are not taken here.");
    }
    if (!payload.equals(UNSIGNED) && !payload.equals(Signatures.sha256(request.body().copy()))) {
      throw new Refusal(
          400,
          "XAmzContentSHA256Mismatch",
          "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
    return new Given(
        parts.group(1), stamp, List.of(parts.group(2).split(";", -1)), payload, parts.group(3));
  }

  private Given presigned(Incoming request, Map<String, String> query) throws Refusal {
    if (!request.header("authorization").isEmpty()) {
      throw new Refusal(400, "InvalidArgument", "Only one auth mechanism allowed");
    }
    String stamp = query.getOrDefault("X-Amz-Date", "");
    String expires = query.getOrDefault("X-Amz-Expires", "");
    if (!query.getOrDefault("X-Amz-Algorithm", "").equals(ALGORITHM)
        || !expires.matches("[0-9]{1,6}")
        || Integer.parseInt(expires) < 1
        || Integer.parseInt(expires) > LONGEST_SECONDS
        || query.getOrDefault("X-Amz-SignedHeaders", "").isEmpty()) {
      throw parameters();
    }
    Instant signedAt = Signatures.signedAt(stamp).orElseThrow(S3Signatures::parameters);
    Instant now = clock.instant();
    if (now.isBefore(signedAt.minus(SKEW_LIMIT))) {
      throw denied("Request is not valid yet");
    }
    if (now.isAfter(signedAt.plusSeconds(Long.parseLong(expires)))) {
      throw denied("Request has expired");
    }
    return new Given(
        query.getOrDefault("X-Amz-Credential", ""),
        stamp,
        List.of(query.getOrDefault("X-Amz-SignedHeaders", "").split(";", -1)),
        UNSIGNED,
        query.getOrDefault("X-Amz-Signature", ""));
  }

  private String signature(Incoming request, Given given, String day) {
    TreeMap<String, String> headers = new TreeMap<>();
    given.headers.forEach(name -> headers.put(name, request.header(name)));
    StringBuilder canonical = new StringBuilder();
    canonical.append(request.method()).append('\n').append(request.rawPath()).append('\n');
    canonical.append(query(request.rawQuery())).append('\n');
    headers.forEach((name, value) ->
        canonical
            .append(name)
            .append(':')
            .append(value.strip().replaceAll(" +", " "))
            .append('\n'));
    canonical.append('\n').append(String.join(";", headers.keySet())).append('\n');
    canonical.append(given.payload);
    return Signatures.sign(
        config.secretAccessKey(),
        given.stamp,
        day + "/" + config.region() + "/s3/aws4_request",
        canonical.toString());
  }

  /** All parameters but the signature itself. */
  private static String query(String rawQuery) {
    List<String> pairs = new ArrayList<>();
    for (String pair : rawQuery.split("&", -1)) {
      if (!pair.startsWith("X-Amz-Signature=")) {
        pairs.add(pair);
      }
    }
    return Signatures.query(String.join("&", pairs));
  }

  private static Refusal denied(String sentence) {
    return new Refusal(403, "AccessDenied", sentence);
  }

  private static Refusal malformed(String sentence) {
    return new Refusal(400, "AuthorizationHeaderMalformed", sentence);
  }

  private static Refusal parameters() {
    return new Refusal(
        400,
        "AuthorizationQueryParametersError",
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential,"
            + " X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
}
