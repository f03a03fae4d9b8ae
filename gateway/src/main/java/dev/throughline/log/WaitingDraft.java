package dev.throughline.log;

import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A draft and the caller who waits for it; settled once. */
final class WaitingDraft {
  private final Draft draft;
  private final @Nullable Connection change;
  private final long since = System.nanoTime();
  private final long patienceNanos;
  private final CountDownLatch settled = new CountDownLatch(1);
  private volatile @Nullable Appended result;
  private volatile @Nullable LogUnavailableException failure;

  WaitingDraft(Draft draft, @Nullable Connection change, Duration patience) {
    this.draft = draft;
    this.change = change;
    this.patienceNanos = patience.toNanos();
  }

  Draft draft() {
    return draft;
  }

  /** The open transaction that commits with the draft. */
  @Nullable Connection change() {
    return change;
  }

  synchronized void done(Appended appended) {
    if (!isSettled()) {
      result = appended;
      settled.countDown();
    }
  }

  synchronized void fail(LogUnavailableException cause) {
    if (!isSettled()) {
      failure = cause;
      settled.countDown();
    }
  }

  boolean isOver(long now) {
    return now - since > patienceNanos;
  }

  void await() throws InterruptedException {
    settled.await();
  }

  void awaitUninterruptibly() {
    boolean interrupted = false;
    while (!isSettled()) {
      try {
        settled.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  Appended result() {
    if (failure != null) {
      throw failure.isRefused()
          ? LogUnavailableException.refused("the entry was not written", failure)
          : new LogUnavailableException("the entry may not be written", failure);
    }
    if (result == null) {
      throw new AssertionError("asked for its result before it was settled");
    }
    return result;
  }

  private boolean isSettled() {
    return settled.getCount() == 0;
  }
}
