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

  /** Keeps the body, if it is not longer than {@code limit}. */
  Answer read(String method, int limit) throws IOException {
    return read(method, new Kept(limit));
  }

  /** Hands the body on as it comes. */
  Answer read(String method, Receiver receiver) throws IOException {
    return read(method, new Passed(receiver));
  }

  private Answer read(String method, Body body) throws IOException {
    for (int i = 0; i < MAX_INTERIM_ANSWERS; i++) {
      String line = line(headLeft);
      int code = statusOf(line);
      boolean persistent = line.startsWith("HTTP/1.1");
      List<Headers.Field> fields = fields();
      if (code >= 200) {
        status = OptionalInt.of(code);
        return body(method, code, persistent, fields, body);
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
      String method, int code, boolean persistent, List<Headers.Field> fields, Body body)
      throws IOException {
    Headers headers = Headers.of(fields);
    boolean keep =
        persistent
            && headers.all("connection").stream()
                .noneMatch(value -> value.toLowerCase(Locale.ROOT).contains("close"));
    boolean wanted = body.begins(code, headers);
    if (method.equals("HEAD") || code == 204 || code == 304) {
      return answered(code, headers, Bytes.EMPTY, keep);
    }
    if (!wanted) {
      return tooLarge(code, headers);
    }
    List<String> encodings = headers.all("transfer-encoding");
    List<String> lengths = headers.all("content-length");
    if (!encodings.isEmpty()) {
      if (encodings.size() != 1 || !encodings.getFirst().equalsIgnoreCase("chunked")) {
        throw new MalformedAnswerException("an unknown transfer encoding");
      }
      return chunks(body)
          ? answered(code, headers, body.bytes(), keep && lengths.isEmpty())
          : tooLarge(code, headers);
    }
    if (!lengths.isEmpty()) {
      long length = length(lengths);
      return take(length, body)
          ? answered(code, headers, body.bytes(), keep)
          : tooLarge(code, headers);
    }
    return takeAll(body) ? answered(code, headers, body.bytes(), false) : tooLarge(code, headers);
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

  /** False if the body would take no more of them. */
  private boolean chunks(Body body) throws IOException {
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
        return true;
      }
      if (!take(length, body)) {
        return false;
      }
      if (!line(CHUNK_LINE_BYTES).isEmpty()) {
        throw new MalformedAnswerException("a chunk does not end where it said");
      }
    }
  }

  private boolean take(long count, Body body) throws IOException {
    if (!body.fits(count)) {
      return false;
    }
    long left = count;
    while (left > 0) {
      fill();
      int piece = (int) Math.min(left, end - position);
      if (!pass(piece, body)) {
        return false;
      }
      left -= piece;
    }
    return true;
  }

  /** Up to the end of the stream; false if the body would take no more. */
  private boolean takeAll(Body body) throws IOException {
    while (true) {
      try {
        fill();
      } catch (EOFException e) {
        return true;
      }
      if (!body.fits(end - position) || !pass(end - position, body)) {
        return false;
      }
    }
  }

  private boolean pass(int count, Body body) {
    boolean more = body.takes(buffer, position, count);
    position += count;
    return more;
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

  /** Where a body goes. */
  private interface Body {
    boolean begins(int status, Headers headers);

    /** Whether so many more bytes have room. */
    boolean fits(long count);

    /** False if nothing more is wanted. */
    boolean takes(byte[] from, int at, int count);

    Bytes bytes();
  }

  /** A body that is handed on and not kept. */
  private record Passed(Receiver receiver) implements Body {
    @Override
    public boolean begins(int status, Headers headers) {
      return receiver.begins(status, headers);
    }

    @Override
    public boolean fits(long count) {
      return true;
    }

    @Override
    public boolean takes(byte[] from, int at, int count) {
      return receiver.takes(from, at, count);
    }

    @Override
    public Bytes bytes() {
      return Bytes.EMPTY;
    }
  }

  /** A body that grows with what comes and not with what was announced. */
  private static final class Kept implements Body {
    private final int limit;
    private byte[] bytes = new byte[0];
    private int length;

    Kept(int limit) {
      this.limit = limit;
    }

    @Override
    public boolean begins(int status, Headers headers) {
      return true;
    }

    @Override
    public boolean fits(long count) {
      return count <= limit - length;
    }

    @Override
    public boolean takes(byte[] from, int at, int count) {
      if (length + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(length + count, Math.min(limit, 2 * bytes.length)));
      }
      System.arraycopy(from, at, bytes, length, count);
      length += count;
      return true;
    }

    @Override
    public Bytes bytes() {
      return Bytes.wrap(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
    }
  }
}
