package dev.throughline.channel;

import dev.throughline.message.Bytes;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP exchange with a provider. Whoever fulfils this follows no redirect, repeats nothing by
 * itself, and gives up at the deadline.
 */
@FunctionalInterface
public interface Transport {
  /** Bytes of an answer that are read where nothing else is said. */
  int MAX_ANSWER_BYTES = 64 * 1024;

  Answer exchange(Request request);

  /**
   * @param method an HTTP method in upper case
   * @param headers names in lower case
   * @param body empty for none
   * @param deadline how long everything may take, connecting included
   * @param maxAnswerBytes a longer answer is {@link Answer.TooLarge}
   */
  record Request(
      String method,
      URI uri,
      Map<String, String> headers,
      Bytes body,
      Duration deadline,
      int maxAnswerBytes) {
    public Request(
        String method, URI uri, Map<String, String> headers, Bytes body, Duration deadline) {
      this(method, uri, headers, body, deadline, MAX_ANSWER_BYTES);
    }

    public Request {
      headers = Map.copyOf(headers);
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("deadline must be positive, was: " + deadline);
      }
    }

    /** Shows neither headers nor the path, which may name a person. */
    @Override
    public String toString() {
      return "Request[" + method + ", body=" + body + "]";
    }
  }

  /** What is known after the exchange. {@code why}: a few words, without addresses or content. */
  sealed interface Answer {
    /** A whole answer; of a repeated header field, its first value; names in lower case. */
    record Answered(int status, Map<String, String> headers, Bytes body) implements Answer {
      public Answered {
        headers = Map.copyOf(headers);
      }

      @Override
      public String toString() {
        return "Answered[" + status + ", body=" + body + "]";
      }
    }

    /** An answer with a longer body than was asked for, which was not kept. */
    record TooLarge(int status, Map<String, String> headers) implements Answer {
      public TooLarge {
        headers = Map.copyOf(headers);
      }

      @Override
      public String toString() {
        return "TooLarge[" + status + "]";
      }
    }

    /** No byte of the request can have reached the provider: refused, unknown host, TLS. */
    record NotSent(String why) implements Answer {}

    /** The request or a part of it was written, and no whole answer came back. */
    record Unknown(String why) implements Answer {}
  }

  /** A header field by its name in any case. */
  static Optional<String> header(Map<String, String> headers, String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }
}
