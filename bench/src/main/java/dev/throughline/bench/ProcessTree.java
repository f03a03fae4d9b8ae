package dev.throughline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What Linux says of a process and its descendants, from {@code /proc}. Gone processes count 0. */
final class ProcessTree {
  private static final Path PROC = Path.of("/proc");

  /** {@code USER_HZ}: the unit of times in {@code /proc/<pid>/stat} on every Linux we run on. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private ProcessTree() {}

  /** User and system time of the whole tree. */
  static long cpuNanos(long pid) {
    return processes(pid).stream().mapToLong(ProcessTree::cpuNanosOf).sum();
  }

  /** User and system time of the JVMs in the tree. */
  static long javaCpuNanos(long pid) {
    return cpuNanos(pid, "java");
  }

  /** User and system time of the PostgreSQL processes in the tree. */
  static long postgresCpuNanos(long pid) {
    return cpuNanos(pid, "postgres");
  }

  private static long cpuNanos(long pid, String name) {
    return processes(pid).stream()
        .filter(named(name::equals))
        .mapToLong(ProcessTree::cpuNanosOf)
        .sum();
  }

  /** {@code VmRSS} of the JVMs in the tree. */
  static long javaResidentBytes(long pid) {
    return processes(pid).stream()
        .filter(named("java"::equals))
        .mapToLong(p -> kilobytes(PROC.resolve(p + "/status"), "VmRSS:"))
        .sum();
  }

  /**
   * {@code Pss} of the PostgreSQL processes in the tree: shared buffers are counted once, where the
   * sum of their resident sizes would count them once a connection.
   */
  static long postgresProportionalBytes(long pid) {
    return processes(pid).stream()
        .filter(named("postgres"::equals))
        .mapToLong(p -> kilobytes(PROC.resolve(p + "/smaps_rollup"), "Pss:"))
        .sum();
  }

  /** User and system time of this process alone. */
  static long cpuNanosOf(long pid) {
    return cpuTicks(PROC.resolve(pid + "/stat")) * NANOS_PER_TICK;
  }

  /** User and system time of the process's threads, by name; those of one name together. */
  static Map<String, Long> threadNanos(long pid) {
    Map<String, Long> nanos = new HashMap<>();
    try (Stream<Path> threads = Files.list(PROC.resolve(pid + "/task"))) {
      threads.forEach(thread ->
          nanos.merge(
              read(thread.resolve("comm")).strip(),
              cpuTicks(thread.resolve("stat")) * NANOS_PER_TICK,
              Long::sum));
    } catch (IOException gone) {
      return Map.of();
    }
    return nanos;
  }

  static String name(long pid) {
    return read(PROC.resolve(pid + "/comm")).strip();
  }

  /** The process and its descendants. */
  static List<Long> processes(long pid) {
    return ProcessHandle.of(pid)
        .map(handle -> Stream.concat(Stream.of(handle), handle.descendants()))
        .orElse(Stream.empty())
        .map(ProcessHandle::pid)
        .toList();
  }

  private static Predicate<Long> named(Predicate<String> wanted) {
    return pid -> wanted.test(name(pid));
  }

  /** Fields 14 and 15, counted from behind the name, which may hold spaces. */
  private static long cpuTicks(Path file) {
    String stat = read(file);
    int afterName = stat.lastIndexOf(')');
    if (afterName < 0) {
      return 0;
    }
    String[] fields = stat.substring(afterName + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static long kilobytes(Path file, String label) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(label))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
