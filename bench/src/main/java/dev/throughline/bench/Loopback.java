package dev.throughline.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;

/** The benchmarks' boundary: what is not on this machine is never aimed at. */
final class Loopback {
  private Loopback() {}

  /** Why this address is refused, or empty when every address behind its host is loopback. */
  static Optional<String> refusal(URI target) {
    if (!"http".equals(target.getScheme()) || target.getHost() == null || target.getPort() < 1) {
      return Optional.of("the target must look like http://127.0.0.1:8080/path, but was " + target);
    }
    return hostRefusal(target.getHost());
  }

  /** The same for {@code jdbc:postgresql://host:port/database?…}. */
  static Optional<String> databaseRefusal(String jdbcUrl) {
    String prefix = "jdbc:";
    URI inner;
    try {
      inner = URI.create(jdbcUrl.startsWith(prefix) ? jdbcUrl.substring(prefix.length()) : jdbcUrl);
    } catch (IllegalArgumentException e) {
      return Optional.of("the database's JDBC URL cannot be read");
    }
    if (!"postgresql".equals(inner.getScheme()) || inner.getHost() == null) {
      return Optional.of(
          "the database must look like jdbc:postgresql://127.0.0.1:5432/name?user=…");
    }
    return hostRefusal(inner.getHost());
  }

  static InetSocketAddress address(URI target) {
    refusal(target)
        .ifPresent(why -> {
          throw new IllegalArgumentException(why);
        });
    return new InetSocketAddress(target.getHost(), target.getPort());
  }

  private static Optional<String> hostRefusal(String host) {
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      for (InetAddress address : InetAddress.getAllByName(bare)) {
        if (!address.isLoopbackAddress()) {
          return Optional.of(
              "benchmarks aim at loopback only, and %s is %s"
                  .formatted(bare, address.getHostAddress()));
        }
      }
      return Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.of("benchmarks aim at loopback only, and %s is unknown".formatted(bare));
    }
  }
}
