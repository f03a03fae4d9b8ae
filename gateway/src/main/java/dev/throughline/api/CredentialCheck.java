package dev.throughline.api;

import dev.throughline.conversation.App.Account;
import java.time.Duration;

/** Asks a channel whether it takes an account's credentials. Nothing is sent to anybody. */
@FunctionalInterface
public interface CredentialCheck {
  /** How long saving an app waits for all its channels. */
  Duration DEADLINE = Duration.ofSeconds(3);

  /** Blocks for at most {@link #DEADLINE}; may be interrupted, and then says unreachable. */
  Result check(Account account);

  /** What the channel said. */
  sealed interface Result {
    /** The credentials are good; {@code platformId} is whom webhooks will be addressed to. */
    record Accepted(String platformId) implements Result {}

    /** The credentials are good; nothing more is learned of the account. */
    record Taken() implements Result {}

    /** The channel does not take them; the sentence says what to do. */
    record Refused(String sentence) implements Result {}

    /** The channel has no way to be asked. */
    record Untold() implements Result {}

    /** Nobody knows yet. */
    record Unreachable() implements Result {}
  }
}
