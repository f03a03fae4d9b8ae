package dev.throughline.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a request goes: scheme, host and port in one fixed spelling, and what follows them. A host
 * is a name or an address literal; both are spelled the only way that they can be, so that what is
 * checked and what is dialled cannot differ.
 *
 * @param host lower case, without brackets
 * @param literal the host as an address, if it is one; then nothing is resolved
 * @param pathAndQuery at least a slash; it may hold secrets, so {@link #toString} leaves it out
 */
public record Target(
    boolean tls, String host, int port, Optional<InetAddress> literal, String pathAndQuery) {
  /** Longer than any callback address that customers register; request lines end near 8 KiB. */
  static final int MAX_CHARACTERS = 4_096;

  private static final int MAX_HOST = 253;
  private static final int MAX_LABEL = 63;
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");
  private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,2}");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

  /** A text that is no target. The message says why and repeats nothing of the text. */
  public static final class InvalidTargetException extends Exception {
    InvalidTargetException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Reads an absolute http or https address. Refuses user information, fragments, names beyond
   * letters, digits and hyphens (an internationalised name is given in its {@code xn--} form),
   * trailing dots, zone ids, and each spelling of an IPv4 address but four decimal numbers.
   */
  public static Target parse(String address) throws InvalidTargetException {
    if (address.length() > MAX_CHARACTERS) {
      throw new InvalidTargetException("the address is longer than " + MAX_CHARACTERS);
    }
    URI uri;
    try {
      uri = new URI(address);
    } catch (URISyntaxException e) {
      throw new InvalidTargetException("the address is not a URI");
    }
    boolean tls =
        switch (uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT)) {
          case "https" -> true;
          case "http" -> false;
          default -> throw new InvalidTargetException("only http and https are possible");
        };
    if (uri.isOpaque() || uri.getRawAuthority() == null) {
      throw new InvalidTargetException("the address names no host");
    }
    if (uri.getRawAuthority().indexOf('@') >= 0) {
      throw new InvalidTargetException("the address must hold no user or password");
    }
    if (uri.getRawFragment() != null) {
      throw new InvalidTargetException("the address must hold no fragment");
    }
    if (!address.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new InvalidTargetException("the address holds a character that must be escaped");
    }
    if (uri.getHost() == null) {
      throw new InvalidTargetException("the address names no valid host");
    }
    int port = uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort();
    if (port < 1 || port > 65_535 || uri.getRawAuthority().endsWith(":")) {
      throw new InvalidTargetException("the port is not between 1 and 65535");
    }
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String pathAndQuery = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    if (host.startsWith("[")) {
      String inner = host.substring(1, host.length() - 1);
      return new Target(tls, inner, port, Optional.of(ipv6(inner)), pathAndQuery);
    }
    return new Target(tls, host, port, ipv4OrName(host), pathAndQuery);
  }

  private static InetAddress ipv6(String text) throws InvalidTargetException {
    if (text.indexOf('%') >= 0) {
      throw new InvalidTargetException("the address must hold no zone");
    }
    try {
      return Inet6Address.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidTargetException("the host is not an IPv6 address");
    }
  }

  /**
   * Empty for a name. A host whose last label looks like a number is an IPv4 address or nothing.
   */
  private static Optional<InetAddress> ipv4OrName(String host) throws InvalidTargetException {
    String[] labels = host.split("\\.", -1);
    if (NUMBER.matcher(labels[labels.length - 1]).matches()) {
      return Optional.of(ipv4(labels));
    }
    for (String label : labels) {
      if (label.length() > MAX_LABEL || !LABEL.matcher(label).matches()) {
        throw new InvalidTargetException("the host is not a valid name");
      }
    }
    if (host.length() > MAX_HOST) {
      throw new InvalidTargetException("the host is longer than " + MAX_HOST);
    }
    return Optional.empty();
  }

  private static InetAddress ipv4(String[] labels) throws InvalidTargetException {
    byte[] bytes = new byte[4];
    boolean plain = labels.length == 4;
    for (int i = 0; i < 4 && plain; i++) {
      plain = DECIMAL.matcher(labels[i]).matches() && Integer.parseInt(labels[i]) <= 255;
      bytes[i] = plain ? (byte) Integer.parseInt(labels[i]) : 0;
    }
    if (!plain) {
      throw new InvalidTargetException(
          "an IPv4 address is four decimal numbers without zeros before");
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /** The same origin with another path: for base addresses of providers. */
  public Target resolve(String otherPathAndQuery) {
    return new Target(tls, host, port, literal, otherPathAndQuery);
  }

  public Target {
    if (!pathAndQuery.startsWith("/") || !pathAndQuery.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException("path and query must start with a slash and be escaped");
    }
  }

  /** The value of the Host header. */
  public String authority() {
    String name = literal.isPresent() && host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == (tls ? 443 : 80) ? name : name + ":" + port;
  }

  /** Scheme, host and port only. */
  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + authority();
  }
}
