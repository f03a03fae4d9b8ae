package dev.throughline.sandbox.emulator;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * When a fault of one platform strikes.
 *
 * @param endpoint the name of a place, or the beginning of names followed by {@code *}
 * @param detail what the fault has to know, such as the error code to answer with; may be empty
 * @param skip how many of the requests that it could strike are let through first
 * @param count how often it strikes at most; empty = for ever
 * @param about only what contains this text, such as a destination
 */
public record Scripted<F extends Enum<F>>(
    String endpoint,
    F fault,
    String detail,
    double probability,
    int skip,
    Optional<Integer> count,
    Duration delay,
    Optional<String> about)
    implements Faults.Rule {

  public static final Duration DELAY_LIMIT = Duration.ofDays(7);

  public Scripted {
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

  /** Strikes every time. */
  public static <F extends Enum<F>> Scripted<F> always(String endpoint, F fault) {
    return new Scripted<>(
        endpoint, fault, "", 1, 0, Optional.empty(), Duration.ZERO, Optional.empty());
  }

  /** Strikes the next {@code times}. */
  public static <F extends Enum<F>> Scripted<F> times(String endpoint, F fault, int times) {
    return new Scripted<>(
        endpoint, fault, "", 1, 0, Optional.of(times), Duration.ZERO, Optional.empty());
  }

  public Scripted<F> withDetail(String words) {
    return new Scripted<>(endpoint, fault, words, probability, skip, count, delay, about);
  }

  public Scripted<F> withDelay(Duration time) {
    return new Scripted<>(endpoint, fault, detail, probability, skip, count, time, about);
  }

  public Scripted<F> withProbability(double chance) {
    return new Scripted<>(endpoint, fault, detail, chance, skip, count, delay, about);
  }

  public Scripted<F> withSkip(int first) {
    return new Scripted<>(endpoint, fault, detail, probability, first, count, delay, about);
  }

  public Scripted<F> about(String text) {
    return new Scripted<>(
        endpoint, fault, detail, probability, skip, count, delay, Optional.of(text));
  }

  @Override
  public boolean concerns(String at) {
    return endpoint.endsWith("*")
        ? at.startsWith(endpoint.substring(0, endpoint.length() - 1))
        : endpoint.equals(at);
  }

  /**
   * A rule as a control API takes it: {@code {"endpoint","fault","detail"?,"probability"?,"skip"?,
   * "count"?,"delayMs"?,"about"?}}.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong
   */
  public static <F extends Enum<F>> Scripted<F> read(
      JsonNode json, Function<String, Optional<F>> named) {
    String label = Json.text(json, "fault").orElse("");
    F fault =
        named
            .apply(label)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "There is no fault '" + label + "'; GET /_sandbox lists them."));
    return new Scripted<>(
        Json.text(json, "endpoint")
            .orElseThrow(() -> new IllegalArgumentException("A fault has an endpoint.")),
        fault,
        Json.text(json, "detail").orElse(""),
        json.path("probability").doubleValue(1),
        json.path("skip").intValue(0),
        json.path("count").isInt() ? Optional.of(json.path("count").intValue()) : Optional.empty(),
        Duration.ofMillis(json.path("delayMs").longValue(0)),
        Json.text(json, "about"));
  }

  /** As {@link #read} takes it, and how often it struck. */
  public static ObjectNode json(Faults.Active<? extends Scripted<?>> active, String label) {
    Scripted<?> rule = active.rule();
    ObjectNode json = Json.object().put("endpoint", rule.endpoint()).put("fault", label);
    if (!rule.detail.isEmpty()) {
      json.put("detail", rule.detail);
    }
    json.put("probability", rule.probability).put("skip", rule.skip);
    rule.count.ifPresent(count -> json.put("count", count));
    json.put("delayMs", rule.delay.toMillis());
    rule.about.ifPresent(text -> json.put("about", text));
    return json.put("struck", active.struck());
  }
}
