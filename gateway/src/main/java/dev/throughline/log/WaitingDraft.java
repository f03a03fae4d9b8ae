package dev.throughline.log;

import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A draft and what becomes of it; settled once. */
final class WaitingDraft {
  private final Draft draft;
  private final @Nullable Connection change;
  private final long since = System.nanoTime();
  private final long patienceNanos;
  private final CompletableFuture<Appended> settled = new CompletableFuture<>();

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

  void done(Appended appended) {
    settled.complete(appended);
  }

  void fail(LogUnavailableException cause) {
    settled.completeExceptionally(cause);
  }

  boolean isOver(long now) {
    return now - since > patienceNanos;
  }

  /** Fails with a {@link LogUnavailableException}. */
  CompletableFuture<Appended> settled() {
    return settled;
  }
}
