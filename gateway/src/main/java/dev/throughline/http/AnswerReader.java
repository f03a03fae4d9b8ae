package dev.throughline.http;

import dev.throughline.message.Bytes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads one HTTP/1.1 answer (RFC 9112) from a stream, within limits, and no byte more. */
final class AnswerReader {
  /** Status line and headers together; browsers and proxies stop between 8 and 256 KiB. */
  private static final int HEAD_BYTES = 64 << 10;

  private static final int CHUNK_LINE_BYTES = 1 << 10;
  private static final int MAX_INTERIM_ANSWERS = 8;

  private final InputStream in;
  private final byte[] buffer;
  private int position;
  private int end;
  private int headLeft = HEAD_BYTES;
  private OptionalInt status = OptionalInt.empty();

  AnswerReader(InputStream in, byte[] buffer) {
    this.in = in;
    this.buffer = buffer;
  }

  /** What came, and whether the connection can take another request. */
  record Answer(HttpResult result, boolean reusable) {}

  /** What came is not an answer of HTTP/1.1. */
  static final class MalformedAnswerException extends IOException {
    MalformedAnswerException(String message) {
      super(message);
    }
  }

  /** The status, once the head has been read. */
  OptionalInt status() {
    return status;
  }

  Answer read(String method, int limit) throws IOException {
    for (int i = 0; i < MAX_INTERIM_ANSWERS; i++) {
      String line = line(headLeft);
      int code = statusOf(line);
      boolean persistent = line.startsWith("HTTP/1.1");
      List<Headers.Field> fields = fields();
      if (code >= 200) {
        status = OptionalInt.of(code);
        return body(method, code, persistent, fields, limit);
      }
      if (code == 101) {
        throw new MalformedAnswerException("a switch of protocols that nobody asked for");
      }
    }
    throw new MalformedAnswerException("interim answers without end");
  }

  private static int statusOf(String line) throws MalformedAnswerException {
    boolean version = line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 ");
    boolean ended = line.length() == 12 || (line.length() > 12 && line.charAt(12) == ' ');
    long code = version && ended ? number(line.substring(9, 12), 10, 3) : -1;
    if (code < 100 || code > 599) {
      throw new MalformedAnswerException("not a status line");
    }
    return (int) code;
  }

  private List<Headers.Field> fields() throws IOException {
    List<Headers.Field> fields = new ArrayList<>();
    while (true) {
      String line = line(headLeft);
      if (line.isEmpty()) {
        return fields;
      }
      int colon = line.indexOf(':');
      if (colon < 1 || !HttpToken.isToken(line.substring(0, colon))) {
        throw new MalformedAnswerException("not a header line");
      }
      String value = line.substring(colon + 1).strip();
      fields.add(new Headers.Field(line.substring(0, colon), printable(value)));
    }
  }

  /** Answers may hold Latin-1 or worse in a header; it must not break the fields around it. */
  private static String printable(String value) {
    return HttpToken.isFieldValue(value) ? value : value.replaceAll("[^\\t -~]", "?").strip();
  }

  private Answer body(
      String method, int code, boolean persistent, List<Headers.Field> fields, int limit)
      throws IOException {
    Headers headers = Headers.of(fields);
    boolean keep =
        persistent
            && headers.all("connection").stream()
                .noneMatch(value -> value.toLowerCase(Locale.ROOT).contains("close"));
    if (method.equals("HEAD") || code == 204 || code == 304) {
      return answered(code, headers, Bytes.EMPTY, keep);
    }
    List<String> encodings = headers.all("transfer-encoding");
    List<String> lengths = headers.all("content-length");
    if (!encodings.isEmpty()) {
      if (encodings.size() != 1 || !encodings.getFirst().equalsIgnoreCase("chunked")) {
        throw new MalformedAnswerException("an unknown transfer encoding");
      }
      Body body = chunks(limit);
      return body == null
          ? tooLarge(code, headers)
          : answered(code, headers, body.bytes(), keep && lengths.isEmpty());
    }
    if (!lengths.isEmpty()) {
      long length = length(lengths);
      if (length > limit) {
        return tooLarge(code, headers);
      }
      Body body = new Body(limit);
      body.take((int) length);
      return answered(code, headers, body.bytes(), keep);
    }
    Body body = new Body(limit);
    return body.takeAll() ? answered(code, headers, body.bytes(), false) : tooLarge(code, headers);
  }

