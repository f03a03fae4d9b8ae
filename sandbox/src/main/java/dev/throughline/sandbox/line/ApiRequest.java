package dev.throughline.sandbox.line;

import java.time.Instant;
import java.util.Optional;

/**
 * What was asked of LINE and what was answered.
 *
 * @param endpoint its name, such as {@code push}; {@code unknown} for a path that LINE has not
 * @param authorization what came, with the token itself hidden
 * @param status what was answered; 0 if the connection hung or was closed instead
 * @param accepted whether it had its effect, whatever was answered
 * @param fault the fault that struck
 */
record ApiRequest(
    Instant at,
    String endpoint,
    String method,
    String path,
    String requestId,
    Optional<String> retryKey,
    String authorization,
    String body,
    int status,
    String answer,
    boolean accepted,
    Optional<String> fault) {

  private static final long OVERHEAD_BYTES = 400;

  long weight() {
    return OVERHEAD_BYTES + body.length() + answer.length() + path.length();
  }
}
