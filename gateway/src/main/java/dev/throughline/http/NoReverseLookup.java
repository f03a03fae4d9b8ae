package dev.throughline.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Lets this JVM resolve names as always but never addresses. The TLS listener asks for the name of
 * every client it accepts; the answer is not used, and waiting for a slow or hostile DNS server
 * there would stop the threads that serve everybody else.
 */
public final class NoReverseLookup extends InetAddressResolverProvider {
  @Override
  public String name() {
    return "throughline-no-reverse-lookup";
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver builtin = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        return builtin.lookupByName(host, policy);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        throw new UnknownHostException("addresses are not looked up");
      }
    };
  }
}
