package dev.throughline.outbound;

import dev.throughline.task.Task;
import java.util.Optional;

/**
 * The task that a decision is about.
 *
 * @param body of a send
 * @param result what came of its attempt
 */
record AtHand(Task task, Optional<SendBody> body, Optional<SendOutcome> result) {
  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "AtHand[" + task.id() + "]";
  }
}
