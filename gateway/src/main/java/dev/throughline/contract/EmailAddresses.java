package dev.throughline.contract;

import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * E-mail addresses as people write them: {@code local@domain} without names, comments or quotes.
 * The local part stays as it is, its letter case too, which only its own server may fold; the
 * domain is folded, and one in letters of another script is written in ASCII (IDNA).
 */
public final class EmailAddresses {
  /** RFC 5321, 4.5.3.1: a path has 256 characters with its brackets. */
  public static final int MAX_LENGTH = 254;

  private static final int MAX_LOCAL = 64;
  private static final int MAX_DOMAIN = 253;

  private static final Pattern LOCAL =
      Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
  private static final Pattern DOMAIN =
      Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

  private EmailAddresses() {}

  /** The spelling under which an address is kept and found; empty for what is none. */
  public static Optional<String> normal(String value) {
    int at = value.lastIndexOf('@');
    if (at < 1 || at > MAX_LOCAL || value.length() > 2 * MAX_LENGTH) {
      return Optional.empty();
    }
    String local = value.substring(0, at);
    return domain(value.substring(at + 1))
        .map(domain -> local + "@" + domain)
        .filter(address -> address.length() <= MAX_LENGTH && LOCAL.matcher(local).matches());
  }

  /** A domain with at least two labels, folded and in ASCII. */
  public static Optional<String> domain(String value) {
    try {
      String ascii = IDN.toASCII(value, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
      return ascii.length() <= MAX_DOMAIN && DOMAIN.matcher(ascii).matches()
          ? Optional.of(ascii)
          : Optional.empty();
    } catch (IllegalArgumentException noDomain) {
      return Optional.empty();
    }
  }

  /** What follows the {@code @} of an address that is one. */
  public static String domainOf(String address) {
    return address.substring(address.lastIndexOf('@') + 1);
  }

  /** What stands before the {@code @} of an address that is one. */
  public static String localOf(String address) {
    return address.substring(0, address.lastIndexOf('@'));
  }
}
