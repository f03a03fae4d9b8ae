package dev.throughline.app.crash;

import java.time.Duration;

/** Whether the gateway is there, as far as the one who kills it knows: the load stops meanwhile. */
final class Presence {
  private boolean up;
  private long since;
  private long upNanos;

  synchronized void up() {
    if (!up) {
      up = true;
      since = System.nanoTime();
      notifyAll();
    }
  }

  synchronized void down() {
    if (up) {
      up = false;
      upNanos += System.nanoTime() - since;
    }
  }

  synchronized boolean isUp() {
    return up;
  }

  /** False when it did not come up in time. */
  synchronized boolean awaitUp(Duration within) throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!up) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(Math.max(1, left / 1_000_000));
    }
    return true;
  }

  synchronized Duration total() {
    return Duration.ofNanos(upNanos + (up ? System.nanoTime() - since : 0));
  }
}
