package dev.throughline.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;

/**
 * Which targets may be dialled: the boundary between addresses that the operator wrote and those
 * that customers did. It is asked when a target is registered and again for the very addresses that
 * a connection is about to be opened to.
 *
 * @param name shows in refusals
 * @param ports the ports below 1024 that may be dialled
 * @param loopback whether this machine may be dialled
 * @param everywhere whether any address and port may be dialled
 */
public record TargetPolicy(String name, Set<Integer> ports, boolean loopback, boolean everywhere) {
  /**
   * From here on people run web servers of their own, and no system service that could be made to
   * listen to HTTP; below, only the ports that are for HTTP may be dialled. So a customer cannot
   * make the gateway speak to the mail, name or file servers of third parties, while his test
   * server on port 3000 or 8443 works. What matters most is the address, not the port.
   */
  private static final int FIRST_FREE_PORT = 1_024;

  private static final Set<Integer> WEB_PORTS = Set.of(80, 443);

  /** Addresses that the operator configured: they may be anywhere, also in the own network. */
  public static final TargetPolicy OPERATOR = new TargetPolicy("operator", Set.of(), true, true);

  /** Addresses that customers gave: public ones only. */
  public static final TargetPolicy PUBLIC = new TargetPolicy("public", WEB_PORTS, false, false);

  /** Customers' addresses in the sandbox, where the customer sits at this machine. */
  public static final TargetPolicy SANDBOX = new TargetPolicy("sandbox", WEB_PORTS, true, false);

  /** The same addresses, with other ports below 1024: for a protocol that is not HTTP. */
  public TargetPolicy onPorts(Set<Integer> others) {
    return new TargetPolicy(name, others, loopback, everywhere);
  }

  public TargetPolicy {
    ports = Set.copyOf(ports);
  }

  /** What the policy says of a target. */
  public sealed interface Verdict {
    record Allowed(Target target) implements Verdict {}

    /** {@code reason} is a sentence that may be shown to whoever gave the address. */
    record Refused(String reason) implements Verdict {}
  }

  /**
   * Checks an address that somebody wants to register: its form, its port and, as far as it
   * resolves now, what it resolves to. A name that does not resolve yet is allowed: it is checked
   * again whenever it is dialled.
   */
  public Verdict check(String address, Resolver resolver) {
    Target target;
    try {
      target = Target.parse(address);
    } catch (Target.InvalidTargetException e) {
      return new Verdict.Refused(String.valueOf(e.getMessage()));
    }
    if (!allowsPort(target.port())) {
      return new Verdict.Refused("port " + target.port() + " is not allowed");
    }
    List<InetAddress> addresses;
    try {
      addresses =
          target.literal().isPresent()
              ? List.of(target.literal().get())
              : resolver.resolve(target.host());
    } catch (UnknownHostException e) {
      return new Verdict.Allowed(target);
    }
    if (!addresses.isEmpty() && addresses.stream().noneMatch(this::allows)) {
      return new Verdict.Refused("the host has no address that may be called");
    }
    return new Verdict.Allowed(target);
  }

  boolean allowsPort(int port) {
    return everywhere || port >= FIRST_FREE_PORT || ports.contains(port);
  }

  /** Whether this very address may be dialled. */
  boolean allows(InetAddress address) {
    return everywhere
        || (loopback && AddressRange.isLoopback(address))
        || !AddressRange.isRefused(address);
  }
}
