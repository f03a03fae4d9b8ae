package dev.throughline.channel.line.account;

import dev.throughline.channel.Transport;
import dev.throughline.channel.line.LineHost;
import dev.throughline.contract.Json;
import dev.throughline.http.RetryAfter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Calls LINE in an account's name, one exchange a call, within LINE's published limits. */
public final class LineAccountClient {
  private static final String REQUEST_ID = "x-line-request-id";
  private static final String ACCEPTED_REQUEST_ID = "x-line-accepted-request-id";
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);
  private static final int MAX_DETAILS = 20;
  private static final int MAX_TEXT = 1_000;

  private final Transport transport;
  private final LineHost api;
  private final LineHost data;
  private final CallLimits limits;
  private final InstantSource clock;

  /**
   * @param api where LINE's API is
   * @param data where LINE's host for images and files is
   */
  public LineAccountClient(Transport transport, URI api, URI data, InstantSource clock) {
    this.transport = transport;
    this.api = new LineHost(api);
    this.data = new LineHost(data);
    this.limits = new CallLimits(clock);
    this.clock = clock;
  }

  /**
   * Calls at once or not at all.
   *
   * @param deadline for the exchange
   */
  public LineReply call(LineAccount account, LineCall call, Duration deadline) {
    Optional<Duration> wait = limits.take(account.limitedAs(), call.operation());
    return wait.<LineReply>map(LineReply.Limited::new)
        .orElseGet(() -> exchange(account, call, deadline));
  }

  /**
   * Calls as soon as LINE's limit allows.
   *
   * @param patience how long to wait for the limit at most; what would take longer is not waited
   *     for
   */
  public LineReply call(LineAccount account, LineCall call, Duration deadline, Duration patience)
      throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      LineReply reply = call(account, call, deadline);
      if (!(reply instanceof LineReply.Limited limited)
          || System.nanoTime() + limited.pause().toNanos() > end) {
        return reply;
      }
      Thread.sleep(limited.pause().plusMillis(1));
    }
  }

  /** The address that a call goes to. */
  URI target(LineCall call) {
    String path = call.operation().path();
    for (String name : call.operation().parameters()) {
      String value = call.parameters().get(name);
      if (value == null) {
        throw new IllegalArgumentException(call.operation() + " needs " + name);
      }
      path = path.replace("{" + name + "}", escaped(value));
    }
    StringBuilder text = new StringBuilder(path);
    char separator = '?';
    for (LineCall.Parameter parameter : call.query()) {
      text.append(separator)
          .append(escaped(parameter.name()))
          .append('=')
          .append(escaped(parameter.value()));
      separator = '&';
    }
    return switch (call.operation().host()) {
      case API -> api.at(text.toString());
      case DATA -> data.at(text.toString());
    };
  }

  private LineReply exchange(LineAccount account, LineCall call, Duration deadline) {
    Map<String, String> headers = new HashMap<>();
    headers.put("authorization", account.credentials().bearer());
    if (!call.contentType().isEmpty()) {
      headers.put("content-type", call.contentType());
    }
    call.retryKey().ifPresent(key -> headers.put("x-line-retry-key", key));
    Transport.Request request =
        new Transport.Request(
            call.operation().method(),
            target(call),
            headers,
            call.body(),
            deadline,
            Operation.MAX_ANSWER_BYTES);
    return switch (transport.exchange(request)) {
      case Transport.Answer.Answered answered -> reply(call, answered);
      case Transport.Answer.TooLarge(int status, var _) ->
          new LineReply.Unknown(status, "the answer was too long");
      case Transport.Answer.NotSent(String why) -> new LineReply.Unreachable(why);
      case Transport.Answer.Unknown(String why) -> new LineReply.Unknown(0, why);
    };
  }

  private LineReply reply(LineCall call, Transport.Answer.Answered answered) {
    int status = answered.status();
    Optional<String> requestId = header(answered, REQUEST_ID);
    if (status >= 200 && status < 300) {
      return new LineReply.Done(
          status, requestId, header(answered, "content-type").orElse(""), answered.body());
    }
    if (status == 409 && call.retryKey().isPresent()) {
      return new LineReply.Done(
          status, header(answered, ACCEPTED_REQUEST_ID), "application/json", answered.body());
    }
    if (status < 400 || status >= 500 || status == 408) {
      return new LineReply.Unknown(status, "LINE answered with status " + status);
    }
    Optional<JsonNode> json = Json.parse(answered.body());
    return new LineReply.Refused(
        status,
        json.flatMap(body -> Json.string(body, "message")).map(LineAccountClient::cut).orElse(""),
        json.map(LineAccountClient::details).orElse(List.of()),
        requestId,
        header(answered, "retry-after")
            .flatMap(value -> RetryAfter.parse(value, clock.instant(), LONGEST_RETRY_AFTER)));
  }

  private static List<LineReply.Detail> details(JsonNode body) {
    List<LineReply.Detail> details = new ArrayList<>();
    for (JsonNode detail : body.path("details")) {
      if (details.size() < MAX_DETAILS) {
        details.add(
            new LineReply.Detail(
                cut(detail.path("message").asString("")),
                cut(detail.path("property").asString(""))));
      }
    }
    return details;
  }

  private static Optional<String> header(Transport.Answer.Answered answered, String name) {
    return Transport.header(answered.headers(), name)
        .filter(value -> value.length() <= MAX_TEXT && !value.isEmpty());
  }

  private static String escaped(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }
}
