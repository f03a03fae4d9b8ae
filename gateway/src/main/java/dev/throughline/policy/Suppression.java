package dev.throughline.policy;

import dev.throughline.message.MessageClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * That an address is not sent to, because its channel told something of it.
 *
 * @param expires empty: not before somebody takes it off
 */
public record Suppression(Why why, Instant since, Optional<Instant> expires) {
  /** A number may be somebody else's by then, a mailbox be there again. */
  private static final Duration BOUNCED = Duration.ofDays(180);

  public static Suppression of(Why why, Instant since) {
    return new Suppression(
        why, since, why == Why.HARD_BOUNCE ? Optional.of(since.plus(BOUNCED)) : Optional.empty());
  }

  boolean holds(MessageClass sent, Instant now) {
    boolean over = expires.filter(end -> !now.isBefore(end)).isPresent();
    return !over && why.concerns(sent);
  }

  /** What a channel told. */
  public enum Why {
    /** There is nobody at the address. */
    HARD_BOUNCE,
    /** Its owner called a message spam. */
    COMPLAINT,
    /** Its owner told the channel that they want no messages. */
    UNSUBSCRIBED;

    /** Who complains, or unsubscribes at the channel, does so of advertising. */
    boolean concerns(MessageClass sent) {
      return this == HARD_BOUNCE || sent == MessageClass.MARKETING;
    }
  }
}
