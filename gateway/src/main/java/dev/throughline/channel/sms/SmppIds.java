package dev.throughline.channel.sms;

import dev.throughline.channel.sms.SmsCredentials.IdForm;
import java.math.BigInteger;

/**
 * One spelling for the ids of messages at an SMSC: many answer a submit with a hexadecimal number
 * and name the same in receipts as a decimal one, or with zeros in front (spec providers.md
 * §B.2.2).
 */
final class SmppIds {
  /** The longest message_id (SMPP 3.4, 5.2.23). */
  private static final int MAX_DIGITS = 65;

  private SmppIds() {}

  /** A decimal number without zeros in front; what is no such number stays as it is. */
  static String normal(String id, IdForm form) {
    String plain = id.strip();
    return switch (form) {
      case TEXT -> plain;
      case HEX -> number(plain, "[0-9A-Fa-f]", 16);
      case DECIMAL -> number(plain, "[0-9]", 10);
    };
  }

  private static String number(String id, String digit, int radix) {
    return !id.isEmpty() && id.length() <= MAX_DIGITS && id.matches(digit + "+")
        ? new BigInteger(id, radix).toString()
        : id;
  }
}
