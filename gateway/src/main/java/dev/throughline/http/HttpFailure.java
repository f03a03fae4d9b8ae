package dev.throughline.http;

/**
 * Why a request was not answered by its handler. {@link Errors} turns it into an answer; {@link
 * #message()} never holds anything that the client or a person wrote.
 */
public sealed interface HttpFailure {
  /** The fitting HTTP status. */
  int status();

  /** One sentence that is safe to send. */
  String message();

  /** No route has this path. */
  record UnknownRoute() implements HttpFailure {
    @Override
    public int status() {
      return 404;
    }

    @Override
    public String message() {
      return "There is nothing at this path.";
    }
  }

  /** The path exists for other methods. {@code allow} is the value of the Allow header. */
  record WrongMethod(String allow) implements HttpFailure {
    @Override
    public int status() {
      return 405;
    }

    @Override
    public String message() {
      return "This path answers only to: " + allow + ".";
    }
  }

  /** The body is larger than its route takes. It was not read to its end. */
  record BodyTooLarge(long limitBytes) implements HttpFailure {
    @Override
    public int status() {
      return 413;
    }

    @Override
    public String message() {
      return "The body is larger than " + limitBytes + " bytes.";
    }
  }

  /** The route takes no encoded bodies; the contract knows no 415. */
  record UnsupportedEncoding() implements HttpFailure {
    @Override
    public int status() {
      return 400;
    }

    @Override
    public String message() {
      return "Send the body without a Content-Encoding.";
    }
  }

  /** The request cannot be read: its line, headers, framing, path or query. */
  record Malformed(int status, String message) implements HttpFailure {}

  /** The server has as much in hand as it may; nothing of the request was done. */
  record Overloaded() implements HttpFailure {
    @Override
    public int status() {
      return 503;
    }

    @Override
    public String message() {
      return "Too many requests at once; try again shortly.";
    }
  }

  /** The handler threw. The cause is for the log, never for the answer. */
  record Unexpected(Throwable cause) implements HttpFailure {
    @Override
    public int status() {
      return 500;
    }

    @Override
    public String message() {
      return "The server failed to answer this request.";
    }
  }
}
