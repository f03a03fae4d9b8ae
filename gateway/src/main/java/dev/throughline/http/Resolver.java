package dev.throughline.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a name. It may block as long as the system's resolver does. */
@FunctionalInterface
public interface Resolver {
  /**
   * @throws UnknownHostException if the name has no address, or nobody could say
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;

  /** The operating system's resolver. */
  static Resolver system() {
    return host -> List.of(InetAddress.getAllByName(host));
  }
}
