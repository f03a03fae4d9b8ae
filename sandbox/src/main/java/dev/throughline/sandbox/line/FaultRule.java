package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Faults;
import java.time.Duration;
import java.util.Optional;

/**
 * When a fault strikes.
 *
 * @param endpoint a name such as {@code push}, {@link Fault#ANY} or {@link Fault#WEBHOOK}
 * @param probability of each request or body that it could strike
 * @param skip how many of those are let through first
 * @param count how often it strikes at most; empty = for ever
 * @param delay for hanging, slow, held back and repeated things; in real time
 * @param about only requests and bodies that contain this text, such as a user id
 */
public record FaultRule(
    String endpoint,
    Fault fault,
    double probability,
    int skip,
    Optional<Integer> count,
    Duration delay,
    Optional<String> about)
    implements Faults.Rule {

  static final Duration DELAY_LIMIT = Duration.ofMinutes(10);

  public FaultRule {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability is between 0 and 1, got " + probability);
    }
    if (skip < 0 || count.orElse(1) < 1) {
      throw new IllegalArgumentException("skip is at least 0 and count at least 1");
    }
    if (delay.isNegative() || delay.compareTo(DELAY_LIMIT) > 0) {
      throw new IllegalArgumentException("delay is between 0 and " + DELAY_LIMIT);
    }
  }

  /** The fault strikes every time. */
  public static FaultRule always(String endpoint, Fault fault) {
    return new FaultRule(
        endpoint, fault, 1, 0, Optional.empty(), defaultDelay(fault), Optional.empty());
  }

  /** The fault strikes the next {@code count} times. */
  public static FaultRule times(String endpoint, Fault fault, int count) {
    return always(endpoint, fault).withCount(count);
  }

  public static FaultRule sometimes(String endpoint, Fault fault, double probability) {
    return new FaultRule(
        endpoint, fault, probability, 0, Optional.empty(), defaultDelay(fault), Optional.empty());
  }

  public FaultRule withCount(int limit) {
    return new FaultRule(endpoint, fault, probability, skip, Optional.of(limit), delay, about);
  }

  public FaultRule withDelay(Duration other) {
    return new FaultRule(endpoint, fault, probability, skip, count, other, about);
  }

  public FaultRule withSkip(int first) {
    return new FaultRule(endpoint, fault, probability, first, count, delay, about);
  }

  static Duration defaultDelay(Fault fault) {
    return switch (fault) {
      case HANG_BEFORE, HANG_AFTER -> Duration.ofSeconds(60);
      case SLOW, SLOW_WEBHOOK -> Duration.ofSeconds(1);
      case REORDER -> Duration.ofMillis(300);
      case REDELIVER, MIXED_BATCH -> Duration.ofMillis(100);
      default -> Duration.ZERO;
    };
  }

  @Override
  public boolean concerns(String at) {
    return endpoint.equals(at) || (endpoint.equals(Fault.ANY) && !at.equals(Fault.WEBHOOK));
  }
}
