package dev.throughline.app.crash;

import java.util.Optional;

/** What the environment says of the kill tests; docs/testing.md names the variables. */
final class KillSettings {
  private KillSettings() {}

  /** Of the plan of kills: a new one each time, or the one to repeat. */
  static long seed() {
    return number("THROUGHLINE_SEED").orElse(System.nanoTime() & 0xFFFF_FFFFL);
  }

  /**
   * @param variable that asks for more or fewer
   * @param standard how many there are unless it does
   */
  static int kills(String variable, int standard) {
    return number(variable).map(Math::toIntExact).orElse(standard);
  }

  private static Optional<Long> number(String variable) {
    return Optional.ofNullable(System.getenv(variable)).map(Long::valueOf);
  }
}
