package dev.throughline.media;

import dev.throughline.http.Headers;
import dev.throughline.http.HttpResult;
import dev.throughline.http.Receiver;
import dev.throughline.http.TargetPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One file at somebody's address, read in parts: a few requests, a few megabytes, a few seconds,
 * and never more, whatever its server does.
 */
final class WebFile {
  static final int HEAD_BYTES = 64 << 10;

  private static final int MAX_REQUESTS = 24;
  private static final long MAX_BYTES = 48L << 20;

  private final WebFiles web;
  private final String address;
  private final TargetPolicy policy;
  private final long end;
  private int requests;
  private long bytes;
  private byte[] window = new byte[0];
  private long windowAt;
  private Optional<Long> length = Optional.empty();
  private Headers headers = Headers.NONE;
  private int status;

  /** Whether the window is the whole file. */
  private boolean complete;

  WebFile(WebFiles web, String address, TargetPolicy policy, Duration time) {
    this.web = web;
    this.address = address;
    this.policy = policy;
    this.end = System.nanoTime() + time.toNanos();
  }

  /** The file cannot be had. {@code temporary}: it may be there a little later. */
  static final class UnreachableException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean temporary;

    UnreachableException(String why, boolean temporary) {
      super(why);
      this.temporary = temporary;
    }

    boolean isTemporary() {
      return temporary;
    }
  }

  /** More of it was asked for than may be. */
  static final class TooMuchException extends IOException {
    private static final long serialVersionUID = 1;

    TooMuchException() {
      super("more of the file would have to be read than is allowed");
    }
  }

  /**
   * Reads its first bytes.
   *
   * @param knownTag of the version that is known; then the answer may be empty: it is the same
   */
  Optional<byte[]> head(Optional<String> knownTag) throws IOException {
    List<Headers.Field> fields = new ArrayList<>();
    knownTag.ifPresent(tag -> fields.add(new Headers.Field("if-none-match", tag)));
    byte[] head = fetch(0, HEAD_BYTES, fields);
    if (status == 304) {
      return Optional.empty();
    }
    return Optional.of(head);
  }

  /**
   * Bytes {@code [from, from + count)}, or fewer at its end; small ones come from what was read.
   */
  byte[] read(long from, int count) throws IOException {
    if (length.isPresent() && from >= length.get()) {
      return new byte[0];
    }
    boolean held = from >= windowAt && from + count <= windowAt + window.length;
    boolean toEnd =
        length.isPresent()
            && from >= windowAt
            && windowAt + window.length >= length.get()
            && from <= windowAt + window.length;
    if (!held && !toEnd) {
      fetch(from, Math.max(count, 4 << 10), List.of());
    }
    int at = (int) (from - windowAt);
    return Arrays.copyOfRange(
        window, Math.min(at, window.length), Math.min(at + count, window.length));
  }

  /** All of it, if it is not larger than this. */
  byte[] whole(int maxBytes) throws IOException {
    if (complete) {
      return window;
    }
    if (length.isPresent() && length.get() > maxBytes) {
      throw new TooMuchException();
    }
    byte[] all = fetch(0, maxBytes + 1, List.of());
    if (all.length > maxBytes) {
      throw new TooMuchException();
    }
    complete = true;
    return all;
  }

  /** As its server tells. */
  Optional<Long> length() {
    return length;
  }

  Headers headers() {
    return headers;
  }

  private byte[] fetch(long from, int count, List<Headers.Field> more) throws IOException {
    complete = false;
    if (++requests > MAX_REQUESTS || bytes + count > MAX_BYTES) {
      throw new TooMuchException();
    }
    List<Headers.Field> fields = new ArrayList<>(more);
    fields.add(new Headers.Field("range", "bytes=" + from + "-" + (from + count - 1)));
    Part part = new Part(from, count);
    Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
    switch (web.get(address, policy, fields, part, left)) {
      case WebFiles.Found.NoAddress(String why) -> throw new UnreachableException(why, false);
      case WebFiles.Found.Silent(HttpResult.Cause cause) ->
          throw new UnreachableException(words(cause), isTemporary(cause));
      case WebFiles.Found.Answered(int code, Headers answered, var _) -> {
        bytes += part.read;
        status = code;
        if (code == 304) {
          return new byte[0];
        }
        if (code != 200 && code != 206 && code != 416) {
          throw new UnreachableException(
              HttpWords.of(code), code == 408 || code == 429 || code >= 500);
        }
        headers = answered;
        length = code == 200 ? announced(answered) : total(answered).or(() -> length);
        window = part.bytes();
        windowAt = from;
        return window;
      }
    }
  }

  private static Optional<Long> announced(Headers headers) {
    return headers.first("content-length").filter(WebFile::isNumber).map(Long::valueOf);
  }

  private static Optional<Long> total(Headers headers) {
    return headers
        .first("content-range")
        .map(value -> value.substring(value.indexOf('/') + 1))
        .filter(WebFile::isNumber)
        .map(Long::valueOf);
  }

  private static boolean isNumber(String text) {
    return text.matches("[0-9]{1,15}");
  }

  private static boolean isTemporary(HttpResult.Cause cause) {
    return switch (cause) {
      case REFUSED_TARGET, TLS_FAILED, MALFORMED -> false;
      case NAME_NOT_RESOLVED, CONNECT_FAILED, BUSY, DEADLINE, BROKEN, CLOSED -> true;
    };
  }

  private static String words(HttpResult.Cause cause) {
    return switch (cause) {
      case REFUSED_TARGET -> "The address may not be called";
      case NAME_NOT_RESOLVED -> "The name has no address";
      case CONNECT_FAILED -> "No connection";
      case TLS_FAILED -> "No TLS connection of version 1.2 or later with a valid certificate";
      case BUSY, CLOSED -> "Too many files are being looked at";
      case DEADLINE -> "Timed out";
      case BROKEN -> "The connection broke";
      case MALFORMED -> "The answer is not HTTP";
    };
  }

  /** Keeps what was asked for, from a server that sends that, or that sends all. */
  private static final class Part implements Receiver {
    private final long from;
    private final int count;
    private byte[] kept = new byte[0];
    private int filled;
    private long skip;
    private long read;

    Part(long from, int count) {
      this.from = from;
      this.count = count;
    }

    @Override
    public boolean begins(int status, Headers headers) {
      skip = status == 206 ? 0 : from;
      headers
          .first("content-length")
          .filter(WebFile::isNumber)
          .map(Long::valueOf)
          .ifPresent(length -> kept = new byte[(int) Math.max(0, Math.min(length - skip, count))]);
      return status == 200 || status == 206;
    }

    byte[] bytes() {
      return filled == kept.length ? kept : Arrays.copyOf(kept, filled);
    }

    @Override
    public boolean takes(byte[] bytes, int at, int length) {
      read += length;
      if (read > MAX_BYTES) {
        return false;
      }
      long skipped = Math.min(skip, length);
      skip -= skipped;
      int wanted = (int) Math.min(length - skipped, count - filled);
      if (filled + wanted > kept.length) {
        kept = Arrays.copyOf(kept, Math.min(count, Math.max(filled + wanted, 2 * kept.length)));
      }
      System.arraycopy(bytes, at + (int) skipped, kept, filled, wanted);
      filled += wanted;
      return filled < count;
    }
  }
}
