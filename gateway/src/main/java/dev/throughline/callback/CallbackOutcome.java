package dev.throughline.callback;

import dev.throughline.contract.Json;
import dev.throughline.task.Task;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a target answered.
 *
 * @param error a status or a few words; nothing of the answer's body
 */
record CallbackOutcome(Result result, int status, String error, Optional<Duration> retryAfter) {

  /** What it means for the callback. */
  enum Result {
    /** 2xx. */
    DELIVERED,
    /** 4xx but 408, 410 and 429: trying again will not help. */
    REFUSED,
    /** 410: the target wants no more. */
    GONE,
    /** Anything else, redirects and silence among it: to be tried again. */
    FAILED
  }

  static CallbackOutcome answered(int status, Optional<Duration> retryAfter) {
    Result result =
        status >= 200 && status < 300
            ? Result.DELIVERED
            : status == 410
                ? Result.GONE
                : status >= 400 && status < 500 && status != 408 && status != 429
                    ? Result.REFUSED
                    : Result.FAILED;
    return new CallbackOutcome(
        result, status, result == Result.DELIVERED ? "" : "HTTP " + status, retryAfter);
  }

  static CallbackOutcome silent(String why) {
    return new CallbackOutcome(Result.FAILED, 0, why, Optional.empty());
  }

  /** A new access token did not help: its owner may mend that, so it is tried again. */
  static CallbackOutcome unauthorized() {
    return new CallbackOutcome(Result.FAILED, 401, "HTTP 401", Optional.empty());
  }

  static CallbackOutcome refused(String why) {
    return new CallbackOutcome(Result.REFUSED, 0, why, Optional.empty());
  }

  ObjectNode toJson(Task task) {
    ObjectNode json = Json.object();
    json.put("task", task.id().toString());
    json.put("kind", Callbacks.KIND);
    json.put("result", result.name());
    json.put("status", status);
    json.put("error", error);
    retryAfter.ifPresent(time -> json.put("retry_after_ms", time.toMillis()));
    return json;
  }

  static CallbackOutcome of(ObjectNode json) {
    return new CallbackOutcome(
        Result.valueOf(Json.string(json, "result").orElse("FAILED")),
        json.path("status").asInt(0),
        Json.string(json, "error").orElse(""),
        json.has("retry_after_ms")
            ? Optional.of(Duration.ofMillis(json.path("retry_after_ms").asLong()))
            : Optional.empty());
  }
}
