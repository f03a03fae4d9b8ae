package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Allowance;
import java.util.Map;

/**
 * How many calls a second LINE takes from a channel, each endpoint by itself (spec line.md §2.1).
 */
final class LineRates {
  static final String REPLY = "reply";
  static final String PUSH = "push";
  static final String PNP = "pnp";
  static final String PNP_TEMPLATED = "pnp_templated";
  static final String LOADING = "loading";
  static final String MARK_AS_READ = "mark_as_read";
  static final String MULTICAST = "multicast";

  private static final int USUAL = 2_000;

  static final Map<String, Integer> PUBLISHED =
      Map.of(
          REPLY,
          USUAL,
          PUSH,
          USUAL,
          PNP,
          USUAL,
          PNP_TEMPLATED,
          USUAL,
          LOADING,
          100,
          MARK_AS_READ,
          USUAL,
          MULTICAST,
          200);

  private LineRates() {}

  static Allowance one(String rate) {
    return new Allowance(rate, 1, PUBLISHED.getOrDefault(rate, USUAL));
  }
}
