package dev.throughline.conversation;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far our clock is from the channels'. An event takes some time to reach us, so the quickest of
 * the last ones tells most: if it seems to have come before it happened, our clock is behind; if
 * even it seems to have taken minutes, ours is ahead, or the channel holds events back.
 */
public final class ClockDrift {
  /** Long enough for a quick event to be among them, short enough to see a clock that was set. */
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private Optional<Seen> quickest = Optional.empty();

  synchronized void saw(Instant occurred, Instant received) {
    Duration took = Duration.between(occurred, received);
    boolean stale = quickest.isEmpty() || quickest.get().received().plus(WINDOW).isBefore(received);
    if (stale || took.compareTo(quickest.get().took()) < 0) {
      quickest = Optional.of(new Seen(took, received));
    }
  }

  /** From occurrence to receipt, of the quickest event lately; negative if our clock is behind. */
  public synchronized Optional<Duration> quickest() {
    return quickest.map(Seen::took);
  }

  private record Seen(Duration took, Instant received) {}
}
