package dev.throughline.task;

import java.time.Duration;
import java.util.Optional;

/** By which a running task keeps to the rates of whom it calls. */
public interface Admission {
  /** Of what keeps to no rate. */
  Admission FREE =
      new Admission() {
        @Override
        public boolean admits(Draw draw) {
          return true;
        }

        @Override
        public boolean awaits(Draw draw, Duration atMost) {
          return true;
        }

        @Override
        public void refused(Draw draw, Optional<Duration> pause) {}
      };

  /**
   * Whether the call may be made now. If not, the task is to return without having done anything:
   * it runs again as soon as it may, and others of higher priority before it.
   */
  boolean admits(Draw draw);

  /**
   * As {@link #admits}, but waits for its turn by itself before it is sent back: for calls that
   * follow each other so closely, and are so much work to prepare, that they are to be made by the
   * ones that are ready.
   *
   * @param atMost so long, and no longer
   */
  boolean awaits(Draw draw, Duration atMost) throws InterruptedException;

  /**
   * Whom it called takes fewer calls from the account than it was thought to.
   *
   * @param pause how long it wants none at all
   */
  void refused(Draw draw, Optional<Duration> pause);
}
