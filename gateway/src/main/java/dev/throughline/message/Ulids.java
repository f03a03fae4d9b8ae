package dev.throughline.message;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * Makes {@link Ulid}s that never repeat and never go back within one process: within a millisecond,
 * or when the clock steps back, the next id is the previous one plus a small random step.
 */
public final class Ulids {
  private static final int STEP_BITS = 24;

  private final InstantSource clock;
  private final RandomGenerator random;
  private final AtomicReference<Ulid> last = new AtomicReference<>(new Ulid(0, 0));

  /** {@code random} must be safe for use by many threads, and unpredictable in production. */
  public Ulids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  public Ulid next() {
    long now = clock.millis();
    Ulid fresh = Ulid.of(now, random.nextInt(), random.nextLong());
    return last.updateAndGet(previous -> now > previous.high() >>> 16 ? fresh : after(previous));
  }

  private Ulid after(Ulid previous) {
    long step = 1L + (random.nextInt() & ((1 << STEP_BITS) - 1));
    long low = previous.low() + step;
    boolean carry = Long.compareUnsigned(low, previous.low()) < 0;
    return new Ulid(carry ? previous.high() + 1 : previous.high(), low);
  }
}
