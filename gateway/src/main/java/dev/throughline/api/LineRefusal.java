package dev.throughline.api;

import dev.throughline.channel.line.account.LineReply;
import dev.throughline.contract.ApiError;
import dev.throughline.contract.Json;
import dev.throughline.http.Response;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;

/** LINE's refusals as answers of our own API (docs/line-operations.md). */
final class LineRefusal {
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

  private LineRefusal() {}

  static Response of(LineReply.Refused refused) {
    Map<String, String> facts = new HashMap<>();
    facts.put("line_status", Integer.toString(refused.status()));
    facts.put("line_message", refused.message());
    refused.requestId().ifPresent(id -> facts.put("line_request_id", id));
    if (!refused.details().isEmpty()) {
      ArrayNode details = Json.array();
      refused
          .details()
          .forEach(detail ->
              details
                  .addObject()
                  .put("message", detail.message())
                  .put("property", detail.property()));
      facts.put("line_details", Json.text(details));
    }
    String field =
        refused.details().stream()
            .map(LineReply.Detail::property)
            .filter(property -> !property.isEmpty())
            .findFirst()
            .orElse("");
    // A client that saw 401 would renew its own token, which is not the one that is wrong.
    boolean token = refused.status() == 401;
    int status = token ? 400 : refused.status();
    Response answer =
        Response.json(
            status,
            new ApiError(
                    status,
                    word(status, token),
                    token ? "LINE_TOKEN_REFUSED" : "LINE_REFUSED",
                    token
                        ? "LINE refuses the channel access token: issue a new one and save it in"
                            + " the app."
                        : sentence(refused),
                    field,
                    facts)
                .bytes());
    return status == 429
        ? answer.with("Retry-After", seconds(refused.retryAfter().orElse(TRY_AGAIN)))
        : answer;
  }

  static Response of(LineReply.Limited limited) {
    return Response.json(
            429,
            ApiError.of(
                    429,
                    "RESOURCE_EXHAUSTED",
                    "LINE_LIMIT",
                    "LINE allows this call no more often; LINE was not called. Retry-After says"
                        + " when it may be.")
                .bytes())
        .with("Retry-After", seconds(limited.pause()));
  }

  /** LINE was certainly not reached: to be repeated by whoever likes. */
  static Response of(LineReply.Unreachable unreachable) {
    return Response.json(
            503,
            ApiError.of(
                    503,
                    "UNAVAILABLE",
                    "LINE_UNREACHABLE",
                    "LINE could not be reached (" + unreachable.why() + "); nothing was done.")
                .bytes())
        .with("Retry-After", seconds(TRY_AGAIN));
  }

  /**
   * @param looks whether the call changes nothing, and may be repeated
   */
  static Response of(LineReply.Unknown unknown, boolean looks) {
    String why = "LINE gave no usable answer (" + unknown.why() + ").";
    return looks
        ? Response.json(503, ApiError.of(503, "UNAVAILABLE", "LINE_UNREACHABLE", why).bytes())
            .with("Retry-After", seconds(TRY_AGAIN))
        : Response.json(
            500,
            ApiError.of(
                    500,
                    "INTERNAL",
                    "LINE_OUTCOME_UNKNOWN",
                    why + " It may have been done: look before you repeat it.")
                .bytes());
  }

  private static String sentence(LineReply.Refused refused) {
    StringBuilder text =
        new StringBuilder("LINE refuses this with status ").append(refused.status()).append(": ");
    text.append(refused.message().isEmpty() ? "it says no more." : refused.message());
    for (LineReply.Detail detail : refused.details()) {
      text.append(" [").append(detail.property()).append("] ").append(detail.message());
    }
    return text.toString();
  }

  private static String word(int status, boolean token) {
    if (token) {
      return "FAILED_PRECONDITION";
    }
    return switch (status) {
      case 403 -> "PERMISSION_DENIED";
      case 404, 410 -> "NOT_FOUND";
      case 409, 423 -> "ABORTED";
      case 429 -> "RESOURCE_EXHAUSTED";
      default -> "INVALID_ARGUMENT";
    };
  }

  private static String seconds(Duration wait) {
    return Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()));
  }
}
