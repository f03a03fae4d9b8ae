package dev.throughline.sandbox.line;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Pages of a list: the token says where to go on and until when it may be used. */
final class Continuation {
  static final Duration LIFE = Duration.ofHours(24);

  /**
   * @param next empty on the last page
   */
  record Page<T>(List<T> items, Optional<String> next) {}

  private Continuation() {}

  /** Empty if the token is not one of ours, or too old. */
  static <T> Optional<Page<T>> page(List<T> all, int limit, String start, Instant now) {
    int from = 0;
    if (!start.isEmpty()) {
      Optional<Integer> offset = offset(start, now);
      if (offset.isEmpty() || offset.get() > all.size()) {
        return Optional.empty();
      }
      from = offset.get();
    }
    int to = Math.min(all.size(), from + limit);
    return Optional.of(
        new Page<>(
            List.copyOf(all.subList(from, to)),
            to < all.size() ? Optional.of(token(to, now)) : Optional.empty()));
  }

  private static String token(int offset, Instant now) {
    String next = offset + " " + now.plus(LIFE).toEpochMilli();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(next.getBytes(StandardCharsets.US_ASCII));
  }

  private static Optional<Integer> offset(String start, Instant now) {
    try {
      String[] parts =
          new String(Base64.getUrlDecoder().decode(start), StandardCharsets.US_ASCII).split(" ");
      int offset = Integer.parseInt(parts[0]);
      boolean alive =
          parts.length == 2 && offset >= 0 && now.toEpochMilli() <= Long.parseLong(parts[1]);
      return alive ? Optional.of(offset) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static Answer invalidStart() {
    return Answer.error(400, "Invalid start param");
  }

  /** A number of the query; -1 if it is none. */
  static int number(String text, int absent) {
    if (text.isEmpty()) {
      return absent;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
