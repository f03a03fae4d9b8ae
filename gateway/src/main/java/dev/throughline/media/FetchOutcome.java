package dev.throughline.media;

import dev.throughline.contract.Json;
import dev.throughline.task.Task;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * The first part of an {@code outcome} entry of a fetch.
 *
 * @param why a few words where it did not work; of {@link Result#NOT_SET_UP} a code
 * @param type and {@code length}, {@code sha256}: of the file that was fetched
 */
record FetchOutcome(
    Result result,
    String why,
    Optional<Duration> retryAfter,
    String type,
    long length,
    String sha256) {

  /** What is known after a try. */
  enum Result {
    FETCHED,
    /** The channel is preparing it. */
    NOT_YET,
    /** To be tried again. */
    UNAVAILABLE,
    /** The channel does not have it (any more). */
    GONE,
    /** The channel does not give it to this account. */
    REFUSED,
    /** The account lacks something that files need. */
    NOT_SET_UP,
    TOO_LARGE,
    /** Nobody wants it any more. */
    UNWANTED
  }

  static FetchOutcome fetched(String type, long length, String sha256) {
    return new FetchOutcome(Result.FETCHED, "", Optional.empty(), type, length, sha256);
  }

  static FetchOutcome plain(Result result, String why) {
    return new FetchOutcome(result, why, Optional.empty(), "", 0, "");
  }

  static FetchOutcome unavailable(Optional<Duration> retryAfter, String why) {
    return new FetchOutcome(Result.UNAVAILABLE, why, retryAfter, "", 0, "");
  }

  ObjectNode toJson(Task task) {
    ObjectNode json = Json.object();
    json.put("task", task.id().toString());
    json.put("kind", FetchHandler.KIND);
    json.put("result", result.name());
    if (!why.isEmpty()) {
      json.put("why", why);
    }
    retryAfter.ifPresent(time -> json.put("retry_after_ms", time.toMillis()));
    if (result == Result.FETCHED) {
      json.put("type", type);
      json.put("length", length);
      json.put("sha256", sha256);
    }
    return json;
  }

  static FetchOutcome of(ObjectNode json) {
    return new FetchOutcome(
        Result.valueOf(Json.string(json, "result").orElse("UNWANTED")),
        Json.string(json, "why").orElse(""),
        json.has("retry_after_ms")
            ? Optional.of(Duration.ofMillis(json.path("retry_after_ms").asLong()))
            : Optional.empty(),
        Json.string(json, "type").orElse(""),
        json.path("length").asLong(),
        Json.string(json, "sha256").orElse(""));
  }
}
