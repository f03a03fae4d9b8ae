package dev.throughline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What became of the machine's processors between two looks: {@code idle} is the share of their
 * time in which nobody had work for them, waiting for the disk included; {@code stolen} the share
 * that the host gave to other machines while somebody here had. Both are 0 where the system does
 * not tell (it does on Linux, in {@code /proc/stat}, by the hundredth of a second).
 */
record Processors(double idle, double stolen) {
  static final Processors UNKNOWN = new Processors(0, 0);

  private static final Path STAT = Path.of("/proc/stat");

  // See proc(5). What follows is counted twice: a guest's time is its host's user time.
  private static final int IDLE = 3;
  private static final int IOWAIT = 4;
  private static final int STEAL = 7;
  private static final int COUNTED = 8;

  /** All processors' time since the machine started, in ticks, by what it was spent on. */
  static Optional<long[]> look() {
    try (var lines = Files.lines(STAT)) {
      return lines
          .findFirst()
          .map(line -> Arrays.stream(line.split(" +")).skip(1).mapToLong(Long::parseLong).toArray())
          .filter(ticks -> ticks.length >= COUNTED);
    } catch (IOException | NumberFormatException untold) {
      return Optional.empty();
    }
  }

  static Processors between(Optional<long[]> before, Optional<long[]> after) {
    if (before.isEmpty() || after.isEmpty()) {
      return UNKNOWN;
    }
    long[] spent = new long[COUNTED];
    for (int i = 0; i < COUNTED; i++) {
      spent[i] = Math.max(0, after.get()[i] - before.get()[i]);
    }
    long all = Arrays.stream(spent).sum();
    return all == 0
        ? UNKNOWN
        : new Processors((double) (spent[IDLE] + spent[IOWAIT]) / all, (double) spent[STEAL] / all);
  }
}
