package dev.throughline.app.crash;

import java.time.Duration;

/**
 * One run: one data directory, one load, many kills.
 *
 * @param seed everything random follows from it, but not what threads and sockets do with it
 * @param kills how often the gateway's JVM is killed
 * @param postgresKills in how many of these rounds PostgreSQL is killed too
 * @param redelivery whether events are sent again after they were answered 200
 * @param drain how long all that is owed may take after the last kill
 */
record CrashPlan(long seed, int kills, int postgresKills, boolean redelivery, Duration drain) {

  static final Duration SHORTEST_LIFE = Duration.ofMillis(200);
  static final Duration LONGEST_LIFE = Duration.ofSeconds(3);

  /** So many requests, or more, a kill is to find on their way. */
  static final int IN_FLIGHT = 32;

  CrashPlan {
    if (kills < 1 || postgresKills < 0 || postgresKills > kills) {
      throw new IllegalArgumentException(
          "of " + kills + " rounds PostgreSQL cannot be killed in " + postgresKills);
    }
  }

  String name() {
    return seed + (redelivery ? "-redelivery" : "-once");
  }
}
