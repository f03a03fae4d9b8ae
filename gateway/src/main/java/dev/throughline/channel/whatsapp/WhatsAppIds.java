package dev.throughline.channel.whatsapp;

import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The forms of WhatsApp's identifiers. A person is a phone number (a {@code wa_id}, digits only),
 * or where Meta shows none a business-scoped user id (spec providers.md B.3.1); several people are
 * a group. What we send to must have one of these forms; what we receive is taken as Meta spells
 * it.
 */
final class WhatsAppIds {
  /** Ids of messages have some hundred characters; Meta promises no length. */
  private static final int MAX_LENGTH = 512;

  private static final Pattern PHONE = Pattern.compile("[1-9][0-9]{6,14}");
  private static final Pattern USER = Pattern.compile("[A-Z]{2}\\.(?:ENT\\.)?[A-Za-z0-9]{1,128}");
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9_+/=-]{16,128}");

  private WhatsAppIds() {}

  /** A phone number without its plus. */
  static boolean isPhone(String value) {
    return PHONE.matcher(value).matches();
  }

  /** A business-scoped user id (BSUID), or the one of linked businesses. */
  static boolean isUser(String value) {
    return USER.matcher(value).matches();
  }

  /** A group of the account's. */
  static boolean isGroup(String value) {
    return GROUP.matcher(value).matches() && value.chars().anyMatch(c -> c < '0' || c > '9');
  }

  static boolean isAddress(String value) {
    return isPhone(value) || isUser(value) || isGroup(value);
  }

  /** What may be kept and repeated as an id: short, printable ASCII. */
  static Optional<String> usable(String value) {
    boolean printable =
        !value.isEmpty()
            && value.length() <= MAX_LENGTH
            && value.chars().allMatch(c -> c > ' ' && c < 0x7f);
    return printable ? Optional.of(value) : Optional.empty();
  }

  /** The first that can be an address. */
  static Optional<Identity> identity(String... values) {
    for (String value : values) {
      String plain = value.startsWith("+") ? value.substring(1) : value;
      if (!plain.isEmpty() && plain.length() <= 256 && usable(plain).isPresent()) {
        return Optional.of(new Identity(ChannelName.WHATSAPP, plain));
      }
    }
    return Optional.empty();
  }
}
