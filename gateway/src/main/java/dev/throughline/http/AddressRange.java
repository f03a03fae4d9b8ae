package dev.throughline.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/** A block of IP addresses: the first bytes, of which {@code bits} count. */
record AddressRange(InetAddress first, int bits) {
  /** This network, private, shared, link-local, documentation, benchmarks, relays, multicast. */
  private static final List<AddressRange> REFUSED_IPV4 =
      parse(
          "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12"
              + " 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15"
              + " 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4");

  /** Inside the global unicast block: protocol assignments, documentation, 6to4. */
  private static final List<AddressRange> REFUSED_IPV6 =
      parse("2001::/23 2001:db8::/32 2002::/16 3fff::/20");

  /**
   * All that IANA hands out for the public net. What lies outside is refused, listed or not:
   * unspecified, loopback, IPv4-compatible and translated (64:ff9b::/96, 64:ff9b:1::/48), discard
   * (100::/64), unique local (fc00::/7), link-local (fe80::/10), site-local, multicast (ff00::/8).
   */
  private static final AddressRange GLOBAL_IPV6 = parse("2000::/3").getFirst();

  private static final List<AddressRange> LOOPBACK = parse("127.0.0.0/8 ::1/128");

  static boolean isRefused(InetAddress address) {
    InetAddress plain = unmapped(address);
    return plain instanceof Inet4Address
        ? REFUSED_IPV4.stream().anyMatch(range -> range.holds(plain))
        : !GLOBAL_IPV6.holds(plain) || REFUSED_IPV6.stream().anyMatch(range -> range.holds(plain));
  }

  static boolean isLoopback(InetAddress address) {
    InetAddress plain = unmapped(address);
    return LOOPBACK.stream().anyMatch(range -> range.holds(plain));
  }

  /** An IPv4 address that came dressed as IPv6 ({@code ::ffff:a.b.c.d}) is judged by the former. */
  private static InetAddress unmapped(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  private boolean holds(InetAddress address) {
    byte[] here = first.getAddress();
    byte[] there = address.getAddress();
    if (here.length != there.length) {
      return false;
    }
    int whole = bits / 8;
    int rest = bits % 8;
    if (!Arrays.equals(here, 0, whole, there, 0, whole)) {
      return false;
    }
    return rest == 0 || ((here[whole] ^ there[whole]) & 0xff) >> (8 - rest) == 0;
  }

  private static List<AddressRange> parse(String ranges) {
    return Arrays.stream(ranges.split(" "))
        .map(range -> range.split("/"))
        .map(parts -> new AddressRange(InetAddress.ofLiteral(parts[0]), Integer.parseInt(parts[1])))
        .toList();
  }
}
