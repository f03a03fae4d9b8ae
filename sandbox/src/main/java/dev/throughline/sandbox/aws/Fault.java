package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Scripted;
import java.util.Locale;
import java.util.Optional;

/** What can be made to go wrong: with a request, with the receipts of a message, with a notice. */
public enum Fault {
  /** Answered with the error code in {@code detail}, {@code Code} or {@code Code/REASON}. */
  REJECT(Place.REQUEST),
  /** Answered as the service does when it is called too fast. */
  THROTTLE(Place.REQUEST),
  /** 500 before anything happened. */
  ERROR_BEFORE(Place.REQUEST),
  /** Accepted, and answered with 500. */
  ERROR_AFTER(Place.REQUEST),
  HANG_BEFORE(Place.REQUEST),
  /** Accepted, and the answer withheld. */
  HANG_AFTER(Place.REQUEST),
  RESET_BEFORE(Place.REQUEST),
  RESET_AFTER(Place.REQUEST),
  SLOW(Place.REQUEST),
  /** The message ends with the event type in {@code detail}, whatever the phone is like. */
  STATUS(Place.RECEIPTS),
  /** Every receipt twice. */
  DUPLICATE(Place.RECEIPTS),
  /** Everything after the first receipt by {@code delay} later. */
  LATE(Place.RECEIPTS),
  /** The last receipt first. */
  REORDER(Place.RECEIPTS),
  /** After the last receipt one that says the opposite. */
  CONTRADICT(Place.RECEIPTS),
  /** No receipt at all. */
  LOSE(Place.RECEIPTS),
  /** A signature of other bytes. */
  BAD_SIGNATURE(Place.NOTICES),
  /** Signed well, with a certificate that nobody vouches for. */
  FOREIGN_CERTIFICATE(Place.NOTICES);

  /** The place of faults of what SNS sends. */
  public static final String NOTICES = "notices";

  /** The beginning of the places of faults of receipts: {@code events.ses}, … */
  public static final String EVENTS = "events.";

  /** Where a fault can strike. */
  enum Place {
    REQUEST,
    RECEIPTS,
    NOTICES
  }

  private final Place place;

  Fault(Place place) {
    this.place = place;
  }

  /** {@code hang-after}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<Fault> named(String label) {
    for (Fault fault : values()) {
      if (fault.label().equals(label)) {
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  /** Whether a rule could ever strike; a sentence about it if it could not. */
  static Optional<String> misplaced(Scripted<Fault> rule) {
    String endpoint = rule.endpoint();
    boolean star = endpoint.endsWith("*");
    String fits =
        switch (rule.fault().place) {
          case REQUEST -> "an operation such as sms.SendTextMessage, or sms.*";
          case RECEIPTS -> "events.ses, events.sms or events.social, or events.*";
          case NOTICES -> NOTICES;
        };
    boolean right =
        switch (rule.fault().place) {
          case REQUEST -> {
            String service = endpoint.substring(0, Math.max(0, endpoint.indexOf('.')));
            boolean known = false;
            for (Operation operation : Operation.values()) {
              known |= star ? rule.concerns(operation.label()) : operation.label().equals(endpoint);
            }
            yield known && !service.isEmpty();
          }
          case RECEIPTS -> endpoint.matches("events\\.(\\*|ses|sms|social)");
          case NOTICES -> endpoint.equals(NOTICES);
        };
    return right
        ? Optional.empty()
        : Optional.of(rule.fault().label() + " is set for " + fits + ", not for " + endpoint + ".");
  }

  boolean afterAccepting() {
    return this == ERROR_AFTER || this == HANG_AFTER || this == RESET_AFTER;
  }
}
