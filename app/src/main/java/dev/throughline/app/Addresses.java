package dev.throughline.app;

import dev.throughline.Gateway;
import dev.throughline.GatewayConfig;

/** How a person on this machine reaches a gateway. */
final class Addresses {
  private Addresses() {}

  static String publicUrl(GatewayConfig config, Gateway gateway) {
    String scheme = config.tls().isPresent() ? "https" : "http";
    return scheme + "://" + host(config.publicHost()) + ":" + gateway.publicPort();
  }

  static String opsUrl(GatewayConfig config, Gateway gateway) {
    return "http://" + host(config.opsHost()) + ":" + gateway.opsPort();
  }

  private static String host(String bound) {
    return bound.equals("0.0.0.0") || bound.equals("::") ? "127.0.0.1" : bound;
  }
}
