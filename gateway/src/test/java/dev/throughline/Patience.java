package dev.throughline;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for what comes by itself. Only a failure takes as long, so it is no promise
 * of the product: it is for the busiest machine that tests run on.
 */
public final class Patience {
  public static final Duration LONG = Duration.ofMinutes(2);
  private static final Duration LOOKS_EVERY = Duration.ofMillis(10);

  private Patience() {}

  /** Looks at once, and then every few milliseconds. */
  public static ConditionFactory await() {
    return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(LOOKS_EVERY).atMost(LONG);
  }
}
