package dev.throughline.log;

import org.jspecify.annotations.Nullable;

/**
 * Not known to be durable: the queue is full or the database is away. A webhook is answered 503 and
 * the peer may repeat; unless {@link #isRefused}, the entry may nevertheless have been written,
 * which duplicates' removal and idempotency keys take care of.
 */
public final class LogUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean refused;

  LogUnavailableException(String why) {
    super(why);
    this.refused = false;
  }

  LogUnavailableException(String why, Throwable cause) {
    super(why, cause);
    this.refused = false;
  }

  private LogUnavailableException(String why, @Nullable Throwable cause, boolean refused) {
    super(why, cause);
    this.refused = refused;
  }

  static LogUnavailableException refused(String why) {
    return new LogUnavailableException(why, null, true);
  }

  static LogUnavailableException refused(String why, Throwable cause) {
    return new LogUnavailableException(why, cause, true);
  }

  /** Certainly nothing was written: whoever asked may simply ask again. */
  public boolean isRefused() {
    return refused;
  }
}
