package dev.throughline.contract;

import dev.throughline.message.Assurance;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.PlannedStep.BeyondCeiling;
import dev.throughline.message.PlannedStep.OnUnknown;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code delivery_plan}, which goes beyond the contract. Pure. */
final class DeliveryPlans {
  static final int MAX_STEPS = 10;

  static final long MAX_WITHIN_SECONDS = 30L * 24 * 3_600;
  private static final int MAX_TEXT = 256;

  private DeliveryPlans() {}

  /** The steps; empty if the request has no plan. */
  static List<PlannedStep> read(Fields request) {
    Optional<Fields> plan = request.object("delivery_plan");
    if (plan.isEmpty()) {
      return List.of();
    }
    List<PlannedStep> steps = new ArrayList<>();
    for (Fields step : plan.get().objects("steps", MAX_STEPS)) {
      steps.add(step(step));
    }
    if (steps.isEmpty()) {
      throw plan.get().wrong("steps", "is required.");
    }
    return steps;
  }

  private static PlannedStep step(Fields step) {
    return new PlannedStep(
        Identities.channel(step.path("channel"), step.requiredString("channel", MAX_TEXT)),
        oneOf(step, "until", Assurance.values()).map(Assurance::valueOf).orElse(Assurance.ACCEPTED),
        SendRequests.seconds(step, "within", 1, MAX_WITHIN_SECONDS),
        step.object("message").map(AppMessages::read),
        step.string("sender", MAX_TEXT).filter(sender -> !sender.isEmpty()),
        oneOf(step, "on_unknown", OnUnknown.values())
            .map(OnUnknown::valueOf)
            .orElse(OnUnknown.WAIT),
        oneOf(step, "beyond_ceiling", BeyondCeiling.values())
            .map(BeyondCeiling::valueOf)
            .orElse(BeyondCeiling.STOP_AT_CEILING));
  }

  /** The constant that is named in lower case. */
  private static Optional<String> oneOf(Fields step, String name, Enum<?>[] values) {
    Set<String> allowed =
        Arrays.stream(values)
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    return step.oneOf(name, allowed).map(value -> value.toUpperCase(Locale.ROOT));
  }
}
