package dev.throughline.http;

import dev.throughline.message.Bytes;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.Routing;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The whole of one listener's routing: Helidon parses the head of a request, everything after that
 * is decided here, in one pass: mount or route, body under the route's limit, handler, answer.
 */
final class HelidonRouting implements HttpRouting, Router {
  private static final System.Logger LOG = System.getLogger(HelidonRouting.class.getName());

  /** A request that no route takes is read to its end up to this size, to keep the connection. */
  private static final int UNROUTED_BODY_BYTES = 64 << 10;

  private static final byte[] NO_BYTES = new byte[0];

  private final Routes routes;
  private final Errors errors;
  private final AtomicBoolean closing;
  private final List<Mount> mounts;
  private final AtomicLong bodyBytesLeft;
  private final HttpSecurity security = HttpSecurity.create();

  private record Mount(String prefix, HttpRouting routing) {
    boolean holds(String path) {
      return path.startsWith(prefix)
          && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
  }

  /** A body was not read to its end: the connection cannot be used again. */
  private static final class UnreadException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Response answer;

    UnreadException(Response answer) {
      super("a body was not read to its end", null, false, false);
      this.answer = answer;
    }
  }

  /**
   * @param closing true once no further request is wanted: answers then say Connection: close
   */
  HelidonRouting(Listener listener, AtomicBoolean closing) {
    this.routes = new Routes(listener.routes());
    this.errors = listener.errors();
    this.closing = closing;
    this.bodyBytesLeft = new AtomicLong(listener.limits().bodyBytes());
    List<Mount> found = new ArrayList<>();
    listener
        .mounts()
        .forEach((prefix, service) ->
            found.add(new Mount(prefix, HttpRouting.builder().register(prefix, service).build())));
    this.mounts = List.copyOf(found);
  }

  @Override
  public void route(ConnectionContext context, RoutingRequest in, RoutingResponse out) {
    GuardedConnection connection = (GuardedConnection) context;
    String path = in.prologue().uriPath().rawPath();
    for (Mount mount : mounts) {
      if (mount.holds(path)) {
        connection.enter(GuardedConnection.Phase.HANDLING);
        mount.routing.route(context, in, out);
        connection.done();
        return;
      }
    }
    boolean keep = !closing.get() && !in.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
    Reservation reserved = new Reservation();
    Response answer;
    try {
      answer = answer(connection, path, in, reserved);
    } catch (UnreadException e) {
      send(connection, in, out, e.answer, false);
      connection.linger();
      throw new CloseConnectionException("did not read all of a body");
    } finally {
      reserved.release();
    }
    send(connection, in, out, answer, keep && !closing.get());
    if (!keep || closing.get()) {
      throw new CloseConnectionException("the last request of this connection");
    }
    connection.done();
  }

  private Response answer(
      GuardedConnection connection, String path, RoutingRequest in, Reservation reserved)
      throws UnreadException {
    String method = in.prologue().method().text();
    Routes.Match match;
    Query query = Query.EMPTY;
    try {
      match = routes.find(method, path);
      String rawQuery = in.prologue().query().rawValue();
      if (!rawQuery.isEmpty()) {
        query = Query.parse(rawQuery);
      }
    } catch (PercentCode.MalformedException e) {
      match = new Routes.Match.Failed(new HttpFailure.Malformed(400, message(e)));
    }
    switch (match) {
      case Routes.Match.Failed(HttpFailure failure) -> {
        readBody(connection, in, UNROUTED_BODY_BYTES, failure, reserved);
        return failed(failure);
      }
      case Routes.Match.Found(Route route, Request.PathParameters parameters)
          when route.streamed() -> {
        StreamedBody body = streamed(connection, in, route.bodyLimitBytes());
        Response answer =
            isEncoded(in)
                ? failed(new HttpFailure.UnsupportedEncoding())
                : handle(
                    route.handler(),
                    new Request(
                        method,
                        path,
                        parameters,
                        query,
                        headers(in),
                        connection::remoteAddress,
                        Bytes.EMPTY,
                        body));
        if (!body.isEnded()) {
          throw new UnreadException(answer);
        }
        return answer;
      }
      case Routes.Match.Found(Route route, Request.PathParameters parameters) -> {
        long limit = route.bodyLimitBytes();
        byte[] body =
            readBody(connection, in, limit, new HttpFailure.BodyTooLarge(limit), reserved);
        if (route.encoded() == Route.Encoded.REFUSED && isEncoded(in)) {
          return failed(new HttpFailure.UnsupportedEncoding());
        }
        connection.enter(GuardedConnection.Phase.HANDLING);
        return handle(
            route.handler(),
            new Request(
                method,
                path,
                parameters,
                query,
                headers(in),
                connection::remoteAddress,
                Bytes.wrap(body),
                InputStream.nullInputStream()));
      }
    }
  }

