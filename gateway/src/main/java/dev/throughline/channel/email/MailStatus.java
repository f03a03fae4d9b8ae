package dev.throughline.channel.email;

import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.util.Optional;

/** What an enhanced status (RFC 3463) says about a mail that failed for good. */
final class MailStatus {
  private MailStatus() {}

  /**
   * @param enhanced such as {@code 5.1.1}, where the server gave one
   * @param reply the three digits of its answer; 0 where only a report tells
   * @param shown what of it may be shown
   */
  static Reason reason(Optional<String> enhanced, int reply, String shown) {
    String subject = enhanced.map(status -> status.substring(2)).orElse("");
    return switch (subject) {
      case "1.1", "1.0", "1.2", "1.3", "1.6", "1.10" ->
          new Reason(
              Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
              "The recipient's mail server knows no such address (%s).".formatted(shown));
      case "2.2" ->
          new Reason(
              Code.RECIPIENT_NOT_REACHABLE,
              "The recipient's mailbox is full (%s).".formatted(shown));
      case "2.0", "2.1", "2.4", "4.1", "4.4", "4.7" ->
          new Reason(
              Code.RECIPIENT_NOT_REACHABLE,
              "The recipient's mailbox or its server takes no mail (%s).".formatted(shown));
      case "2.3", "3.4" ->
          new Reason(
              Code.BAD_REQUEST, "The mail is larger than its way takes (%s).".formatted(shown));
      case "7.8", "7.9", "7.0" ->
          new Reason(
              reply == 530 || reply == 535
                  ? Code.CHANNEL_BAD_CONFIGURATION
                  : Code.DELIVERY_REJECTED_DUE_TO_POLICY,
              "A mail server on the way does not take this mail from the account (%s)."
                  .formatted(shown));
      default -> other(subject, reply, shown);
    };
  }

  private static Reason other(String subject, int reply, String shown) {
    if (subject.startsWith("7.")) {
      return new Reason(
          Code.DELIVERY_REJECTED_DUE_TO_POLICY,
          "A mail server on the way refuses the mail by its policy (%s).".formatted(shown));
    }
    if (subject.startsWith("6.")) {
      return new Reason(
          Code.BAD_REQUEST,
          "A mail server on the way cannot carry the mail (%s).".formatted(shown));
    }
    if (subject.isEmpty() && reply == 552) {
      return new Reason(
          Code.BAD_REQUEST, "The mail is larger than its way takes (%s).".formatted(shown));
    }
    if (subject.isEmpty() && (reply == 530 || reply == 535)) {
      return new Reason(
          Code.CHANNEL_BAD_CONFIGURATION,
          "The mail server wants the account to log in (%s).".formatted(shown));
    }
    if (subject.isEmpty() && (reply == 550 || reply == 551 || reply == 553)) {
      return new Reason(
          Code.RECIPIENT_NOT_REACHABLE,
          "A mail server does not deliver to the recipient (%s).".formatted(shown));
    }
    return new Reason(Code.CHANNEL_REJECT, "A mail server refused the mail (%s).".formatted(shown));
  }
}
