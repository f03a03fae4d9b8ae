package dev.throughline.log;

/**
 * Not known to be durable: the queue is full or the database is away. The caller answers 503 and
 * the peer may repeat; an entry may nevertheless have been written, which duplicates' removal and
 * idempotency keys take care of.
 */
public final class LogUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LogUnavailableException(String why) {
    super(why);
  }

  LogUnavailableException(String why, Throwable cause) {
    super(why, cause);
  }
}
