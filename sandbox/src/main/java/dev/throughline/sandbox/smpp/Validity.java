package dev.throughline.sandbox.smpp;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SMPP's time format (3.4 §7.1.1): {@code YYMMDDhhmmsstnnp}, absolute or relative. */
final class Validity {
  private static final Pattern TIME =
      Pattern.compile("(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d)(\\d\\d)([+R-])");
  private static final int DAYS_A_YEAR = 365;
  private static final int DAYS_A_MONTH = 30;
  private static final int QUARTER_MINUTES = 15;

  private Validity() {}

  /** Empty if it is not a time. */
  static Optional<Instant> expiry(String time, Instant now) {
    Matcher matcher = TIME.matcher(time);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int[] part = new int[9];
    for (int i = 1; i <= 8; i++) {
      part[i] = Integer.parseInt(matcher.group(i));
    }
    if (matcher.group(9).equals("R")) {
      long days = (long) part[1] * DAYS_A_YEAR + (long) part[2] * DAYS_A_MONTH + part[3];
      return Optional.of(
          now.plus(
              Duration.ofDays(days).plusHours(part[4]).plusMinutes(part[5]).plusSeconds(part[6])));
    }
    try {
      int offset = part[8] * QUARTER_MINUTES * 60;
      return Optional.of(
          LocalDateTime.of(2000 + part[1], part[2], part[3], part[4], part[5], part[6])
              .toInstant(
                  ZoneOffset.ofTotalSeconds(matcher.group(9).equals("+") ? offset : -offset)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
