package dev.throughline.channel.aws;

import java.time.Duration;
import java.util.Optional;

/** What is known after one request to a bucket. {@code why} is a few words without addresses. */
public sealed interface S3Result {
  /**
   * S3 did it.
   *
   * @param version which of the object's versions it was, in a bucket that keeps them
   */
  record Done(Optional<String> version) implements S3Result {}

  /** There is no such object. */
  record Missing() implements S3Result {}

  /** Whoever reads wanted no more of it. */
  record Stopped(Optional<String> version) implements S3Result {}

  /**
   * S3 will not do it, as the bucket or the key is.
   *
   * @param code S3's name of the error; empty where it is not known
   */
  record Refused(int status, String code) implements S3Result {}

  /** Not now. */
  record Unavailable(Optional<Duration> retryAfter, String why) implements S3Result {}
}
