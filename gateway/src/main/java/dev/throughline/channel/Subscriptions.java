package dev.throughline.channel;

import dev.throughline.message.Bytes;
import java.time.Duration;

/** Accepts what a provider offers to tell us from now on, where it asks before it does. */
@FunctionalInterface
public interface Subscriptions {
  /**
   * Calls once; may be repeated. Never throws for an answer of the provider.
   *
   * @param webhook the webhook, found authentic, by which the provider asked
   */
  Accepted accept(Bytes webhook, Duration deadline);

  /** What became of it. {@code why} is a few words without addresses. */
  sealed interface Accepted {
    record Done() implements Accepted {}

    /** It will not help to call again. */
    record Refused(String why) implements Accepted {}

    /** Later, perhaps. */
    record Failed(String why) implements Accepted {}
  }
}
