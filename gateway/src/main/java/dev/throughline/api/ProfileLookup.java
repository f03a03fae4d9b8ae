package dev.throughline.api;

import dev.throughline.conversation.App.Account;
import dev.throughline.message.Identity;
import java.time.Duration;

/** Asks a channel how somebody calls themselves there. Nothing is sent to anybody. */
@FunctionalInterface
public interface ProfileLookup {
  /** How long a client waits for a channel. */
  Duration DEADLINE = Duration.ofSeconds(5);

  /** Blocks for at most {@link #DEADLINE}. */
  Result find(Account account, Identity identity);

  /** What the channel said. */
  sealed interface Result {
    /** Personal. */
    record Found(String name) implements Result {
      @Override
      public String toString() {
        return "Found(" + name.length() + " characters)";
      }
    }

    /** There is nobody, or they do not show themselves to the account. */
    record Absent() implements Result {}

    /** The channel will not answer this account; the sentence says why. */
    record Refused(String sentence) implements Result {}

    /** Nobody knows now. */
    record Unreachable() implements Result {}
  }
}
