package dev.throughline.channel.aws;

import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.PercentCode;
import dev.throughline.http.Receiver;
import dev.throughline.http.Redacted;
import dev.throughline.http.RetryAfter;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Single objects of an account's own bucket: those that other services of AWS hand over by S3 only.
 * A request is made once, and an object is handed on as it comes, never whole in memory.
 */
public final class S3Objects {
  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,64})</Code>");
  private static final String VERSION = "x-amz-version-id";
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);
  private static final int MAX_ERROR_BYTES = 64 << 10;

  private final AwsSettings settings;
  private final Http http;
  private final InstantSource clock;

  /**
   * @param clock of this machine, which AWS holds against its own
   */
  public S3Objects(AwsSettings settings, Http http, InstantSource clock) {
    this.settings = settings;
    this.http = http;
    this.clock = clock;
  }

  /** An address that lets another service put the object, without keys, for so long. */
  public Redacted uploadAddress(AwsCredentials account, S3Object object, Duration goodFor) {
    Target target = target(account, object);
    String query =
        signature(account)
            .presign("PUT", target.authority(), target.pathAndQuery(), goodFor, clock.instant());
    return Redacted.of("upload address", target + target.pathAndQuery() + "?" + query);
  }

  public S3Result put(AwsCredentials account, S3Object object, Bytes content, Duration deadline) {
    return result(http.send(request("PUT", account, object, "", content), deadline));
  }

  /**
   * @param receiver takes the object, and nothing of an error
   */
  public S3Result get(
      AwsCredentials account, S3Object object, Receiver receiver, Duration deadline) {
    OutgoingRequest request = request("GET", account, object, "", Bytes.EMPTY);
    return result(http.receive(request, deadline, receiver.onSuccess()));
  }

  /**
   * Makes sure that there is no such object.
   *
   * @param version of it, in a bucket that keeps them; without one the newest
   */
  public S3Result delete(
      AwsCredentials account, S3Object object, Optional<String> version, Duration deadline) {
    String query = version.map(id -> "versionId=" + PercentCode.encode(id)).orElse("");
    return result(http.send(request("DELETE", account, object, query, Bytes.EMPTY), deadline));
  }

  private OutgoingRequest request(
      String method, AwsCredentials account, S3Object object, String query, Bytes body) {
    Target target = target(account, object);
    String path = target.pathAndQuery();
    List<Headers.Field> headers =
        new ArrayList<>(
            signature(account)
                .sign(
                    method,
                    target.authority(),
                    path,
                    query,
                    List.of(),
                    body.array(),
                    clock.instant()));
    return new OutgoingRequest(
        method,
        query.isEmpty() ? target : target.resolve(path + "?" + query),
        TargetPolicy.OPERATOR,
        headers,
        body,
        MAX_ERROR_BYTES);
  }

  private static SignatureV4 signature(AwsCredentials account) {
    return new SignatureV4(
        account.region(),
        account.accessKeyId(),
        Redacted.of("secret access key", account.secretAccessKey()),
        account.sessionToken().map(token -> Redacted.of("session token", token)));
  }

  /** The bucket's own host; behind another address of AWS's, the first part of the path. */
  private Target target(AwsCredentials account, S3Object object) {
    String key = PercentCode.encode(object.key()).replace("%2F", "/");
    String region = account.region();
    String address =
        settings
            .endpoint()
            .map(base -> withoutSlash(base.toString()) + "/" + object.bucket() + "/" + key)
            .orElseGet(() ->
                "https://"
                    + object.bucket()
                    + ".s3."
                    + region
                    + (region.startsWith("cn-") ? ".amazonaws.com.cn/" : ".amazonaws.com/")
                    + key);
    try {
      return Target.parse(address);
    } catch (Target.InvalidTargetException e) {
      throw new IllegalStateException("the address of a bucket is not valid", e);
    }
  }

  private static String withoutSlash(String address) {
    return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
  }

  private S3Result result(HttpResult result) {
    return switch (result) {
      case HttpResult.Answered(int status, Headers headers, Bytes body) ->
          status / 100 == 2
              ? new S3Result.Done(version(headers))
              : refused(status, headers, code(body));
      case HttpResult.TooLarge(int status, Headers headers) ->
          status / 100 == 2 ? new S3Result.Stopped(version(headers)) : refused(status, headers, "");
      case HttpResult.NotSent(HttpResult.Cause cause) ->
          new S3Result.Unavailable(Optional.empty(), cause.name());
      case HttpResult.Unknown(HttpResult.Cause cause, var _) ->
          new S3Result.Unavailable(Optional.empty(), cause.name());
    };
  }

  private S3Result refused(int status, Headers headers, String code) {
    if (status == 404 && !code.equals("NoSuchBucket")) {
      return new S3Result.Missing();
    }
    if (status >= 500 || status == 408 || status == 409 || status == 429) {
      return new S3Result.Unavailable(
          headers
              .first("retry-after")
              .flatMap(value -> RetryAfter.parse(value, clock.instant(), LONGEST_RETRY_AFTER)),
          "S3 answered with status " + status);
    }
    return new S3Result.Refused(status, code);
  }

  /** An object without a version has none, or the one that S3 calls null. */
  private static Optional<String> version(Headers headers) {
    return headers.first(VERSION).filter(id -> !id.equals("null"));
  }

  private static String code(Bytes body) {
    Matcher code = CODE.matcher(body.asUtf8());
    return code.find() ? code.group(1) : "";
  }
}
