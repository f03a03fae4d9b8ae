package dev.throughline.sandbox.smpp;

import java.util.Locale;
import java.util.Optional;

/** What can be made to go wrong with a submit, its receipts, or a bind. */
public enum SmppFault {
  /** Answered with the command status in {@code detail}, such as {@code 0x0B}. */
  REJECT(Place.SUBMIT),
  /** Answered with 0x58. */
  THROTTLE(Place.SUBMIT),
  /** Not accepted, and never answered. */
  IGNORE(Place.SUBMIT),
  /** Accepted, and never answered. */
  DROP_RESPONSE(Place.SUBMIT),
  /** Answered after {@code delay}. */
  SLOW(Place.SUBMIT),
  /** Accepted and answered; then the message centre unbinds. */
  UNBIND(Place.SUBMIT),
  /** Accepted; the connection breaks before the answer. */
  RESET(Place.SUBMIT),
  /** The receipt comes before the response. */
  RECEIPT_FIRST(Place.RECEIPTS),
  /** Ends with the state in {@code detail}, such as {@code UNDELIV}, whatever the phone is like. */
  STATUS(Place.RECEIPTS),
  DUPLICATE(Place.RECEIPTS),
  LATE(Place.RECEIPTS),
  /** The intermediate notification after the final receipt. */
  REORDER(Place.RECEIPTS),
  /** A second receipt that says the opposite. */
  CONTRADICT(Place.RECEIPTS),
  LOSE(Place.RECEIPTS),
  /** A text without {@code sub:} and {@code dlvrd:}, and no TLVs. */
  MALFORMED(Place.RECEIPTS),
  /** Answered with the command status in {@code detail}. */
  REFUSE(Place.BIND);

  public static final String SUBMIT = "submit_sm";
  public static final String RECEIPTS = "receipts";
  public static final String BIND = "bind";

  private enum Place {
    SUBMIT,
    RECEIPTS,
    BIND
  }

  private final Place place;

  SmppFault(Place place) {
    this.place = place;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<SmppFault> named(String label) {
    for (SmppFault fault : values()) {
      if (fault.label().equals(label)) {
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  /** The only endpoint at which it can strike. */
  String endpoint() {
    return switch (place) {
      case SUBMIT -> SUBMIT;
      case RECEIPTS -> RECEIPTS;
      case BIND -> BIND;
    };
  }
}
