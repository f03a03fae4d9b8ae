package dev.throughline.bench;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the parts of a gateway take of the processor: the threads of its JVM by their names, the
 * processes of PostgreSQL by whom they work for. A process that ended in between counts nowhere.
 */
final class CpuParts {
  private static final String POSTGRES = "PostgreSQL: ";

  /** By how the name of a thread begins; Linux keeps 15 characters of it. */
  private static final Map<String, String> THREADS = threads();

  private CpuParts() {}

  private static Map<String, String> threads() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("ForkJoinPool", "requests and calls");
    parts.put("http-loop", "requests and calls");
    parts.put("tasks", "tasks");
    parts.put("sequencer", "sequencer");
    parts.put("fold", "fold");
    parts.put("publisher", "publisher");
    parts.put("VM Thread", "collector");
    parts.put("GC", "collector");
    parts.put("C1", "compiler");
    parts.put("C2", "compiler");
    return parts;
  }

  /**
   * User and system time of each part so far, in nanoseconds.
   *
   * @param backends what PostgreSQL's processes do, by their ids
   */
  static Map<String, Long> nanos(long pid, Map<Long, String> backends) {
    Map<String, Long> nanos = new HashMap<>();
    for (long process : ProcessTree.processes(pid)) {
      switch (ProcessTree.name(process)) {
        case "java" ->
            ProcessTree.threadNanos(process)
                .forEach((thread, taken) -> nanos.merge(part(thread), taken, Long::sum));
        case "postgres" ->
            nanos.merge(
                POSTGRES + backends.getOrDefault(process, "the rest"),
                ProcessTree.cpuNanosOf(process),
                Long::sum);
        default -> {
          // The launcher's shell.
        }
      }
    }
    return nanos;
  }

  /** From one look to a later one, in microseconds for each of so many requests. */
  static Map<String, Double> microsEach(
      Map<String, Long> before, Map<String, Long> after, long requests) {
    Map<String, Double> micros = new LinkedHashMap<>();
    for (String part : new TreeSet<>(after.keySet())) {
      long taken = after.getOrDefault(part, 0L) - before.getOrDefault(part, 0L);
      micros.put(part, Math.max(0, taken) / 1e3 / Math.max(1, requests));
    }
    return micros;
  }

  /** Each part's spread over windows; one that a window did not have took nothing there. */
  static Map<String, Spread> spreads(List<Map<String, Double>> windows) {
    TreeSet<String> parts = new TreeSet<>();
    windows.forEach(window -> parts.addAll(window.keySet()));
    Map<String, Spread> spreads = new LinkedHashMap<>();
    for (String part : parts) {
      spreads.put(
          part, Spread.of(windows.stream().map(window -> window.getOrDefault(part, 0.0)).toList()));
    }
    return spreads;
  }

  private static String part(String thread) {
    return THREADS.entrySet().stream()
        .filter(known -> thread.startsWith(known.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("other threads");
  }
}
