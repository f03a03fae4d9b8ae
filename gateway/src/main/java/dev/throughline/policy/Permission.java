package dev.throughline.policy;

import dev.throughline.message.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Whether a message may go to somebody now. */
public sealed interface Permission {
  record Granted() implements Permission {}

  /** Never, as things stand. */
  record Refused(Reason reason) implements Permission {}

  /**
   * It is quiet at the recipient's.
   *
   * @param zone by whose clock
   */
  record NotBefore(Instant time, RecipientZone zone) implements Permission {
    /** Why, in a sentence for people. */
    public String sentence() {
      return "Quiet hours by the clock of "
          + zone.zone()
          + " ("
          + zone.source().words()
          + ") until "
          + time.truncatedTo(ChronoUnit.SECONDS)
          + ".";
    }
  }
}
