package dev.throughline.sandbox.line;

import java.time.Instant;
import java.util.List;

/**
 * One webhook body sent, or not sent, and what became of it.
 *
 * @param attempt 1 for the first delivery of these events
 * @param status what was answered; 0 if nothing was
 * @param reason LINE's own word: {@code OK}, {@code COULD_NOT_CONNECT}, {@code REQUEST_TIMEOUT},
 *     {@code ERROR_STATUS_CODE}, {@code UNCLASSIFIED}; or {@code NOT_SENT}
 * @param answer the beginning of what was answered
 */
record WebhookAttempt(
    Instant at,
    String url,
    List<String> eventIds,
    String body,
    String signature,
    int attempt,
    boolean redelivery,
    int status,
    String reason,
    String detail,
    long millis,
    String answer) {

  private static final long OVERHEAD_BYTES = 300;

  boolean succeeded() {
    return reason.equals("OK");
  }

  long weight() {
    return OVERHEAD_BYTES + body.length() + answer.length();
  }
}
