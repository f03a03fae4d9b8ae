package dev.throughline.outbound.plan;

import dev.throughline.message.Assurance;
import dev.throughline.message.ChannelName;
import dev.throughline.message.PlannedStep.BeyondCeiling;
import dev.throughline.message.PlannedStep.OnUnknown;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The channels of a message, in the order in which they are tried.
 *
 * @param steps 1 to {@value #MAX_STEPS}
 * @param expires no step begins from then on, and no attempt
 */
public record DeliveryPlan(List<Step> steps, Optional<Instant> expires) {
  public static final int MAX_STEPS = 10;

  public DeliveryPlan {
    steps = List.copyOf(steps);
    if (steps.isEmpty() || steps.size() > MAX_STEPS) {
      throw new IllegalArgumentException("1 to " + MAX_STEPS + " steps, not " + steps.size());
    }
  }

  boolean isExpired(Instant now) {
    return expires.filter(end -> !now.isBefore(end)).isPresent();
  }

  /**
   * Until when a message that a provider has taken is still to be delivered: to the end of the
   * plan, or until the next step begins in its place, so that nobody gets both.
   *
   * @param deadline when the next step begins, if this one has not reached its goal
   */
  public Optional<Instant> usefulUntil(int step, Optional<Instant> deadline) {
    boolean replaced = step < steps.size() - 1 && steps.get(step).goal() != Assurance.ACCEPTED;
    Optional<Instant> next = deadline.filter(_ -> replaced);
    return next.filter(time -> expires.filter(time::isAfter).isEmpty()).or(() -> expires);
  }

  /**
   * One channel.
   *
   * @param until how sure one has to be before the rest of the plan is dropped
   * @param within how long a step may take before the next one begins
   * @param ceiling the highest assurance that the channel can ever give of itself
   */
  public record Step(
      ChannelName channel,
      Assurance until,
      Duration within,
      OnUnknown onUnknown,
      BeyondCeiling beyondCeiling,
      Assurance ceiling) {

    /**
     * What this step must reach: all that its channel can tell, if more was asked for. An answer is
     * heard on every channel.
     */
    Assurance goal() {
      boolean beyond = until != Assurance.ANSWERED && until.compareTo(ceiling) > 0;
      return beyond && beyondCeiling == BeyondCeiling.STOP_AT_CEILING ? ceiling : until;
    }
  }
}
