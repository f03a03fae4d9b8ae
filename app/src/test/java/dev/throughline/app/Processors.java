package dev.throughline.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * How long all threads of this JVM and of the processes below it, its PostgreSQL, have run and have
 * waited for a processor. On a machine that is busy with something else, the clock also counts what
 * the others take; this tells how much that was. Where Linux's /proc is missing it tells nothing.
 */
record Processors(long ran, long waited) {

  static Processors read() {
    Stream<Path> below =
        ProcessHandle.current()
            .descendants()
            .map(process -> Path.of("/proc", Long.toString(process.pid())));
    long[] sum = new long[2];
    Stream.concat(threads(), below)
        .map(Processors::schedule)
        .forEach(times -> {
          sum[0] += times[0];
          sum[1] += times[1];
        });
    return new Processors(sum[0], sum[1]);
  }

  /**
   * What it took since then, were we alone on the machine: what the clock says without the waiting,
   * but at least what was computed.
   *
   * @param clock how long that was by the clock
   */
  Duration alone(Duration clock) {
    Processors now = read();
    long without = clock.toNanos() - Math.max(0, now.waited - waited);
    return Duration.ofNanos(
        Math.min(clock.toNanos(), Math.max(without, Math.max(0, now.ran - ran))));
  }

  private static Stream<Path> threads() {
    Path tasks = Path.of("/proc/self/task");
    if (!Files.isDirectory(tasks)) {
      return Stream.empty();
    }
    try (Stream<Path> all = Files.list(tasks)) {
      return all.toList().stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  /** Nanoseconds run and waited; none of a thread that has ended. */
  private static long[] schedule(Path thread) {
    try {
      String[] words = Files.readString(thread.resolve("schedstat")).split(" ", 3);
      return new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])};
    } catch (IOException ended) {
      return new long[2];
    }
  }
}
