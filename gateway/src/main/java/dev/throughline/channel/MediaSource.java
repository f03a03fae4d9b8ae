package dev.throughline.channel;

import dev.throughline.http.Receiver;
import java.time.Duration;
import java.util.Optional;

/** Where a channel keeps the files that people send, until they are fetched. */
@FunctionalInterface
public interface MediaSource {
  /**
   * Fetches once; never throws for an answer of the provider.
   *
   * @param fileId the provider's id of the file, or of the message that it came with where it has
   *     none
   * @param receiver takes the file, of a 200 only
   * @param deadline for all of it
   */
  Fetched fetch(
      String fileId, Channel.Credentials credentials, Receiver receiver, Duration deadline);

  /** What became of it. {@code why} is a few words without addresses or content. */
  sealed interface Fetched {
    /** All of it came. */
    record Whole() implements Fetched {}

    /** The provider is still preparing it. */
    record NotYet() implements Fetched {}

    /** The provider does not have it, or not any more. */
    record Gone(String why) implements Fetched {}

    /** The account may not have it. */
    record Refused(String why) implements Fetched {}

    /**
     * The account lacks what its provider hands files over by.
     *
     * @param reason a stable code that says what, as docs/api-errors.md has it
     */
    record NotSetUp(String reason) implements Fetched {}

    /** Later, perhaps. */
    record Unavailable(Optional<Duration> retryAfter, String why) implements Fetched {}

    /** The receiver wanted no more. */
    record Stopped() implements Fetched {}
  }
}
