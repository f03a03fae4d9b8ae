package dev.throughline.channel;

import dev.throughline.message.Bytes;
import java.time.Duration;

/**
 * How a channel sends to people whom it keeps itself: one request, which a key makes safe to
 * repeat, and of which nobody but the channel knows whom it reaches.
 */
public interface OwnAudience {
  /** To whom. */
  sealed interface To {
    /** All friends of the account. */
    record Everybody() implements To {}

    /** A group that the account keeps at the provider. */
    record Group(long id) implements To {}
  }

  /** How far the provider is. */
  sealed interface Progress {
    record Going() implements Progress {}

    record Done(long reached, long failed) implements Progress {}

    /** It sent to nobody, or stopped. */
    record Failed(String why) implements Progress {}

    /** Nothing is known now; ask again. */
    record Untold() implements Progress {}
  }

  /**
   * The request's body.
   *
   * @param rendered the bytes of {@link Channel.Rendered.Ready}
   */
  Bytes request(Bytes rendered, To to);

  /** Sends once, and says exactly what is known of it. */
  SendResult send(
      To to, Bytes request, String retryKey, Channel.Credentials credentials, Duration deadline);

  /** Whether the provider tells how far it is with such a request. */
  boolean tells(To to);

  /**
   * @param requestId the provider's, of the request that it took
   */
  Progress progress(String requestId, Channel.Credentials credentials, Duration deadline);
}
