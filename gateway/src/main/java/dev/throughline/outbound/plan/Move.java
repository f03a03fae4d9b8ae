package dev.throughline.outbound.plan;

import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Reason;
import java.time.Instant;
import java.util.Optional;

/** What a plan wants done. */
public sealed interface Move {
  /** Make the step's task. */
  record Send(int step) implements Move {}

  /** Run the step's task again, with the same bytes under the same key. */
  record Repeat(int step, Instant at, boolean inDoubt) implements Move {}

  /** Send the step once more though it may have been taken: somebody asked for that. */
  record SendAnew(int step, Instant at) implements Move {}

  /** End the step's task; an attempt that is open stands, and its outcome is still heard of. */
  record Withdraw(int step) implements Move {}

  /** The step's task is over. */
  record End(int step) implements Move {}

  /** The step's task is over, and nobody knows what it did: keep it, to be shown and asked for. */
  record Shelve(int step) implements Move {}

  /** Tell the app how far the message has come; {@code step} is the channel it is about. */
  record Tell(int step, DeliveryStatus status, Optional<Reason> reason) implements Move {}

  /** The channel took the message. */
  record Submitted(int step) implements Move {}

  /** Be woken then, and not at any time named before. */
  record WakeAt(Instant time) implements Move {}

  /** Not to be woken any more. */
  record Sleep() implements Move {}
}
