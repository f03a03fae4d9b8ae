package dev.throughline.sandbox.line;

import java.util.Optional;

/** What can be made to go wrong, at an API endpoint or with webhooks. */
public enum Fault {
  RATE_LIMITED("429-rate", false),
  QUOTA_REACHED("429-quota", false),
  SAME_USER("429-same-user", false),
  CONCURRENCY("429-concurrency", false),
  UNAUTHORIZED("401", false),
  FORBIDDEN("403", false),
  BAD_REQUEST("400", false),
  ERROR_BEFORE("500-before", false),
  ERROR_AFTER("500-after", false),
  HANG_BEFORE("hang-before", false),
  HANG_AFTER("hang-after", false),
  RESET_BEFORE("reset-before", false),
  RESET_AFTER("reset-after", false),
  SLOW("slow", false),
  /** The same body once more, not marked as a redelivery. */
  DUPLICATE("duplicate", true),
  /** Held back while later events of the same chat overtake it. */
  REORDER("reorder", true),
  /** Once more although it was answered, marked as a redelivery. */
  REDELIVER("redeliver", true),
  /** Everything that waits, of many people, in one body. */
  MIXED_BATCH("mixed-batch", true),
  /** Another channel holds the chat: no reply token. */
  STANDBY("standby", true),
  BAD_SIGNATURE("bad-signature", true),
  SLOW_WEBHOOK("slow", true),
  /** Never sent at all; LINE promises no delivery. */
  LOSE("lose", true);

  /** What the webhook side is called where an endpoint is named. */
  public static final String WEBHOOK = "webhook";

  /** Every API endpoint. */
  public static final String ANY = "*";

  private final String label;
  private final boolean ofWebhook;

  Fault(String label, boolean ofWebhook) {
    this.label = label;
    this.ofWebhook = ofWebhook;
  }

  public String label() {
    return label;
  }

  static Optional<Fault> named(String endpoint, String label) {
    boolean webhook = endpoint.equals(WEBHOOK);
    for (Fault fault : values()) {
      boolean same = fault.label.equals(label) || fault.label.equals(label + "-before");
      if (fault.ofWebhook == webhook && same) {
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  /** Whether it strikes once the request has been accepted. */
  boolean afterAccepting() {
    return this == ERROR_AFTER || this == HANG_AFTER || this == RESET_AFTER;
  }
}
