package dev.throughline.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code bench ingest} writes: everything measured, and what follows from it. */
record IngestReport(
    String benchmark,
    String at,
    Machine machine,
    Settings settings,
    List<Runner> candidates,
    List<Skipped> skipped,
    List<Round> rounds,
    Map<String, Summary> medians,
    Map<String, Spread> ratios,
    Optional<GatewayFacts> gateway,
    List<Verdict> verdicts) {

  record Settings(
      int rounds,
      double warmUpSeconds,
      double windowSeconds,
      int connections,
      double fixedPerSecond,
      int bodyBytes,
      int eventsPerBody,
      int users,
      long preparedBytesAtMost) {}

  record Runner(String name, String product, String keeps) {}

  record Skipped(String name, String reason) {}

  record Round(int round, List<String> order, List<Window> windows) {}

  /**
   * One candidate's window.
   *
   * @param phase {@code saturation} or {@code fixed}
   * @param countedPerSecond what ratios are made of: {@code answeredPerSecond}, or, where the
   *     backlog took longer to drain than the load had lasted, what was folded when it ended
   * @param cpuMicrosPerRequest of the server and its children
   * @param cpuMicrosByPart of the gateway while the load lasted, without what it made up for
   *     afterwards; empty for all others
   * @param processors of the whole machine while the load lasted
   * @param generatorLagMillisP99 how late the generator itself was, at the fixed rate
   */
  record Window(
      String candidate,
      String phase,
      double answeredPerSecond,
      double countedPerSecond,
      double seconds,
      Map<Integer, Long> statuses,
      long failures,
      long reconnects,
      double p50Millis,
      double p99Millis,
      double p999Millis,
      double maxMillis,
      double cpuMicrosPerRequest,
      Map<String, Double> cpuMicrosByPart,
      Processors processors,
      double generatorLagMillisP99,
      Optional<Long> backlog,
      Optional<Double> drainSeconds) {}

  /**
   * Over all rounds.
   *
   * @param idleShareAtSaturation of the machine's processors, as the next
   * @param fixedP99Millis of each round's window at the fixed rate
   * @param pooledP50Millis at the fixed rate, of all rounds' requests together, as the next two
   */
  record Summary(
      Spread answeredPerSecond,
      Spread countedPerSecond,
      Spread p99MillisAtSaturation,
      Spread cpuMicrosPerRequest,
      Spread idleShareAtSaturation,
      Spread stolenShareAtSaturation,
      Spread fixedP99Millis,
      double pooledP50Millis,
      double pooledP99Millis,
      double pooledP999Millis,
      long notOk) {}

  /**
   * What was asked of the gateway behind its back.
   *
   * @param accepted webhooks answered 200 in the whole run, warm-up too
   * @param entries webhook entries that the run added
   * @param messages messages that the fold made of them
   * @param cpuMicrosByPart microseconds a request at saturation while the load lasted
   * @param fixedCpuMicrosByPart the same at the fixed rate
   */
  record GatewayFacts(
      Map<String, String> durability,
      String fileSystem,
      long accepted,
      long entries,
      long messages,
      Map<String, Spread> cpuMicrosByPart,
      Map<String, Spread> fixedCpuMicrosByPart,
      long largestBacklog,
      double longestDrainSeconds,
      boolean everyBacklogDrainedInTime,
      long residentBytes,
      long postgresBytes) {}

  /** A condition that the project set itself. */
  record Verdict(String condition, double measured, boolean met) {}
}
