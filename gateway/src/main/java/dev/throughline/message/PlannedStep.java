package dev.throughline.message;

import java.time.Duration;
import java.util.Optional;

/**
 * A step of a message's {@code delivery_plan}, as a client asked for it. What is left open is the
 * app's to say.
 *
 * @param until how sure one has to be before the rest of the plan is dropped
 * @param within how long the step may take before the next one begins
 * @param message said on this step instead of the request's message
 * @param sender which of the app's accounts on the channel sends it
 */
public record PlannedStep(
    ChannelName channel,
    Assurance until,
    Optional<Duration> within,
    Optional<AppMessage> message,
    Optional<String> sender,
    OnUnknown onUnknown,
    BeyondCeiling beyondCeiling) {

  /** What to do when nobody knows whether a channel took the message. */
  public enum OnUnknown {
    /** Wait for a receipt, or for the repeat under a key to say; after {@code within}, go on. */
    WAIT,
    /** Send again on the same channel, and risk that it arrives twice. */
    RESEND,
    /** Go on to the next step at once. */
    NEXT
  }

  /** What to do where {@code until} is more than the channel can ever tell. */
  public enum BeyondCeiling {
    STOP_AT_CEILING,
    FALL_OVER
  }
}
