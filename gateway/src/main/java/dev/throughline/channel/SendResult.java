package dev.throughline.channel;

import dev.throughline.message.Bytes;
import dev.throughline.message.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is known after one attempt to send. The set is closed: each case asks for another next step.
 */
public sealed interface SendResult {
  /** The exchange as it was on the wire, for the ledger; secrets left out. */
  Exchange exchange();

  /** The provider took it. {@code platformMessageIds} in the order sent, where it names them. */
  record Accepted(Exchange exchange, List<String> platformMessageIds) implements SendResult {}

  /** An earlier attempt with the same key had been taken; nothing was sent again. */
  record AlreadyAccepted(
      Exchange exchange, Optional<String> acceptedRequestId, List<String> platformMessageIds)
      implements SendResult {}

  /**
   * Not taken now; the same attempt may succeed later.
   *
   * @param whole whether the account has sent too fast, so that no other call of it would be taken
   *     now either
   */
  record Throttled(
      Exchange exchange, Optional<Duration> retryAfter, Reason ifGivenUp, boolean whole)
      implements SendResult {
    /** For a reason that other calls need not share. */
    public Throttled(Exchange exchange, Optional<Duration> retryAfter, Reason ifGivenUp) {
      this(exchange, retryAfter, ifGivenUp, false);
    }
  }

  /** Not taken, and never will be in this form. */
  record Rejected(Exchange exchange, Reason reason) implements SendResult {}

  /** The reply token is used up or too old: nothing was sent; a push may follow. */
  record ReplyTokenInvalid(Exchange exchange) implements SendResult {}

  /** The request certainly never reached the provider: repeat at will. */
  record Unreachable(Exchange exchange, Reason ifGivenUp) implements SendResult {}

  /** The provider failed to say; the message may or may not have been taken. */
  record Unknown(Exchange exchange, Reason ifGivenUp) implements SendResult {}

  /**
   * Bytes of an exchange.
   *
   * @param status HTTP status, or 0 when there was no answer
   * @param requestId the provider's id of the request, if it gave one
   * @param response the answer's body, at most 64 KiB of it, or empty
   * @param error what went wrong on the wire, in a few words without addresses; empty if answered
   */
  record Exchange(int status, Optional<String> requestId, Bytes response, String error) {}
}
