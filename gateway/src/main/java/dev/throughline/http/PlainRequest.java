package dev.throughline.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request in the plainest form that HTTP/1.1 has, as programs write it: a path of letters, digits
 * and a few marks, headers on one line each, a body of a given length. Whatever else a request may
 * be, or whatever is wrong with it, is {@link Parsed.Other}: for a parser that knows all of HTTP.
 * So nothing is ever read in two ways.
 *
 * @param bodyFrom where the body begins among the bytes
 */
record PlainRequest(String method, String path, Headers headers, int bodyFrom, int bodyLength) {
  /** What some bytes begin with. */
  sealed interface Parsed {
    /** A request with its whole body. */
    record Whole(PlainRequest request) implements Parsed {}

    /**
     * The beginning of what may become one.
     *
     * @param inBody whether its head is there
     */
    record Cut(boolean inBody) implements Parsed {}

    record Other() implements Parsed {}
  }

  private static final Parsed CUT_IN_HEAD = new Parsed.Cut(false);
  private static final Parsed CUT_IN_BODY = new Parsed.Cut(true);
  private static final Parsed OTHER = new Parsed.Other();

  private static final byte[] VERSION = ascii("HTTP/1.1\r\n");

  /** Letters and digits apart. A percent sign or a question mark is not among them. */
  private static final String PATH_MARKS = "/-._~:";

  private static final boolean[] IN_PATH = alphanumericAnd(PATH_MARKS);
  private static final boolean[] IN_HOST = alphanumericAnd("-.");
  private static final boolean[] IN_TOKEN = token();

  /** They change how a message is framed, or what its sender waits for. */
  private static final Set<String> NOT_PLAIN =
      Set.of(
          "content-encoding",
          "expect",
          "http2-settings",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final int LONGEST_PATH = 1_024;
  private static final int MOST_DIGITS = 6;
  private static final int LARGEST_PORT = 65_535;

  /**
   * Reads the request that the bytes begin with.
   *
   * @param largest a longer one, with its body, is {@link Parsed.Other}
   */
  static Parsed parse(byte[] bytes, int largest) {
    return new Reader(bytes, largest).request();
  }

  /** One pass over the bytes. */
  private static final class Reader {
    private final byte[] bytes;
    private final int largest;
    private int at;

    // Names in lower case, and values, in turn.
    private final List<String> fields = new ArrayList<>(16);

    Reader(byte[] bytes, int largest) {
      this.bytes = bytes;
      this.largest = largest;
    }

    Parsed request() {
      String method = upTo(' ', IN_TOKEN);
      if (method == null) {
        return unfinished();
      }
      String path = upTo(' ', IN_PATH);
      if (path == null) {
        return unfinished();
      }
      if (path.length() > LONGEST_PATH) {
        return OTHER;
      }
      for (byte expected : VERSION) {
        if (at == bytes.length) {
          return CUT_IN_HEAD;
        }
        if (bytes[at++] != expected) {
          return OTHER;
        }
      }
      while (at < bytes.length && bytes[at] != '\r') {
        if (!field()) {
          return unfinished();
        }
      }
      if (at + 1 >= bytes.length) {
        return CUT_IN_HEAD;
      }
      if (bytes[at + 1] != '\n') {
        return OTHER;
      }
      at += 2;
      int length = bodyLength();
      if (length < 0 || length > largest - at) {
        return OTHER;
      }
      return bytes.length - at < length
          ? CUT_IN_BODY
          : new Parsed.Whole(new PlainRequest(method, path, headers(fields), at, length));
    }

    /** What ended too early: because there was no more, or because something else stood there. */
    private Parsed unfinished() {
      return at >= bytes.length ? CUT_IN_HEAD : OTHER;
    }

    /** Some characters of a kind, and what ends them; null if they end otherwise. */
    private @Nullable String upTo(char end, boolean[] kind) {
      int from = at;
      while (at < bytes.length && bytes[at] >= 0 && kind[bytes[at]]) {
        at++;
      }
      if (at == bytes.length || bytes[at] != end || at == from) {
        return null;
      }
      at++;
      return text(from, at - 1);
    }

    /** A header line; where it does not end well, {@code at} is at what is wrong, or at the end. */
    private boolean field() {
      String name = upTo(':', IN_TOKEN);
      if (name == null) {
        return false;
      }
      int from = at;
      while (at < bytes.length && isInValue(bytes[at])) {
        at++;
      }
      int end = at;
      if (at == bytes.length || bytes[at] != '\r') {
        return false;
      }
      at++;
      if (at == bytes.length || bytes[at] != '\n') {
        return false;
      }
      at++;
      while (from < end && isBlank(bytes[from])) {
        from++;
      }
      while (from < end && isBlank(bytes[end - 1])) {
        end--;
      }
      fields.add(name.toLowerCase(Locale.ROOT));
      fields.add(text(from, end));
      return true;
    }

    /** The length of the body, or less than 0 if the message is not plain. */
    private int bodyLength() {
      String length = null;
      boolean hasHost = false;
      for (int i = 0; i < fields.size(); i += 2) {
        String name = fields.get(i);
        String value = fields.get(i + 1);
        switch (name) {
          case "content-length" -> {
            if (length != null) {
              return -1;
            }
            length = value;
          }
          case "host" -> {
            if (hasHost || !isHost(value)) {
              return -1;
            }
            hasHost = true;
          }
          case "connection" -> {
            if (!value.equalsIgnoreCase("keep-alive")) {
              return -1;
            }
          }
          default -> {
            if (NOT_PLAIN.contains(name)) {
              return -1;
            }
          }
        }
      }
      return length == null || !hasHost ? -1 : number(length);
    }

    private String text(int from, int to) {
      return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
    }
  }

  private static int number(String digits) {
    if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = 10 * number + digit;
    }
    return number;
  }

  private static Headers headers(List<String> fields) {
    return name -> {
      List<String> values = new ArrayList<>(1);
      for (int i = 0; i < fields.size(); i += 2) {
        if (fields.get(i).equalsIgnoreCase(name)) {
          values.add(fields.get(i + 1));
        }
      }
      return values;
    };
  }

  /** A name, and perhaps a port. */
  private static boolean isHost(String value) {
    int colon = value.indexOf(':');
    int end = colon < 0 ? value.length() : colon;
    for (int i = 0; i < end; i++) {
      if (!IN_HOST[value.charAt(i)]) {
        return false;
      }
    }
    if (colon < 0) {
      return end > 0;
    }
    int port = number(value.substring(colon + 1));
    return end > 0 && port > 0 && port <= LARGEST_PORT;
  }

  private static boolean isInValue(byte b) {
    return b >= ' ' && b < 127 || b == '\t';
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private static boolean[] alphanumericAnd(String marks) {
    boolean[] kind = new boolean[128];
    for (char c = 0; c < kind.length; c++) {
      kind[c] = Character.isLetterOrDigit(c) || marks.indexOf(c) >= 0;
    }
    return kind;
  }

  private static boolean[] token() {
    boolean[] kind = new boolean[128];
    for (char c = 0; c < kind.length; c++) {
      kind[c] = HttpToken.isToken(String.valueOf(c));
    }
    return kind;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
