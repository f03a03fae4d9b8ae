package dev.throughline.bench;

import dev.throughline.sandbox.line.LineEmulator;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * The judge of {@code bench send}: what the emulated LINE accepted on any of its accounts, by the
 * number in each text.
 */
final class DeliveredMessages implements AutoCloseable {
  private static final Pattern NUMBER =
      Pattern.compile(SendRequests.MARK + "(\\d{" + SendRequests.MARK_DIGITS + "})");
  private static final int FIRST_CAPACITY = 1 << 16;

  private final List<AcceptedSends> followed;
  private long[] acceptedAt = new long[FIRST_CAPACITY];
  private long duplicates;

  DeliveredMessages(List<LineEmulator> accounts) {
    followed =
        accounts.stream().map(line -> new AcceptedSends(line.control(), this::take)).toList();
    followed.forEach(AcceptedSends::start);
  }

  /**
   * What became of some sends so far.
   *
   * @param owed how many were answered 200
   * @param delivered how many of them were accepted
   * @param last epoch nanoseconds of the last acceptance; 0 if there was none
   * @param latency from the answer to the acceptance
   */
  record Fate(long owed, long delivered, long last, Histogram latency) {}

  /**
   * Of the sends that are numbered from {@code first} on.
   *
   * @param answeredAt epoch nanoseconds of each one's 200, or 0
   */
  synchronized Fate of(long first, long[] answeredAt) throws IOException {
    for (AcceptedSends each : followed) {
      each.check();
    }
    Histogram latency = new Histogram();
    long owed = 0;
    long delivered = 0;
    long last = 0;
    for (int i = 0; i < answeredAt.length; i++) {
      if (answeredAt[i] != 0) {
        owed++;
        int number = Math.toIntExact(first + i);
        long at = number < acceptedAt.length ? acceptedAt[number] : 0;
        if (at != 0) {
          delivered++;
          last = Math.max(last, at);
          latency.record(at - answeredAt[i]);
        }
      }
    }
    return new Fate(owed, delivered, last, latency);
  }

  /** Texts that were accepted more than once. */
  synchronized long duplicates() {
    return duplicates;
  }

  @Override
  public void close() {
    followed.forEach(AcceptedSends::close);
  }

  private synchronized void take(ObjectNode send) {
    Matcher numbers = NUMBER.matcher(send.path("text").asString(""));
    if (!numbers.find()) {
      return;
    }
    int number = Integer.parseInt(numbers.group(1));
    if (number >= acceptedAt.length) {
      acceptedAt = Arrays.copyOf(acceptedAt, Math.max(number + 1, 2 * acceptedAt.length));
    }
    if (acceptedAt[number] == 0) {
      acceptedAt[number] = epochNanos(send.path("at").asString());
    } else {
      duplicates++;
    }
  }

  private static long epochNanos(String instant) {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.parse(instant));
  }
}
