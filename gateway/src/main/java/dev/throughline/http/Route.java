package dev.throughline.http;

import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A method and a path template: {@code /hooks/line/{app}}, {@code /v1/projects/{p}/messages:send},
 * {@code /v1/projects/{p}/contacts/{id}:merge}. A parameter is one whole, non-empty segment, or
 * what stands before the {@code :verb} of the last one; its value is percent-decoded after
 * matching, so {@code %2F} stays inside its segment. Literals win over parameters. A GET route
 * answers HEAD too.
 *
 * @param prompt the handler for requests that need no thread of their own; {@code handler} answers
 *     the others in the same way
 */
public record Route(
    String method,
    String template,
    long bodyLimitBytes,
    Encoded encoded,
    boolean streamed,
    Handler handler,
    @Nullable PromptHandler prompt) {
  /**
   * Webhooks and API bodies alike: LINE's largest webhook is far below, and 1 MiB is our promise.
   */
  public static final long BODY_LIMIT_BYTES = 1L << 20;

  /** What happens to a body that names a Content-Encoding. It is never inflated. */
  public enum Encoded {
    /** 400: the handler parses, and would parse compressed bytes. */
    REFUSED,
    /** Passed on as it came: the handler verifies a signature over exactly these bytes. */
    RAW
  }

  public Route {
    if (!HttpToken.isToken(method)) {
      throw new IllegalArgumentException("not a method: " + method);
    }
    if (!template.startsWith("/")) {
      throw new IllegalArgumentException("a path template starts with a slash: " + template);
    }
    if (bodyLimitBytes < 0 || !streamed && bodyLimitBytes > Integer.MAX_VALUE >> 2) {
      throw new IllegalArgumentException("body limit out of range: " + bodyLimitBytes);
    }
  }

  public static Route of(String method, String template, Handler handler) {
    return new Route(method, template, BODY_LIMIT_BYTES, Encoded.REFUSED, false, handler, null);
  }

  public static Route get(String template, Handler handler) {
    return of("GET", template, handler);
  }

  public static Route post(String template, Handler handler) {
    return of("POST", template, handler);
  }

  public static Route put(String template, Handler handler) {
    return of("PUT", template, handler);
  }

  public static Route patch(String template, Handler handler) {
    return of("PATCH", template, handler);
  }

  public static Route delete(String template, Handler handler) {
    return of("DELETE", template, handler);
  }

  /** A POST route that answers most of its requests on an {@link EventLoop}. */
  public static Route promptPost(String template, PromptHandler handler) {
    return new Route(
        "POST",
        template,
        BODY_LIMIT_BYTES,
        Encoded.REFUSED,
        false,
        request -> awaited(handler, request),
        handler);
  }

  private static Response awaited(PromptHandler handler, Request request) throws Exception {
    try {
      return handler.handle(request).get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  /** The same route for bodies of another size. */
  public Route limit(long bytes) {
    return new Route(method, template, bytes, encoded, streamed, handler, prompt);
  }

  /** The same route for bodies that are verified before they are read: webhooks. */
  public Route rawBody() {
    return new Route(method, template, bodyLimitBytes, Encoded.RAW, streamed, handler, prompt);
  }

  /**
   * The same route for bodies that memory should not hold: the handler reads {@link Request#stream}
   * while they come, each piece within the listener's deadline for bodies.
   */
  public Route streamed(long limit) {
    return new Route(method, template, limit, encoded, true, handler, null);
  }
}
