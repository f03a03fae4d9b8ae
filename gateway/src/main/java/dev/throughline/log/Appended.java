package dev.throughline.log;

import dev.throughline.ledger.Ulid;
import java.time.Instant;

/** What became of an append. */
public sealed interface Appended {
  /** Durable, at this index, since this time. */
  record At(long index, Instant at) implements Appended {}

  /** The idempotency key was used before, by the entry of this id. */
  record Earlier(long index, Ulid id, Instant at, boolean sameRequest) implements Appended {}

  /** Another epoch leads: nothing was written. */
  record Stale(long epoch) implements Appended {}
}
