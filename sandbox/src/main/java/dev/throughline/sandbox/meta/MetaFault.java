package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Scripted;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What can be made to go wrong, at an endpoint, with statuses or with webhooks. */
public enum MetaFault {
  /** Answered with the code that the rule's detail names; nothing is accepted. */
  ERROR("error", Place.ENDPOINT),
  ERROR_BEFORE("500-before", Place.ENDPOINT),
  ERROR_AFTER("500-after", Place.ENDPOINT),
  HANG_BEFORE("hang-before", Place.ENDPOINT),
  HANG_AFTER("hang-after", Place.ENDPOINT),
  RESET_BEFORE("reset-before", Place.ENDPOINT),
  RESET_AFTER("reset-after", Place.ENDPOINT),
  SLOW("slow", Place.ENDPOINT),
  /**
   * Accepted, then a failed status with the code that the rule's detail names; the person sees
   * nothing.
   */
  FAIL("fail", Place.STATUS),
  /** Everything twice. */
  STATUS_TWICE("duplicate", Place.STATUS),
  /** Never told. */
  STATUS_LOST("lose", Place.STATUS),
  /** Told long after, by the emulator's clock. */
  STATUS_LATE("late", Place.STATUS),
  /** The last first. */
  STATUS_REVERSED("reorder", Place.STATUS),
  /** The person gets it; it is said to have failed, then to be delivered, then to have failed. */
  CONTRADICT("contradict", Place.STATUS),
  /** Read, and never said to be delivered. */
  READ_AT_ONCE("read-at-once", Place.STATUS),
  /** The same body a second time. */
  WEBHOOK_TWICE("duplicate", Place.WEBHOOK),
  /** Held back while later ones overtake it. */
  WEBHOOK_REORDER("reorder", Place.WEBHOOK),
  /** Waits, then everything that waits goes in one body. */
  BATCH("batch", Place.WEBHOOK),
  BAD_SIGNATURE("bad-signature", Place.WEBHOOK),
  WEBHOOK_SLOW("slow", Place.WEBHOOK),
  WEBHOOK_LOST("lose", Place.WEBHOOK);

  /** Where a fault strikes. */
  enum Place {
    ENDPOINT,
    STATUS,
    WEBHOOK
  }

  /** What names of endpoints begin with: {@code graph.messages}, {@code graph.*}. */
  public static final String GRAPH = "graph.";

  /** The statuses of a message that was accepted. */
  public static final String STATUS = "status";

  /** Bodies on their way to the webhook's address. */
  public static final String WEBHOOKS = "webhook";

  private static final int DEFAULT_CODE = 131000;

  private final String label;
  private final Place place;

  MetaFault(String label, Place place) {
    this.label = label;
    this.place = place;
  }

  public String label() {
    return label;
  }

  /** Empty if there is no such fault at that place. */
  static Optional<MetaFault> named(String endpoint, String label) {
    return Arrays.stream(values())
        .filter(fault -> fault.label.equals(label) && fault.strikesAt(endpoint))
        .findFirst();
  }

  boolean strikesAt(String endpoint) {
    return switch (place) {
      case ENDPOINT -> endpoint.startsWith(GRAPH);
      case STATUS -> endpoint.equals(STATUS);
      case WEBHOOK -> endpoint.equals(WEBHOOKS);
    };
  }

  static List<String> labels(String endpoint) {
    return Arrays.stream(values())
        .filter(fault -> fault.strikesAt(endpoint))
        .map(MetaFault::label)
        .toList();
  }

  /** The rule's delay, or that of its fault if it has none. */
  static Duration delay(Scripted<MetaFault> rule) {
    if (!rule.delay().isZero()) {
      return rule.delay();
    }
    return switch (rule.fault()) {
      case HANG_BEFORE, HANG_AFTER -> Duration.ofSeconds(60);
      case SLOW, WEBHOOK_SLOW -> Duration.ofSeconds(1);
      case WEBHOOK_REORDER -> Duration.ofMillis(300);
      case BATCH -> Duration.ofMillis(100);
      case STATUS_LATE -> Duration.ofMinutes(30);
      default -> Duration.ZERO;
    };
  }

  /** The code of Meta's that the rule's detail names; 131000 if it names none. */
  static int code(Scripted<MetaFault> rule) {
    return rule.detail().isEmpty() ? DEFAULT_CODE : Integer.parseInt(rule.detail());
  }

  /** Whether it strikes once the request has been accepted. */
  boolean afterAccepting() {
    return this == ERROR_AFTER || this == HANG_AFTER || this == RESET_AFTER;
  }
}
