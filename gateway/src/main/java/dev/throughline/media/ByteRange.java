package dev.throughline.media;

/** What a Range header asks for (RFC 9110 §14.2): one range of bytes; several are not offered. */
sealed interface ByteRange {
  /** Bytes {@code [from, to)}. */
  record Part(long from, long to) implements ByteRange {}

  /** Not understood, or several: the whole file is a valid answer. */
  record Whole() implements ByteRange {}

  /** Understood, and beyond the end. */
  record Impossible() implements ByteRange {}

  static ByteRange parse(String value, long length) {
    if (!value.matches("bytes=[0-9]{0,18}-[0-9]{0,18}") || value.equals("bytes=-")) {
      return new Whole();
    }
    int dash = value.indexOf('-');
    String first = value.substring("bytes=".length(), dash);
    String last = value.substring(dash + 1);
    if (first.isEmpty()) {
      long wanted = Math.min(Long.parseLong(last), length);
      return wanted == 0 ? new Impossible() : new Part(length - wanted, length);
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? length : Math.min(length, Long.parseLong(last) + 1);
    if (!last.isEmpty() && Long.parseLong(last) < from) {
      return new Whole();
    }
    return from >= length ? new Impossible() : new Part(from, to);
  }
}
