package dev.throughline.channel.sms;

import dev.throughline.channel.SendResult;
import dev.throughline.channel.SendResult.Exchange;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.util.Optional;

/**
 * What an SMSC's refusal of a submit says (SMPP 3.4, 5.1.3): a refusal is always sure, nothing was
 * taken. The table stands in docs/channels/sms.md.
 */
final class SmppStatus {
  static final int NOT_BOUND = 0x04;

  private SmppStatus() {}

  static SendResult of(int status, Exchange exchange) {
    return switch (status) {
      case 0x14, 0x58 ->
          new SendResult.Throttled(
              exchange,
              Optional.empty(),
              new Reason(Code.RATE_LIMITED, "The SMSC limits how fast one may send."),
              true);
      case 0x08, 0x45, 0x64 ->
          new SendResult.Throttled(
              exchange,
              Optional.empty(),
              new Reason(
                  Code.CHANNEL_FAILURE, "The SMSC cannot take the message now" + at(status)));
      case NOT_BOUND ->
          new SendResult.Unreachable(
              exchange, new Reason(Code.CHANNEL_FAILURE, "The SMSC has ended the session."));
      default -> new SendResult.Rejected(exchange, reason(status));
    };
  }

  private static Reason reason(int status) {
    return switch (status) {
      case 0x0B, 0x50, 0x51, 0x34 ->
          new Reason(
              Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
              "The SMSC takes no SMS to this number" + at(status));
      case 0x0A, 0x48, 0x49 ->
          new Reason(
              Code.CHANNEL_BAD_CONFIGURATION,
              "The SMSC refuses the sender: check SMS_SENDER or the account's sender" + at(status));
      case 0x05, 0x0D, 0x0E, 0x0F, 0x15, 0x53 ->
          new Reason(
              Code.CHANNEL_BAD_CONFIGURATION,
              "The SMSC refuses the account: check system_id, password and system_type"
                  + at(status));
      case 0x01,
          0x02,
          0x03,
          0x06,
          0x07,
          0x42,
          0x43,
          0x44,
          0x61,
          0x62,
          0xC0,
          0xC1,
          0xC2,
          0xC3,
          0xC4 ->
          new Reason(Code.BAD_REQUEST, "The SMSC refuses the form of the message" + at(status));
      default -> new Reason(Code.CHANNEL_REJECT, "The SMSC refused the message" + at(status));
    };
  }

  /** The end of a sentence about it. */
  static String at(int status) {
    return " (command_status 0x%08X).".formatted(status);
  }
}
