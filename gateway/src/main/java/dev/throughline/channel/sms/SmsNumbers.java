package dev.throughline.channel.sms;

import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.util.Optional;

/** Phone numbers: kept as digits with the country's code, as the contract has them. */
final class SmsNumbers {
  /** The longest text that any provider names a sender by, with room. */
  private static final int MAX_ADDRESS = 64;

  private SmsNumbers() {}

  /** E.164 without its plus. */
  static boolean isNumber(String value) {
    return value.matches("[1-9][0-9]{6,14}");
  }

  /** With the plus, as E.164 is written. */
  static String international(Identity number) {
    return "+" + number.value();
  }

  /** Whom a provider names: a number, or a short code or name that cannot be answered. */
  static Optional<Identity> of(String address) {
    String plain = address.strip();
    String value = plain.startsWith("+") ? plain.substring(1) : plain;
    boolean usable =
        !value.isEmpty()
            && value.length() <= MAX_ADDRESS
            && value.codePoints().noneMatch(Character::isISOControl)
            && SmsTexts.loneSurrogate(value) < 0;
    return usable ? Optional.of(new Identity(ChannelName.SMS, value)) : Optional.empty();
  }
}
