package dev.throughline.http;

import io.helidon.webserver.http.HttpService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One address to listen on and what is served there. Port 0 means a free one; {@link
 * HttpServer#port} tells which.
 *
 * @param mounts foreign Helidon services by path prefix, tried before the routes; they are trusted,
 *     read their own bodies and answer their own errors
 */
public record Listener(
    String name,
    String host,
    int port,
    List<Route> routes,
    Errors errors,
    ServerLimits limits,
    @Nullable TlsFiles tls,
    Map<String, HttpService> mounts) {

  public Listener {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
    routes = List.copyOf(routes);
    mounts = Map.copyOf(mounts);
  }

  public static Builder named(String name) {
    return new Builder(name);
  }

  /** Collects a listener; loopback, a free port and plain-text errors unless told otherwise. */
  public static final class Builder {
    private final String name;
    private String host = "127.0.0.1";
    private int port;
    private final List<Route> routes = new ArrayList<>();
    private Errors errors = Errors.plainText();
    private ServerLimits limits = ServerLimits.DEFAULT;
    private @Nullable TlsFiles tls;
    private final Map<String, HttpService> mounts = new HashMap<>();

    private Builder(String name) {
      this.name = name;
    }

    public Builder host(String address) {
      host = address;
      return this;
    }

    public Builder port(int number) {
      port = number;
      return this;
    }

    public Builder routes(List<Route> more) {
      routes.addAll(more);
      return this;
    }

    public Builder route(Route route) {
      routes.add(route);
      return this;
    }

    public Builder errors(Errors form) {
      errors = form;
      return this;
    }

    public Builder limits(ServerLimits granted) {
      limits = granted;
      return this;
    }

    public Builder tls(TlsFiles files) {
      tls = files;
      return this;
    }

    /** Hands every path at or under the prefix, such as {@code /sandbox}, to the service. */
    public Builder mount(String prefix, HttpService service) {
      if (!prefix.startsWith("/") || prefix.endsWith("/")) {
        throw new IllegalArgumentException(
            "a prefix starts with a slash and ends without: " + prefix);
      }
      if (mounts.put(prefix, service) != null) {
        throw new IllegalArgumentException("two services at " + prefix);
      }
      return this;
    }

    public Listener build() {
      return new Listener(name, host, port, routes, errors, limits, tls, mounts);
    }
  }
}