  private static StreamedBody streamed(
      GuardedConnection connection, RoutingRequest in, long limit) {
    boolean none =
        !in.headers().contains(HeaderNames.TRANSFER_ENCODING)
            && in.headers().contentLength().orElse(0) == 0;
    connection.allow(2 * limit + (64 << 10));
    return new StreamedBody(
        connection, none ? InputStream.nullInputStream() : in.content().inputStream(), limit);
  }

  private UnreadException refused(HttpFailure failure) {
    return new UnreadException(failed(failure));
  }

  private static String message(Exception e) {
    String message = e.getMessage();
    return message == null
        ? "The request cannot be read."
        : "The request cannot be read: " + message + ".";
  }

  private Response handle(Handler handler, Request request) {
    try {
      return handler.handle(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(new HttpFailure.Overloaded());
    } catch (CloseConnectionException e) {
      throw e;
    } catch (StreamedBody.BrokenException e) {
      return failed(e.failure());
    } catch (Exception | StackOverflowError | LinkageError | AssertionError e) {
      return failed(new HttpFailure.Unexpected(e));
    }
  }

  private Response failed(HttpFailure failure) {
    try {
      return errors.answer(failure);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "the error form failed", e);
      return Response.empty(failure.status());
    }
  }

  private static boolean isEncoded(RoutingRequest in) {
    return in.headers().contains(HeaderNames.CONTENT_ENCODING)
        && !in.headers().get(HeaderNames.CONTENT_ENCODING).get().equalsIgnoreCase("identity");
  }

  private static Headers headers(RoutingRequest in) {
    return name -> in.headers().all(HeaderNames.create(name), List::of);
  }

  /**
   * The body, if it is not larger than {@code limit}. Memory grows with what has come and not with
   * what was announced, and counts against the listener's budget.
   *
   * @param tooLarge the answer for a larger one
   */
  private byte[] readBody(
      GuardedConnection connection,
      RoutingRequest in,
      long limit,
      HttpFailure tooLarge,
      Reservation reserved)
      throws UnreadException {
    boolean chunked = in.headers().contains(HeaderNames.TRANSFER_ENCODING);
    long announced = chunked ? -1 : in.headers().contentLength().orElse(0);
    if (announced == 0) {
      return NO_BYTES;
    }
    if (announced > limit) {
      throw refused(tooLarge);
    }
    connection.enter(GuardedConnection.Phase.BODY);
    // Twice the limit leaves room for the framing of small chunks, and bounds an endless chunk-size
    // line, for which Helidon has no limit.
    connection.allow(2 * limit + (64 << 10));
    try {
      // Not closed: Helidon's stream reads an unwanted rest to its end when it is.
      InputStream stream = in.content().inputStream();
      int first = (int) Math.min(announced < 0 ? 1 << 10 : announced, 4 << 10);
      byte[] body = new byte[first];
      int length = 0;
      while (true) {
        if (length == body.length) {
          if (length == announced && stream.read() < 0) {
            return body;
          }
          body = reserved.grow(body, limit);
        }
        int count = stream.read(body, length, body.length - length);
        if (count < 0) {
          return length == body.length ? body : Arrays.copyOf(body, length);
        }
        length += count;
        if (length > limit) {
          throw refused(tooLarge);
        }
      }
    } catch (GuardedConnection.BudgetSpentException e) {
      throw refused(tooLarge);
    } catch (CloseConnectionException e) {
      throw e;
    } catch (IOException | DataReader.InsufficientDataAvailableException e) {
      throw new CloseConnectionException("the client left before the end of its body");
    } catch (RuntimeException e) {
      // Helidon's parser of chunks throws whatever its parts throw.
      boolean large =
          e instanceof RequestException refused
              && refused.status().code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code();
      throw refused(
          large
              ? tooLarge
              : new HttpFailure.Malformed(400, "The chunks of the body cannot be read."));
    }
  }

  /** Writes the answer within the write deadline of the listener. */
  private void send(
      GuardedConnection connection,
      RoutingRequest in,
      RoutingResponse out,
      Response answer,
      boolean keep) {
    connection.enter(GuardedConnection.Phase.WRITING);
    out.status(Status.create(answer.status()));
    fields(answer.headers()).forEach((name, values) -> out.header(WireHeader.of(name, values)));
    if (!keep) {
      out.header(HeaderValues.CONNECTION_CLOSE);
    }
    boolean head = in.prologue().method().text().equals("HEAD");
    try {
      switch (answer.body()) {
        case Response.Body.Whole(Bytes bytes) -> {
          if (head) {
            out.headers().contentLength(bytes.length());
          }
          out.send(head ? NO_BYTES : bytes.array());
        }
        case Response.Body.Sized(long length, Response.Body.Writer writer) -> {
          out.headers().contentLength(length);
          if (head || length == 0) {
            out.send(NO_BYTES);
          } else {
            stream(connection, out.outputStream(), writer);
            connection.enter(GuardedConnection.Phase.WRITING);
            out.commit();
          }
        }
        case Response.Body.Streamed(Response.Body.Writer writer) -> {
          if (head) {
            out.send(NO_BYTES);
          } else {
            stream(connection, out.outputStream(), writer);
            connection.enter(GuardedConnection.Phase.WRITING);
            out.commit();
          }
        }
      }
    } catch (CloseConnectionException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new CloseConnectionException("the client left before the end of its answer", e);
    }
  }

