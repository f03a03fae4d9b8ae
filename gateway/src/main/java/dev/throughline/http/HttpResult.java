package dev.throughline.http;

import dev.throughline.message.Bytes;
import java.util.OptionalInt;

/**
 * What became of a request. The line that matters runs between {@link NotSent} and {@link Unknown}:
 * it decides whether a message may be sent again. The client never sends again by itself.
 */
public sealed interface HttpResult {
  /** The whole answer, whatever its status. */
  record Answered(int status, Headers headers, Bytes body) implements HttpResult {
    public boolean isSuccess() {
      return status >= 200 && status < 300;
    }

    @Override
    public String toString() {
      return "Answered[" + status + ", " + body.length() + " bytes]";
    }
  }

  /** Not one byte of the request was handed to the network: the other side cannot have acted. */
  record NotSent(Cause cause) implements HttpResult {}

  /**
   * At least one byte was handed to the network and no whole answer came back: the other side may
   * or may not have acted. {@code status} is there if the answer broke off only after its head.
   */
  record Unknown(Cause cause, OptionalInt status) implements HttpResult {}

  /** An answer with a larger body than asked for; the rest was not read. */
  record TooLarge(int status, Headers headers) implements HttpResult {
    @Override
    public String toString() {
      return "TooLarge[" + status + "]";
    }
  }

  /** Why there is no answer: for log lines and metric labels, hence a closed set. */
  enum Cause {
    /** The policy refuses the port, or every address that the name has. */
    REFUSED_TARGET,
    /** The name has no address, or the resolver failed. */
    NAME_NOT_RESOLVED,
    /** No address took the connection. */
    CONNECT_FAILED,
    /** The handshake failed: certificate, host name, protocol. */
    TLS_FAILED,
    /** As many requests are under way to this target, or at all, as may be. */
    BUSY,
    /** The deadline passed. */
    DEADLINE,
    /** The connection broke or ended before the answer was whole. */
    BROKEN,
    /** The answer is not HTTP/1.1, or its head is too large. */
    MALFORMED,
    /** The client is closing, or the calling thread was interrupted. */
    CLOSED
  }
}
