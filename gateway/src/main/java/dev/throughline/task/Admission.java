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
        public void refused(Draw draw, Optional<Duration> pause) {}
      };

  /**
   * Whether the call may be made now. If not, the task is to return without having done anything:
   * it runs again as soon as it may, and others of higher priority before it.
   */
  boolean admits(Draw draw);

  /**
   * Whom it called takes fewer calls from the account than it was thought to.
   *
   * @param pause how long it wants none at all
   */
  void refused(Draw draw, Optional<Duration> pause);
}
