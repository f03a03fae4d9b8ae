package dev.throughline.sandbox.people;

import java.util.Locale;
import java.util.Optional;

/** How one channel of one person is. */
public enum Condition {
  OK,
  /** Out of reach for as long as anybody tries. */
  UNREACHABLE,
  /** The person, or their carrier, blocks the sender. */
  BLOCKED,
  /** The address is right and nobody there has the app (or a phone that takes it). */
  NO_APP,
  /** Off: the network keeps what comes until the phone is on again, or the message expires. */
  AIRPLANE,
  /** Shown at once; the receipts come long after. */
  LATE_RECEIPT,
  /** Shown at once; the receipts come in the wrong order. */
  OUT_OF_ORDER,
  /** A mail server takes it and returns it later. Networks without bounces fail it. */
  BOUNCES,
  /** Nobody has this address. */
  NOBODY;

  /** As {@code PUT /sandbox/people/{id}/state} writes it: {@code ok}, {@code no_app}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a person's channel can be set to; {@link #NOBODY} cannot. */
  public static Optional<Condition> named(String label) {
    for (Condition condition : values()) {
      if (condition != NOBODY && condition.label().equals(label)) {
        return Optional.of(condition);
      }
    }
    return Optional.empty();
  }

  /** Whether the phone shows what comes now. */
  public boolean shows() {
    return this == OK || this == LATE_RECEIPT || this == OUT_OF_ORDER;
  }
}
