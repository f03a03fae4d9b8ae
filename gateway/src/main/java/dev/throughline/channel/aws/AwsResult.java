package dev.throughline.channel.aws;

import dev.throughline.channel.SendResult.Exchange;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** What is known after one call of AWS, which was made once. */
public sealed interface AwsResult<R> {
  Exchange exchange();

  /** AWS did it. */
  record Done<R>(R answer, Exchange exchange) implements AwsResult<R> {}

  /**
   * AWS answered with an error.
   *
   * @param code AWS's name of it; empty where the answer is none of AWS's
   * @param throttled whether AWS asks for fewer calls
   * @param error with the fields of its kind; its message may repeat what was sent
   */
  record Refused<R>(
      int status,
      String code,
      boolean throttled,
      Optional<Duration> retryAfter,
      AwsServiceException error,
      Exchange exchange)
      implements AwsResult<R> {
    /** Shows nothing of what was sent. */
    @Override
    public String toString() {
      return "Refused[" + status + ", " + code + "]";
    }
  }

  /** No byte of the request left. */
  record NotSent<R>(Exchange exchange) implements AwsResult<R> {}

  /** The request or a part of it left, and nothing came that says what became of it. */
  record Unanswered<R>(Exchange exchange) implements AwsResult<R> {}
}