  private Answer answered(int code, Headers headers, Bytes body, boolean keep) {
    return new Answer(new HttpResult.Answered(code, headers, body), keep && position == end);
  }

  private static Answer tooLarge(int code, Headers headers) {
    return new Answer(new HttpResult.TooLarge(code, headers), false);
  }

  private static long length(List<String> values) throws MalformedAnswerException {
    String first = values.getFirst();
    long length = number(first, 10, 18);
    if (length < 0 || (values.size() > 1 && !values.stream().allMatch(first::equals))) {
      throw new MalformedAnswerException("no clear content length");
    }
    return length;
  }

  /** A number of at most {@code digits} ASCII digits, no sign; -1 for anything else. */
  private static long number(String text, int radix, int digits) {
    if (text.isEmpty() || text.length() > digits) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), radix) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * radix + digit;
    }
    return value;
  }

  /** Null if there is more than {@code limit} of them. */
  private @Nullable Body chunks(int limit) throws IOException {
    Body body = new Body(limit);
    while (true) {
      String line = line(CHUNK_LINE_BYTES);
      int extension = line.indexOf(';');
      String size = (extension < 0 ? line : line.substring(0, extension)).strip();
      long length = number(size, 16, 15);
      if (length < 0) {
        throw new MalformedAnswerException("not a chunk size");
      }
      if (length == 0) {
        fields();
        return body;
      }
      if (length > body.left()) {
        return null;
      }
      body.take((int) length);
      if (!line(CHUNK_LINE_BYTES).isEmpty()) {
        throw new MalformedAnswerException("a chunk does not end where it said");
      }
    }
  }

  /** A line without its end; a lone LF ends one too, as RFC 9112 §2.2 lets us. */
  private String line(int limit) throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      fill();
      int lineEnd = position;
      while (lineEnd < end && buffer[lineEnd] != '\n') {
        lineEnd++;
      }
      line.append(new String(buffer, position, lineEnd - position, StandardCharsets.ISO_8859_1));
      headLeft -= status.isPresent() ? 0 : lineEnd - position + 1;
      if (line.length() > limit || headLeft < 0) {
        throw new MalformedAnswerException("a line or the head is too long");
      }
      boolean complete = lineEnd < end;
      position = complete ? lineEnd + 1 : end;
      if (complete) {
        int length = line.length();
        boolean carriageReturn = length > 0 && line.charAt(length - 1) == '\r';
        return line.substring(0, carriageReturn ? length - 1 : length);
      }
    }
  }

  /** Makes sure that there is a byte to read. */
  private void fill() throws IOException {
    if (position == end) {
      int count = in.read(buffer);
      if (count < 0) {
        throw new EOFException("the answer ended early");
      }
      position = 0;
      end = count;
    }
  }

  /** A body that grows with what comes and not with what was announced. */
  private final class Body {
    private final int limit;
    private byte[] bytes = new byte[0];
    private int length;

    Body(int limit) {
      this.limit = limit;
    }

    int left() {
      return limit - length;
    }

    void take(int count) throws IOException {
      int left = count;
      while (left > 0) {
        fill();
        int piece = Math.min(left, end - position);
        append(piece);
        left -= piece;
      }
    }

    /** Up to the end of the stream; false if there is more than the limit. */
    boolean takeAll() throws IOException {
      while (true) {
        try {
          fill();
        } catch (EOFException e) {
          return true;
        }
        if (end - position > left()) {
          return false;
        }
        append(end - position);
      }
    }

    private void append(int count) {
      if (length + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(length + count, Math.min(limit, 2 * bytes.length)));
      }
      System.arraycopy(buffer, position, bytes, length, count);
      length += count;
      position += count;
    }

    Bytes bytes() {
      return Bytes.wrap(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
    }
  }
}
