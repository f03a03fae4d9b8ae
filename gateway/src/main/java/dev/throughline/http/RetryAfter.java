package dev.throughline.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The header {@code retry-after}: seconds or an HTTP date (RFC 9110 §10.2.3). */
public final class RetryAfter {
  private static final int MAX_DIGITS = 9;

  private RetryAfter() {}

  /**
   * Between nothing and {@code max}; empty if it is neither form.
   *
   * @param max a longer wait is a mistake of whoever sent it
   */
  public static Optional<Duration> parse(String value, Instant now, Duration max) {
    if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.of(
          value.length() > MAX_DIGITS
              ? max
              : clamp(Duration.ofSeconds(Long.parseLong(value)), max));
    }
    try {
      Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(clamp(Duration.between(now, until), max));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Duration clamp(Duration wait, Duration max) {
    return wait.isNegative() ? Duration.ZERO : wait.compareTo(max) > 0 ? max : wait;
  }
}
