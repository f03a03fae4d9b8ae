package dev.throughline.channel.line;

import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The forms of LINE's identifiers. What we send to must have the exact form of an address; what we
 * receive is taken as LINE spells it, as long as it is short and printable, because only the form
 * of a user id is promised (spec line.md §1.3).
 */
final class LineIds {
  /** LINE's longest known id, of a module channel, has 68 characters. */
  static final int MAX_LENGTH = 128;

  /** Of tokens that say what may be done once more; LINE promises no length. */
  private static final int MAX_TOKEN_LENGTH = 1_024;

  private static final int ADDRESS_LENGTH = 33;

  private LineIds() {}

  /** A user, group or room id: {@code U}, {@code C} or {@code R} and 32 lower-case hex digits. */
  static boolean isAddress(String value) {
    if (value.length() != ADDRESS_LENGTH || "UCR".indexOf(value.charAt(0)) < 0) {
      return false;
    }
    for (int i = 1; i < ADDRESS_LENGTH; i++) {
      char c = value.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** A group or a room: several people. */
  static boolean isGroup(String value) {
    return isAddress(value) && value.charAt(0) != 'U';
  }

  /** Whether an address is of one user, and not of a group or room. */
  static boolean isUser(String value) {
    return isAddress(value) && value.charAt(0) == 'U';
  }

  /** Whether this may be kept and repeated as an id or a token: short, printable ASCII. */
  static boolean isUsable(@Nullable String value) {
    return isPrintable(value, MAX_LENGTH);
  }

  private static boolean isPrintable(@Nullable String value, int max) {
    if (value == null || value.isEmpty() || value.length() > max) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      if (!isPrintable(value.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static boolean isPrintable(int c) {
    return c > ' ' && c < 0x7f;
  }

  static Optional<String> usable(@Nullable String value) {
    return isUsable(value) ? Optional.ofNullable(value) : Optional.empty();
  }

  static Optional<String> token(@Nullable String value) {
    return isPrintable(value, MAX_TOKEN_LENGTH) ? Optional.ofNullable(value) : Optional.empty();
  }

  static Optional<Identity> identity(@Nullable String value) {
    return usable(value).map(id -> new Identity(ChannelName.LINE, id));
  }
}
