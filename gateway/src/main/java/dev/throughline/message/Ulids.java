package dev.throughline.message;

import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.Ulid;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * Makes {@link Ulid}s that never repeat and never go back within one process: within a millisecond,
 * or when the clock steps back, the next id is the previous one plus a small random step.
 */
public final class Ulids {
  private static final int STEP_BITS = 24;
  private static final int RANDOM_BITS_IN_HIGH = 16;
  private static final long RANDOM_IN_HIGH = (1L << RANDOM_BITS_IN_HIGH) - 1;

  private final InstantSource clock;
  private final RandomGenerator random;
  private final AtomicReference<Ulid> last = new AtomicReference<>(new Ulid(0, 0));

  /** {@code random} must be safe for use by many threads, and unpredictable in production. */
  public Ulids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** The id that {@code text} spells; empty if it spells none. */
  public static Optional<Ulid> parse(String text) {
    try {
      return Optional.of(Ulid.parse(text));
    } catch (RefusedException malformed) {
      return Optional.empty();
    }
  }

  /** The id as the database keeps it, read back. */
  public static Ulid of(UUID uuid) {
    return new Ulid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  public Ulid next() {
    long now = clock.millis();
    long high = now << RANDOM_BITS_IN_HIGH | random.nextInt() & RANDOM_IN_HIGH;
    Ulid fresh = new Ulid(high, random.nextLong());
    return last.updateAndGet(
        previous -> now > previous.high() >>> RANDOM_BITS_IN_HIGH ? fresh : after(previous));
  }

  private Ulid after(Ulid previous) {
    long step = 1L + (random.nextInt() & ((1 << STEP_BITS) - 1));
    long low = previous.low() + step;
    boolean carry = Long.compareUnsigned(low, previous.low()) < 0;
    return new Ulid(carry ? previous.high() + 1 : previous.high(), low);
  }
}
