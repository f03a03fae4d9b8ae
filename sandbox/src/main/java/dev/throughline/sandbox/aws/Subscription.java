package dev.throughline.sandbox.aws;

import java.time.Instant;
import java.util.Optional;

/**
 * Who hears what is published to a topic.
 *
 * @param protocol {@code http}, {@code https} or {@code sqs}
 * @param endpoint a URL, or a queue's ARN
 * @param token confirms it, until {@code tokenExpires}
 * @param raw whether the bare message is delivered, without envelope and signature
 * @param deadLetters the ARN of the queue for what could not be delivered
 */
public record Subscription(
    String arn,
    String topicArn,
    String protocol,
    String endpoint,
    String token,
    Instant tokenExpires,
    boolean confirmed,
    boolean raw,
    Optional<String> deadLetters) {

  Subscription confirm() {
    return new Subscription(
        arn, topicArn, protocol, endpoint, token, tokenExpires, true, raw, deadLetters);
  }

  Subscription unconfirmed(String newToken, Instant expires) {
    return new Subscription(
        arn, topicArn, protocol, endpoint, newToken, expires, false, raw, deadLetters);
  }
}
