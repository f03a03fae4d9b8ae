package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;

/** How much the number may say: a second in all, and to one person. Spec B.3.1, "Limits". */
final class Limits {
  private static final int PAIRS_LIMIT = 100_000;

  private final LinkedHashMap<String, Bucket> pairs = new LinkedHashMap<>(16, 0.75f, true);
  private Optional<Bucket> throughput = Optional.empty();
  private int size;

  /** The refusal of one more message to this number; empty if it may go. */
  synchronized Optional<GraphError> take(String number, MetaSettings settings, Instant now) {
    if (!all(settings, now)) {
      return Optional.of(
          GraphError.of(130429, "Cloud API message throughput has been reached.")
              .withSubcode(2494055));
    }
    if (settings.pairBurst() == 0) {
      return Optional.empty();
    }
    Bucket pair = pairs.computeIfAbsent(number, any -> new Bucket(settings.pairBurst(), now));
    if (pairs.size() > PAIRS_LIMIT) {
      pairs.pollFirstEntry();
    }
    return pair.take(settings.pairInterval(), now)
        ? Optional.empty()
        : Optional.of(
            GraphError.of(
                131056, "Too many messages sent from this phone number to the same recipient."));
  }

  /** What comes in counts too, and is never refused. */
  synchronized void cameIn(MetaSettings settings, Instant now) {
    all(settings, now);
  }

  private boolean all(MetaSettings settings, Instant now) {
    if (settings.throughput() == 0) {
      return true;
    }
    if (throughput.isEmpty() || size != settings.throughput()) {
      size = settings.throughput();
      throughput = Optional.of(new Bucket(size, now));
    }
    return throughput.get().take(Duration.ofSeconds(1).dividedBy(size), now);
  }

  /** Begins anew, as after a change of the settings. */
  synchronized void reset() {
    pairs.clear();
    throughput = Optional.empty();
  }
}
