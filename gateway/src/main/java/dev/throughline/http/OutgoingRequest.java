package dev.throughline.http;

import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * One request to send. Host, Content-Length, Connection and User-Agent are added on the way and
 * must not be given.
 *
 * @param answerLimitBytes the largest answer body to keep; a larger one is {@link
 *     HttpResult.TooLarge}
 */
public record OutgoingRequest(
    String method,
    Target target,
    TargetPolicy policy,
    List<Headers.Field> headers,
    Bytes body,
    int answerLimitBytes) {
  /** Providers answer a few hundred bytes; a profile or an error page stays far below. */
  public static final int ANSWER_LIMIT_BYTES = 256 << 10;

  private static final List<String> OURS =
      List.of("host", "content-length", "connection", "user-agent", "transfer-encoding", "expect");

  public OutgoingRequest {
    headers = List.copyOf(headers);
    if (!HttpToken.isToken(method)) {
      throw new IllegalArgumentException("not a method");
    }
    for (Headers.Field field : headers) {
      if (OURS.stream().anyMatch(field.name()::equalsIgnoreCase)) {
        throw new IllegalArgumentException("header " + field.name() + " is added by the client");
      }
    }
  }

  public static OutgoingRequest get(Target target, TargetPolicy policy) {
    return new OutgoingRequest("GET", target, policy, List.of(), Bytes.EMPTY, ANSWER_LIMIT_BYTES);
  }

  public static OutgoingRequest post(Target target, TargetPolicy policy, Bytes body) {
    return new OutgoingRequest("POST", target, policy, List.of(), body, ANSWER_LIMIT_BYTES);
  }

  public static OutgoingRequest json(Target target, TargetPolicy policy, Bytes body) {
    return post(target, policy, body).with("Content-Type", "application/json");
  }

  /** This request with one more header line. */
  public OutgoingRequest with(String name, String value) {
    List<Headers.Field> more = new ArrayList<>(headers);
    more.add(new Headers.Field(name, value));
    return new OutgoingRequest(method, target, policy, more, body, answerLimitBytes);
  }

  /** This request with a secret header, such as Authorization. */
  public OutgoingRequest with(String name, Redacted value) {
    return with(name, value.reveal());
  }

  /** This request with another limit for its answer. */
  public OutgoingRequest answerLimit(int bytes) {
    return new OutgoingRequest(method, target, policy, headers, body, bytes);
  }

  /** Method and origin only: paths, headers and bodies hold secrets and people's words. */
  @Override
  public String toString() {
    return method + " " + target;
  }
}
