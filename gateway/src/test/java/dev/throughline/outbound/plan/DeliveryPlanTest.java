package dev.throughline.outbound.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.message.Assurance;
import dev.throughline.message.ChannelName;
import dev.throughline.message.PlannedStep.BeyondCeiling;
import dev.throughline.message.PlannedStep.OnUnknown;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A provider that can be told so delivers a message until the plan's end, or until another channel
 * takes its place, whichever comes first; a step that is done once it was taken has no such time.
 */
final class DeliveryPlanTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "0, DEVICE, 600, 60, 60",
    "0, DEVICE, 30, 60, 30",
    "0, DEVICE, , 60, 60",
    "0, ACCEPTED, 600, 60, 600",
    "0, ACCEPTED, , 60, ",
    "1, DEVICE, 600, 60, 600",
    "1, DEVICE, , 60, ",
    "0, DEVICE, 600, , 600",
  })
  void aMessageIsOfUseUntil(
      int step,
      Assurance until,
      @Nullable Integer ttl,
      @Nullable Integer deadline,
      @Nullable Integer useful) {
    DeliveryPlan.Step one =
        new DeliveryPlan.Step(
            ChannelName.SMS,
            until,
            Duration.ofMinutes(1),
            OnUnknown.WAIT,
            BeyondCeiling.STOP_AT_CEILING,
            Assurance.DEVICE);
    DeliveryPlan plan = new DeliveryPlan(List.of(one, one), after(ttl));

    assertThat(plan.usefulUntil(step, after(deadline))).isEqualTo(after(useful));
  }

  private static Optional<Instant> after(@Nullable Integer seconds) {
    return seconds == null ? Optional.empty() : Optional.of(NOON.plusSeconds(seconds));
  }
}
