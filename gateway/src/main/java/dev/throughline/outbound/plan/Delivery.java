package dev.throughline.outbound.plan;

import dev.throughline.message.Assurance;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far a plan has come.
 *
 * @param current the step that is under way, or was last
 * @param steps one state a step of the plan
 * @param told the last status that the app was told
 */
public record Delivery(
    DeliveryPlan plan, Phase phase, int current, List<StepState> steps, DeliveryStatus told) {

  public Delivery {
    steps = List.copyOf(steps);
    if (steps.size() != plan.steps().size()) {
      throw new IllegalArgumentException(
          steps.size() + " states of " + plan.steps().size() + " steps");
    }
  }

  /** Of a message by one channel alone, of whose plan nothing is kept. */
  public static Delivery alone(
      DeliveryPlan plan, Phase phase, StepState step, DeliveryStatus told) {
    return new Delivery(plan, phase, 0, List.of(step), told);
  }

  public static Delivery unbegun(DeliveryPlan plan) {
    List<StepState> states = new ArrayList<>();
    plan.steps().forEach(_ -> states.add(StepState.AHEAD));
    return new Delivery(plan, Phase.RUNNING, 0, states, DeliveryStatus.QUEUED);
  }

  /** Whether a step did what it had to. */
  public boolean isReached() {
    return phase == Phase.REACHED;
  }

  /** Where a plan stands as a whole. */
  public enum Phase {
    RUNNING,
    /** A step reached what it had to. */
    REACHED,
    /** No step is left. */
    SPENT,
    CANCELLED
  }

  /** Where a step stands. */
  public enum Progress {
    /** Not begun. */
    AHEAD,
    /** It has a task. */
    SENDING,
    /** The channel took it. */
    TAKEN,
    /** Perhaps the channel took it; its task is on the shelf. */
    UNKNOWN,
    FAILED,
    /** Never begun: something stood in the way. */
    SKIPPED,
    /** Its task was ended before an attempt. */
    WITHDRAWN,
    /** Its task is to end, and has an attempt that is not answered yet. */
    WITHDRAWING
  }

  /**
   * One step.
   *
   * @param reached the best that was heard of it
   * @param inDoubt an attempt of it may have been taken
   * @param deadline when the next step begins, if this one has not reached its goal
   * @param why it failed or was skipped
   */
  public record StepState(
      Progress progress,
      Optional<Assurance> reached,
      boolean inDoubt,
      Optional<Instant> deadline,
      Optional<Reason> why) {

    static final StepState AHEAD =
        new StepState(Progress.AHEAD, Optional.empty(), false, Optional.empty(), Optional.empty());

    StepState with(Progress changed) {
      return new StepState(changed, reached, inDoubt, deadline, why);
    }

    StepState because(Progress changed, Reason reason) {
      return new StepState(changed, reached, inDoubt, deadline, Optional.of(reason));
    }

    StepState begun(Instant until) {
      return new StepState(Progress.SENDING, reached, inDoubt, Optional.of(until), why);
    }

    StepState doubted() {
      return new StepState(progress, reached, true, deadline, why);
    }

    StepState raised(Assurance level) {
      boolean higher = reached.isEmpty() || reached.get().compareTo(level) < 0;
      return higher ? new StepState(progress, Optional.of(level), inDoubt, deadline, why) : this;
    }

    /** Whether the message may be with the person by this step, or on its way there. */
    boolean mayHaveGone() {
      return inDoubt || reached.isPresent() || progress == Progress.WITHDRAWING;
    }
  }
}
