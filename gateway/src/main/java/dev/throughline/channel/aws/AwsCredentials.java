package dev.throughline.channel.aws;

import java.util.List;
import java.util.Optional;

/**
 * An account at AWS: how we prove to be it, and where it is.
 *
 * @param region such as {@code ap-northeast-1}
 * @param topics the SNS topics whose notifications are its own; those of others are refused
 * @param queue the SQS queue that its notifications lie in, where AWS cannot call us
 */
public record AwsCredentials(
    String accessKeyId,
    String secretAccessKey,
    Optional<String> sessionToken,
    String region,
    List<String> topics,
    Optional<String> queue) {

  public AwsCredentials {
    topics = List.copyOf(topics);
  }

  /** Shows nothing that opens anything. */
  @Override
  public String toString() {
    return "AwsCredentials[" + region + "]";
  }
}
