package dev.throughline;

import dev.throughline.channel.Transport;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The channels' transport over the gateway's one HTTP client. */
final class HttpTransport implements Transport {
  /** The fields of answers that anybody reads. */
  private static final List<String> READ =
      List.of(
          "content-type",
          "retry-after",
          "x-line-accepted-request-id",
          "x-line-request-id",
          "x-fb-trace-id");

  private final Http http;

  HttpTransport(Http http) {
    this.http = http;
  }

  @Override
  public Answer exchange(Request request) {
    Target target;
    try {
      target = Target.parse(request.uri().toString());
    } catch (Target.InvalidTargetException e) {
      return new Answer.NotSent("the address of the channel's API is not valid");
    }
    List<Headers.Field> headers =
        request.headers().entrySet().stream()
            .map(field -> new Headers.Field(field.getKey(), field.getValue()))
            .toList();
    OutgoingRequest outgoing =
        new OutgoingRequest(
            request.method(),
            target,
            TargetPolicy.OPERATOR,
            headers,
            request.body(),
            request.maxAnswerBytes());
    return switch (http.send(outgoing, request.deadline())) {
      case HttpResult.Answered(int status, Headers answered, var body) ->
          new Answer.Answered(status, first(answered), body);
      case HttpResult.TooLarge(int status, Headers answered) ->
          new Answer.TooLarge(status, first(answered));
      case HttpResult.NotSent(HttpResult.Cause cause) -> new Answer.NotSent(words(cause));
      case HttpResult.Unknown(HttpResult.Cause cause, var _) -> new Answer.Unknown(words(cause));
    };
  }

  private static Map<String, String> first(Headers headers) {
    Map<String, String> first = new LinkedHashMap<>();
    for (String name : READ) {
      headers.first(name).ifPresent(value -> first.put(name, value));
    }
    return first;
  }

  private static String words(HttpResult.Cause cause) {
    return cause.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