  private static void stream(
      GuardedConnection connection, OutputStream out, Response.Body.Writer writer) {
    connection.enter(GuardedConnection.Phase.HANDLING);
    try (OutputStream guarded = new GuardedStream(connection, out)) {
      writer.writeTo(guarded);
    } catch (IOException | RuntimeException e) {
      throw new CloseConnectionException("a streamed answer broke off", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CloseConnectionException("a streamed answer was stopped", e);
    }
  }

  /** One entry a name, in the order of first use: Helidon sets a header as a whole. */
  private static Map<String, List<String>> fields(List<Headers.Field> headers) {
    Map<String, List<String>> byName = LinkedHashMap.newLinkedHashMap(headers.size());
    for (Headers.Field field : headers) {
      byName.computeIfAbsent(field.name(), _ -> new ArrayList<>(1)).add(field.value());
    }
    return byName;
  }

  /** The answer to what failed before routing: Helidon could not read the head, or is full. */
  DirectHandler.TransportResponse beforeRouting(Status status) {
    int code = status.code();
    HttpFailure failure =
        switch (code) {
          case 503 -> new HttpFailure.Overloaded();
          case 413 -> new HttpFailure.BodyTooLarge(Route.BODY_LIMIT_BYTES);
          case 414 -> new HttpFailure.Malformed(code, "The request line is too long.");
          case 501 -> new HttpFailure.Malformed(code, "Send the body plain or chunked.");
          case 505 -> new HttpFailure.Malformed(code, "This server speaks HTTP/1.1.");
          // While we close, it is an idle connection: nobody asked for anything.
          case 500 ->
              closing.get()
                  ? new HttpFailure.Overloaded()
                  : new HttpFailure.Unexpected(new IllegalStateException("before routing"));
          default -> new HttpFailure.Malformed(400, "The request line or a header cannot be read.");
        };
    Response answer = failed(failure);
    ServerResponseHeaders headers = ServerResponseHeaders.create();
    fields(answer.headers()).forEach((name, values) -> headers.set(WireHeader.of(name, values)));
    byte[] body =
        answer.body() instanceof Response.Body.Whole(Bytes bytes) ? bytes.array() : NO_BYTES;
    return DirectHandler.TransportResponse.builder()
        .status(Status.create(answer.status()))
        .headers(headers)
        .keepAlive(false)
        .entity(body)
        .build();
  }

  /**
   * Helidon's own router holds its routings in the order of their identities, and so would pick an
   * empty one of its own at random.
   */
  @Override
  public <T extends Routing> T routing(Class<T> type, T otherwise) {
    return type.isInstance(this) ? type.cast(this) : otherwise;
  }

  @Override
  public List<? extends Routing> routings() {
    return List.of(this);
  }

  @Override
  public HttpSecurity security() {
    return security;
  }

  @Override
  public void beforeStart() {
    mounts.forEach(mount -> mount.routing.beforeStart());
  }

  @Override
  public void afterStart(WebServer server) {
    mounts.forEach(mount -> mount.routing.afterStart(server));
  }

  @Override
  public void afterStop() {
    mounts.forEach(mount -> mount.routing.afterStop());
  }

  /** What one request holds of the listener's budget for bodies. */
  private final class Reservation {
    private long held;

    byte[] grow(byte[] body, long limit) throws UnreadException {
      int length = (int) Math.min(2L * body.length, limit + 1);
      if (length > ServerLimits.UNCOUNTED_BODY_BYTES) {
        long more = length - held;
        if (bodyBytesLeft.addAndGet(-more) < 0) {
          bodyBytesLeft.addAndGet(more);
          throw refused(new HttpFailure.Overloaded());
        }
        held = length;
      }
      return Arrays.copyOf(body, length);
    }

    void release() {
      if (held > 0) {
        bodyBytesLeft.addAndGet(held);
      }
    }
  }

  /** Holds each single write of a streamed answer to the write deadline. */
  private static final class GuardedStream extends OutputStream {
    private final GuardedConnection connection;
    private final OutputStream out;

    GuardedStream(GuardedConnection connection, OutputStream out) {
      this.connection = connection;
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      connection.enter(GuardedConnection.Phase.WRITING);
      out.write(bytes, from, length);
      connection.enter(GuardedConnection.Phase.HANDLING);
    }

    @Override
    public void flush() throws IOException {
      connection.enter(GuardedConnection.Phase.WRITING);
      out.flush();
      connection.enter(GuardedConnection.Phase.HANDLING);
    }

    @Override
    public void close() throws IOException {
      connection.enter(GuardedConnection.Phase.WRITING);
      out.close();
    }
  }
}
