package dev.throughline.channel.line;

import dev.throughline.channel.Channel;
import dev.throughline.channel.MediaSource;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Receiver;
import dev.throughline.http.RetryAfter;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * Files that LINE users sent (spec line.md §4.1). LINE answers 202 while it prepares a large film
 * or sound; whether that has failed is asked apart.
 */
public final class LineContent implements MediaSource {
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);
  private static final Duration STATUS_DEADLINE = Duration.ofSeconds(10);

  private final Http http;
  private final LineHost host;
  private final InstantSource clock;

  /**
   * @param data where LINE keeps content: {@code https://api-data.line.me} in production
   */
  public LineContent(Http http, URI data, InstantSource clock) {
    this.http = http;
    this.host = new LineHost(data);
    this.clock = clock;
  }

  @Override
  public Fetched fetch(
      String platformMessageId,
      Channel.Credentials credentials,
      Receiver receiver,
      Duration deadline) {
    if (!(credentials instanceof LineCredentials line)) {
      throw new IllegalArgumentException("not LINE credentials: " + credentials.getClass());
    }
    if (!platformMessageId.matches("[A-Za-z0-9_-]{1,128}")) {
      return new Fetched.Gone("not an id of LINE's");
    }
    String path = "/v2/bot/message/" + platformMessageId + "/content";
    return switch (http.receive(request(path, line), deadline, receiver.onSuccess())) {
      case HttpResult.Answered(int status, Headers headers, var _) ->
          answered(status, headers, path, line);
      case HttpResult.TooLarge(int status, Headers headers) ->
          status == 200 ? new Fetched.Stopped() : answered(status, headers, path, line);
      case HttpResult.NotSent(HttpResult.Cause cause) ->
          new Fetched.Unavailable(Optional.empty(), cause.name());
      case HttpResult.Unknown(HttpResult.Cause cause, var _) ->
          new Fetched.Unavailable(Optional.empty(), cause.name());
    };
  }

  private Fetched answered(int status, Headers headers, String path, LineCredentials line) {
    return switch (status) {
      case 200 -> new Fetched.Whole();
      case 202 -> preparing(path, line);
      case 400, 404 -> new Fetched.Gone("LINE has no such content");
      case 410 -> new Fetched.Gone("the content is gone from LINE");
      case 401, 403 -> new Fetched.Refused("LINE refused the channel access token");
      default ->
          new Fetched.Unavailable(
              headers
                  .first("retry-after")
                  .flatMap(value -> RetryAfter.parse(value, clock.instant(), LONGEST_RETRY_AFTER)),
              "LINE answered with status " + status);
    };
  }

  /** An unclear answer is no reason to give up: the content is asked for again. */
  private Fetched preparing(String path, LineCredentials line) {
    HttpResult result = http.send(request(path + "/transcoding", line), STATUS_DEADLINE);
    return result instanceof HttpResult.Answered(int status, var _, Bytes body)
            && status == 200
            && "failed".equals(status(body))
        ? new Fetched.Gone("LINE could not prepare the content")
        : new Fetched.NotYet();
  }

  private static String status(Bytes body) {
    try {
      return LineJson.MAPPER.readTree(body.array()).path("status").asString("");
    } catch (JacksonException e) {
      return "";
    }
  }

  private OutgoingRequest request(String path, LineCredentials line) {
    try {
      return OutgoingRequest.get(Target.parse(host.at(path).toString()), TargetPolicy.OPERATOR)
          .with("authorization", line.bearer());
    } catch (Target.InvalidTargetException e) {
      throw new IllegalStateException("the address of LINE's content is not valid", e);
    }
  }
}
