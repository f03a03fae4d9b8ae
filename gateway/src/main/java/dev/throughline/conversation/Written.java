package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;

/** What became of a change asked for through the API. */
public sealed interface Written<T> {
  /** Durable, together with its entry in the log. */
  record Done<T>(T value) implements Written<T> {}

  /** There is no such row in the project. */
  record Missing<T>() implements Written<T> {}

  /** Something of which there is one is in use: an address by a contact, for instance. */
  record Taken<T>(Ulid by) implements Written<T> {}

  /** Others changed the row again and again meanwhile; nothing was written. */
  record Contended<T>() implements Written<T> {}
}
