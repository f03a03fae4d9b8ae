package dev.throughline.sandbox.aws;

import java.time.Instant;
import java.util.Optional;

/**
 * One attempt of SNS to bring something to a subscriber.
 *
 * @param type {@code Notification}, {@code SubscriptionConfirmation} or {@code
 *     UnsubscribeConfirmation}
 * @param body what was posted, or put into the queue
 * @param status what was answered; 0 without an answer; 200 for a queue
 * @param last whether SNS gives up now, or is done
 */
public record Notice(
    Instant at,
    String topicArn,
    String subscriptionArn,
    String messageId,
    String type,
    int attempt,
    String body,
    int status,
    boolean last,
    Optional<String> fault) {

  private static final long OVERHEAD_BYTES = 500;

  long weight() {
    return OVERHEAD_BYTES + body.length();
  }
}
