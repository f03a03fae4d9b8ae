package dev.throughline.sandbox.aws;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signature Version 4, checked over each request as it came. */
final class Signatures {
  /** How far the client's clock may be from ours. */
  private static final Duration SKEW_LIMIT = Duration.ofMinutes(5);

  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 +Credential=([^/,]+)/(\\d{8})/([^/,]+)/([^/,]+)/aws4_request, *"
              + "SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]{64})");
  private static final Pattern PRESIGNED =
      Pattern.compile("(^|&)X-Amz-Credential=[^&]*%2Fs3%2Faws4_request(&|$)");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final AwsConfig config;

  /** Clients sign by the computer's clock, whatever clock the world goes by. */
  private final InstantSource clock;

  private final S3Signatures s3;

  Signatures(AwsConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
    this.s3 = new S3Signatures(config, clock);
  }

  /** The service that a request was signed for, whether the signature is right or not. */
  static Optional<Service> service(Incoming request) {
    Matcher matcher = AUTHORIZATION.matcher(request.header("authorization"));
    if (matcher.matches()) {
      return Service.signedAs(matcher.group(4));
    }
    // An address that was signed beforehand; only those of S3 are.
    return PRESIGNED.matcher(request.rawQuery()).find()
        ? Optional.of(Service.S3)
        : Optional.empty();
  }

  void check(Incoming request, Service service) throws Refusal {
    if (service == Service.S3) {
      s3.check(request);
      return;
    }
    String authorization = request.header("authorization");
    if (authorization.isEmpty()) {
      throw new Refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    Matcher parts = AUTHORIZATION.matcher(authorization);
    if (!parts.matches()) {
      throw new Refusal(
          400,
          "IncompleteSignatureException",
          "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters"
              + " of AWS4-HMAC-SHA256.");
    }
    String day = parts.group(2);
    String region = parts.group(3);
    if (!parts.group(1).equals(config.accessKeyId())) {
      throw new Refusal(
          403,
          "UnrecognizedClientException",
          "The security token included in the request is invalid.");
    }
    if (!region.equals(config.region()) || !parts.group(4).equals(service.signingName())) {
      throw mismatch(
          "Credential should be scoped to region '"
              + config.region()
              + "' and service '"
              + service.signingName()
              + "'.");
    }
    String stamp = request.header("x-amz-date");
    Instant signedAt = instant(stamp);
    Instant now = clock.instant();
    if (!stamp.startsWith(day) || Duration.between(signedAt, now).abs().compareTo(SKEW_LIMIT) > 0) {
      throw mismatch("Signature expired: " + stamp + " is not within 5 min. of " + stamp(now));
    }
    List<String> signed = List.of(parts.group(5).split(";"));
    if (!signed.contains("host") || !signed.contains("x-amz-date")) {
      throw mismatch("'Host' and 'X-Amz-Date' must be signed.");
    }
    String expected = signature(request, signed, stamp, day, region, service);
    if (!MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.US_ASCII),
        parts.group(6).getBytes(StandardCharsets.US_ASCII))) {
      throw mismatch(
          "The request signature we calculated does not match the signature you provided. Check"
              + " your AWS Secret Access Key and signing method. Consult the service documentation"
              + " for details.");
    }
  }

  private static Refusal mismatch(String sentence) {
    return new Refusal(403, "InvalidSignatureException", sentence);
  }

  private static Instant instant(String stamp) throws Refusal {
    return signedAt(stamp).orElseThrow(() -> mismatch("X-Amz-Date must be like 20261121T120000Z."));
  }

  static Optional<Instant> signedAt(String stamp) {
    try {
      return Optional.of(STAMP.parse(stamp, Instant::from));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static String stamp(Instant instant) {
    return STAMP.format(instant);
  }

  private String signature(
      Incoming request,
      List<String> signed,
      String stamp,
      String day,
      String region,
      Service service)
      throws Refusal {
    String payload = sha256(request.body().copy());
    String declared = request.header("x-amz-content-sha256");
    if (!declared.isEmpty() && !declared.equals("UNSIGNED-PAYLOAD") && !declared.equals(payload)) {
      throw mismatch("The value of x-amz-content-sha256 is not the hash of the body.");
    }
    StringBuilder canonical = new StringBuilder();
    canonical.append(request.method()).append('\n');
    canonical.append(path(request.rawPath())).append('\n');
    canonical.append(query(request.rawQuery())).append('\n');
    for (String name : signed) {
      String value = request.header(name).strip().replaceAll(" +", " ");
      canonical.append(name).append(':').append(value).append('\n');
    }
    canonical.append('\n').append(String.join(";", signed)).append('\n');
    canonical.append(declared.isEmpty() ? payload : declared);
    return sign(
        config.secretAccessKey(),
        stamp,
        day + "/" + region + "/" + service.signingName() + "/aws4_request",
        canonical.toString());
  }

  /**
   * @param scope day, region, service and {@code aws4_request}
   */
  static String sign(String secret, String stamp, String scope, String canonicalRequest) {
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + stamp
            + "\n"
            + scope
            + "\n"
            + sha256(canonicalRequest.getBytes(StandardCharsets.UTF_8));
    byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    return HexFormat.of().formatHex(hmac(key, toSign));
  }

  /** Each segment encoded once more, as every service but S3 wants it. */
  private static String path(String rawPath) {
    List<String> segments = new ArrayList<>();
    for (String segment : rawPath.split("/", -1)) {
      segments.add(encode(segment));
    }
    return String.join("/", segments);
  }

  /** Sorted, and encoded anew. */
  static String query(String rawQuery) {
    if (rawQuery.isEmpty()) {
      return "";
    }
    List<String> pairs = new ArrayList<>();
    for (String pair : rawQuery.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      pairs.add(encode(decode(name)) + "=" + encode(decode(value)));
    }
    pairs.sort(null);
    return String.join("&", pairs);
  }

  static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
