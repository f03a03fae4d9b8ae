package dev.throughline.http;

import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer. Header names go out exactly as written here: SDKs look {@code www-authenticate} up in
 * a case-sensitive map (conversation-api §0, trap 1). Content-Length and Date are added on the way.
 */
public record Response(int status, List<Headers.Field> headers, Body body) {
  public Response {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("status " + status + " is not between 200 and 599");
    }
    headers = List.copyOf(headers);
  }

  /** What follows the headers. */
  public sealed interface Body {
    /** All of it at once. */
    record Whole(Bytes bytes) implements Body {}

    /** Written while it comes into being, chunked: exports, server-sent events. */
    record Streamed(Writer writer) implements Body {}

    /** Written while it is read from elsewhere, its length known: files. */
    record Sized(long length, Writer writer) implements Body {
      public Sized {
        if (length < 0) {
          throw new IllegalArgumentException("a length is not negative: " + length);
        }
      }
    }

    /**
     * Writes a streamed body on the request's thread. Each write and flush has the listener's write
     * deadline; a client that went away shows as an exception from the stream, which ends it.
     */
    @FunctionalInterface
    interface Writer {
      void writeTo(OutputStream out) throws IOException, InterruptedException;
    }
  }

  /** A status without a body. */
  public static Response empty(int status) {
    return new Response(status, List.of(), new Body.Whole(Bytes.EMPTY));
  }

  public static Response json(int status, Bytes json) {
    return of(status, "application/json", json);
  }

  public static Response of(int status, String contentType, Bytes bytes) {
    return new Response(
        status, List.of(new Headers.Field("Content-Type", contentType)), new Body.Whole(bytes));
  }

  public static Response streamed(int status, String contentType, Body.Writer writer) {
    return new Response(
        status, List.of(new Headers.Field("Content-Type", contentType)), new Body.Streamed(writer));
  }

  /** This answer with one more header line. */
  public Response with(String name, String value) {
    List<Headers.Field> more = new ArrayList<>(headers);
    more.add(new Headers.Field(name, value));
    return new Response(status, more, body);
  }
}
