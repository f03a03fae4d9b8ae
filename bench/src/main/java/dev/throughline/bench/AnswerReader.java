package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/**
 * Reads HTTP/1.1 answers off one keep-alive connection, byte by byte as they come: the status and
 * where the answer ends, nothing else. Knows fixed lengths, chunks and answers without a body.
 */
final class AnswerReader {
  /** Longer than any head that a server under test has reason to send. */
  private static final int MAX_LINE = 8 << 10;

  private enum Place {
    STATUS,
    HEADERS,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS
  }

  private static final byte[] CONTENT_LENGTH = "content-length:".getBytes(US_ASCII);
  private static final byte[] CHUNKED = "transfer-encoding:chunked".getBytes(US_ASCII);
  private static final byte[] CLOSE = "connection:close".getBytes(US_ASCII);

  private final byte[] line = new byte[MAX_LINE];
  private int lineLength;
  private Place place = Place.STATUS;
  private int status;
  private long remaining;
  private boolean chunked;
  private boolean lengthKnown;
  private boolean closes;

  /** What {@link #read} found. */
  enum Progress {
    MORE,
    COMPLETE,
    MALFORMED
  }

  /** Forgets the answer before. */
  void reset() {
    lineLength = 0;
    place = Place.STATUS;
    status = 0;
    remaining = 0;
    chunked = false;
    lengthKnown = false;
    closes = false;
  }

  int status() {
    return status;
  }

  /** Whether the server closes the connection after this answer. */
  boolean closes() {
    return closes;
  }

  /** Consumes bytes until the answer is complete or there are none left. */
  Progress read(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      if (place == Place.BODY || place == Place.CHUNK) {
        int taken = (int) Math.min(remaining, bytes.remaining());
        bytes.position(bytes.position() + taken);
        remaining -= taken;
        if (remaining > 0) {
          return Progress.MORE;
        }
        if (place == Place.BODY) {
          return Progress.COMPLETE;
        }
        place = Place.CHUNK_END;
        continue;
      }
      byte next = bytes.get();
      if (next != '\n') {
        if (lineLength == MAX_LINE) {
          return Progress.MALFORMED;
        }
        if (next != '\r') {
          line[lineLength++] = next;
        }
        continue;
      }
      Progress progress = endOfLine();
      lineLength = 0;
      if (progress != Progress.MORE) {
        return progress;
      }
    }
    return Progress.MORE;
  }

  private Progress endOfLine() {
    return switch (place) {
      case STATUS -> statusLine();
      case HEADERS -> lineLength == 0 ? endOfHead() : header();
      case CHUNK_SIZE -> chunkSize();
      case CHUNK_END -> {
        place = Place.CHUNK_SIZE;
        yield lineLength == 0 ? Progress.MORE : Progress.MALFORMED;
      }
      case TRAILERS -> lineLength == 0 ? Progress.COMPLETE : Progress.MORE;
      case BODY, CHUNK -> throw new IllegalStateException("bodies have no lines");
    };
  }

  private Progress statusLine() {
    if (lineLength < 12 || line[0] != 'H') {
      return Progress.MALFORMED;
    }
    status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    place = Place.HEADERS;
    return status >= 100 && status <= 599 ? Progress.MORE : Progress.MALFORMED;
  }

  private Progress header() {
    if (startsWith(CONTENT_LENGTH)) {
      lengthKnown = true;
      remaining = 0;
      for (int i = CONTENT_LENGTH.length; i < lineLength; i++) {
        if (line[i] >= '0' && line[i] <= '9') {
          remaining = remaining * 10 + (line[i] - '0');
        } else if (line[i] != ' ') {
          return Progress.MALFORMED;
        }
      }
    } else if (startsWith(CHUNKED)) {
      chunked = true;
    } else if (startsWith(CLOSE)) {
      closes = true;
    }
    return Progress.MORE;
  }

  private Progress endOfHead() {
    if (status < 200) {
      reset();
      return Progress.MORE;
    }
    if (status == 204 || status == 304) {
      return Progress.COMPLETE;
    }
    if (chunked) {
      place = Place.CHUNK_SIZE;
      return Progress.MORE;
    }
    if (!lengthKnown) {
      return Progress.MALFORMED;
    }
    place = Place.BODY;
    return remaining == 0 ? Progress.COMPLETE : Progress.MORE;
  }

  private Progress chunkSize() {
    long size = 0;
    for (int i = 0; i < lineLength && line[i] != ';'; i++) {
      int digit = Character.digit(line[i], 16);
      if (digit < 0 || size > Integer.MAX_VALUE) {
        return Progress.MALFORMED;
      }
      size = size * 16 + digit;
    }
    if (lineLength == 0) {
      return Progress.MALFORMED;
    }
    remaining = size;
    place = size == 0 ? Place.TRAILERS : Place.CHUNK;
    return Progress.MORE;
  }

  /** Ignores case, and spaces after the colon. */
  private boolean startsWith(byte[] wanted) {
    int at = 0;
    for (byte want : wanted) {
      while (at < lineLength && line[at] == ' ') {
        at++;
      }
      if (at == lineLength || Character.toLowerCase(line[at]) != want) {
        return false;
      }
      at++;
    }
    return true;
  }
}
