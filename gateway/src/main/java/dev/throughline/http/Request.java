package dev.throughline.http;

import dev.throughline.message.Bytes;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request with its whole body, already inside its route's limit. Path parameters and query are
 * decoded and checked: no broken escapes, no NUL.
 */
public final class Request {
  private final String method;
  private final String rawPath;
  private final PathParameters parameters;
  private final Query query;
  private final Headers headers;
  private final Supplier<String> remoteAddress;
  private final Bytes body;
  private final InputStream stream;

  Request(
      String method,
      String rawPath,
      PathParameters parameters,
      Query query,
      Headers headers,
      Supplier<String> remoteAddress,
      Bytes body,
      InputStream stream) {
    this.method = method;
    this.rawPath = rawPath;
    this.parameters = parameters;
    this.query = query;
    this.headers = headers;
    this.remoteAddress = remoteAddress;
    this.body = body;
    this.stream = stream;
  }

  /**
   * A request without a server, for tests of handlers.
   *
   * @param target path and query as they stand in the request line
   * @throws IllegalArgumentException if path or query would have been answered with 400
   */
  public static Request of(
      String method, String target, Map<String, String> parameters, Headers headers, Bytes body) {
    int mark = target.indexOf('?');
    try {
      return new Request(
          method,
          mark < 0 ? target : target.substring(0, mark),
          parameters::get,
          mark < 0 ? Query.EMPTY : Query.parse(target.substring(mark + 1)),
          headers,
          () -> "127.0.0.1",
          body,
          new ByteArrayInputStream(body.array()));
    } catch (PercentCode.MalformedException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  public String method() {
    return method;
  }

  /** The path as it came, without the query. It may name people: not for logs. */
  public String rawPath() {
    return rawPath;
  }

  /**
   * The decoded value of {@code {name}} in the route's template; never empty.
   *
   * @throws IllegalArgumentException if the template has no such parameter
   */
  public String param(String name) {
    String value = parameters.find(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no parameter {" + name + "}");
    }
    return value;
  }

  public Headers headers() {
    return headers;
  }

  public Optional<String> header(String name) {
    return headers.first(name);
  }

  /** The first value of a query parameter; {@code +} is a space, as in forms. */
  public Optional<String> query(String name) {
    return queryAll(name).stream().findFirst();
  }

  /** The names of the query's parameters, each once. */
  public Set<String> queryNames() {
    return query.names();
  }

  /** Every value of a query parameter, in order. */
  public List<String> queryAll(String name) {
    return query.all(name);
  }

  /**
   * The first value of a query parameter in which a raw {@code +} stays a {@code +}: phone numbers,
   * identities and page tokens, which some SDKs send unescaped (conversation-api §0, trap 5).
   */
  public Optional<String> rawPlusQuery(String name) {
    return query.allRawPlus(name).stream().findFirst();
  }

  /**
   * The address of the peer that opened the connection, as a literal; a proxy's if there is one.
   */
  public String remoteAddress() {
    return remoteAddress.get();
  }

  /** The bytes exactly as they came, not inflated. */
  public Bytes body() {
    return body;
  }

  /**
   * The body as it comes, of a {@link Route#streamed} route; {@link #body} is empty then. Reading
   * fails past the route's limit and when the client leaves; a handler that lets that exception
   * through has it answered.
   */
  public InputStream stream() {
    return stream;
  }

  /** Method only: paths, headers and bodies hold what people wrote. */
  @Override
  public String toString() {
    return "Request[" + method + ", " + body.length() + " bytes]";
  }

  /** The values of a template's parameters in one matched path. */
  @FunctionalInterface
  interface PathParameters {
    @Nullable String find(String name);
  }
}
