package dev.throughline.outbound.plan;

import dev.throughline.message.Assurance;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Reason;
import java.time.Instant;
import java.util.Optional;

/** What a plan hears of. */
public sealed interface DeliveryEvent {
  /** An attempt of a step is over. */
  record Attempted(int step, Verdict verdict) implements DeliveryEvent {}

  /** The channel says how far a step's message has come. May be early, late, repeated, reversed. */
  record Reached(int step, Assurance level) implements DeliveryEvent {}

  /** The channel says that a message that it had taken did not arrive. */
  record Bounced(int step, Reason reason) implements DeliveryEvent {}

  /** The person said something on a channel. */
  record Answered(ChannelName channel) implements DeliveryEvent {}

  /** The person is known to have left a channel. */
  record Blocked(ChannelName channel) implements DeliveryEvent {}

  /** It is the time that {@link Move.WakeAt} named, or any other. */
  record Woken() implements DeliveryEvent {}

  /** Somebody does not want it to be sent any more. */
  record Cancelled() implements DeliveryEvent {}

  /** Somebody wants a step of unknown outcome to be sent again. */
  record ResendAsked(int step) implements DeliveryEvent {}

  /** What is known after an attempt. */
  sealed interface Verdict {
    record Taken() implements Verdict {}

    /**
     * Refused.
     *
     * @param provesTheRest no earlier attempt of the step was taken either
     */
    record Refused(Reason reason, boolean provesTheRest) implements Verdict {}

    /**
     * Certainly not taken, and worth another try.
     *
     * @param again when to try; empty once the app's patience is over
     */
    record NotNow(Reason reason, Optional<Instant> again) implements Verdict {}

    /**
     * Perhaps taken.
     *
     * @param repeat when to repeat it, if a repeat is safe (and the app's patience not over)
     * @param resend when to send it anew, if the plan wants that (and the patience is not over)
     */
    record Unknown(Reason reason, Optional<Instant> repeat, Optional<Instant> resend)
        implements Verdict {}

    /** Not sent: the step had been withdrawn before its attempt. */
    record NotMade() implements Verdict {}
  }
}
