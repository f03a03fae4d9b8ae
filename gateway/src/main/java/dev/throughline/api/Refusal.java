package dev.throughline.api;

import dev.throughline.contract.ApiError;
import dev.throughline.http.Response;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request is answered with an error. Thrown by whatever finds that out, and caught by {@link
 * Guard} alone.
 */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient ApiError error;

  /** In seconds; 0 where repeating is of no use. */
  private final int retryAfter;

  private Refusal(ApiError error) {
    this(error, error.code() == 503 ? 1 : 0);
  }

  private Refusal(ApiError error, int retryAfter) {
    super(error.reason(), null, false, false);
    this.error = error;
    this.retryAfter = retryAfter;
  }

  static Refusal invalid(String reason, String field, String message) {
    return new Refusal(new ApiError(400, "INVALID_ARGUMENT", reason, message, field, Map.of()));
  }

  static Refusal invalid(
      String reason, String field, String message, Map<String, String> metadata) {
    return new Refusal(new ApiError(400, "INVALID_ARGUMENT", reason, message, field, metadata));
  }

  static Refusal unknown(String reason, String message) {
    return new Refusal(ApiError.of(404, "NOT_FOUND", reason, message));
  }

  static Refusal forbidden() {
    return new Refusal(
        ApiError.of(
            403, "UNAUTHORIZED", "KEY_OF_ANOTHER_PROJECT", "The key is not of this project."));
  }

  static Refusal reused() {
    return new Refusal(
        ApiError.of(
            422,
            "INVALID_ARGUMENT",
            "IDEMPOTENCY_KEY_REUSED",
            "This Idempotency-Key was used with another request: use a new one."));
  }

  /** Only while nothing is stored: SDKs repeat the request. */
  static Refusal exhausted(String reason, String message, Duration wait) {
    int seconds = Math.clamp(wait.plusMillis(999).toSeconds(), 1, 60);
    return new Refusal(ApiError.of(429, "RESOURCE_EXHAUSTED", reason, message), seconds);
  }

  /** Only while nothing is stored: SDKs repeat the request. */
  static Refusal unavailable(String message) {
    return new Refusal(ApiError.of(503, "UNAVAILABLE", "TRY_AGAIN", message));
  }

  /** It may be stored: SDKs do not repeat the request. */
  static Refusal uncertain() {
    return new Refusal(
        ApiError.of(
            500,
            "INTERNAL",
            "OUTCOME_UNKNOWN",
            "The request may or may not have been taken: look for it, or send it again with the"
                + " same Idempotency-Key."));
  }

  /** The error, where it is told of a part of a request. */
  ObjectNode json() {
    return error.json();
  }

  Response response() {
    Response response = Response.json(error.code(), error.bytes());
    return retryAfter > 0 ? response.with("Retry-After", Integer.toString(retryAfter)) : response;
  }
}
