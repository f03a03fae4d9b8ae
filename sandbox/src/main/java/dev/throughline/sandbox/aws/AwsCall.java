package dev.throughline.sandbox.aws;

import java.time.Instant;
import java.util.Optional;

/**
 * What was asked and what was answered.
 *
 * @param operation its name, such as {@code sms.SendTextMessage}; {@code unknown} if there is none
 * @param attempt which attempt the SDK says it is: {@code attempt=1; max=1}
 * @param body its beginning, if it is long
 * @param status what was answered; 0 if the connection hung or was closed instead
 * @param accepted whether it had its effect, whatever was answered
 * @param fault the fault that struck
 */
public record AwsCall(
    Instant at,
    String operation,
    String method,
    String path,
    String requestId,
    String attempt,
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
