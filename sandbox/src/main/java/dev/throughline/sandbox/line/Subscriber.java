package dev.throughline.sandbox.line;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A person's phone number, and whether LINE notification messages may come to it.
 *
 * @param number E.164, with {@code +}
 */
public record Subscriber(String userId, String number, Consent consent) {

  /** What the person, and LINE, say to notification messages. */
  public enum Consent {
    ACCEPTED,
    /** Asked and not answered: a message waits for up to a day. */
    UNSET,
    REFUSED,
    /** The number was not confirmed by SMS within 180 days. */
    UNCONFIRMED,
    /** An old privacy policy of LINE's was agreed to. */
    OLD_POLICY
  }

  private static final Pattern E164 = Pattern.compile("\\+[1-9][0-9]{6,14}");

  /** Japan, Thailand, Taiwan. */
  private static final List<String> ISSUING = List.of("+81", "+66", "+886");

  public Subscriber {
    if (!E164.matcher(number).matches()) {
      throw new IllegalArgumentException("a phone number is + and 7 to 15 digits");
    }
  }

  /** What LINE knows the number by: the lower-case hex SHA-256 of it. */
  public String digest() {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(number.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether LINE takes a message for it at all. */
  boolean takes() {
    return ISSUING.stream().anyMatch(number::startsWith)
        && consent != Consent.REFUSED
        && consent != Consent.OLD_POLICY;
  }
}
