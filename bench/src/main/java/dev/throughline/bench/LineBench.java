package dev.throughline.bench;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * LINE's pure functions on one core, measured by JMH: messages rendered and events parsed a second,
 * golden files of all kinds in turn and each kind alone. One thread and the serial collector, so
 * that no other core helps.
 */
final class LineBench {
  static final String RENDER = "render";
  static final String PARSE = "parse";

  private static final List<String> JVM =
      List.of("-XX:+UseSerialGC", "-Xms512m", "-Xmx512m", "--sun-misc-unsafe-memory-access=allow");

  /** A JVM may compile a mix one way or another: three of them. */
  private static final int FORKS_OF_MIX = 3;

  private final Path root;
  private final Options.Kinds kinds;
  private final int rounds;
  private final Duration window;
  private final Duration warmUp;
  private final boolean isForked;
  private final Consumer<String> progress;

  /**
   * @param root the checkout, in which the golden files lie
   * @param isForked each measurement in a JVM of its own; only a test does without
   */
  LineBench(
      Path root,
      Options.Kinds kinds,
      int rounds,
      Duration window,
      Duration warmUp,
      boolean isForked,
      Consumer<String> progress) {
    this.root = root;
    this.kinds = kinds;
    this.rounds = rounds;
    this.window = window;
    this.warmUp = warmUp;
    this.isForked = isForked;
    this.progress = progress;
  }

  /**
   * @param inputs how many golden files take turns
   * @param perCoreSecond messages rendered, or events parsed, for a second of a core's time, each
   *     round of each JVM
   * @param perSecond the same by the clock: less where others use the core as well
   * @param microsEach of the median, of a core's time
   */
  record Row(
      String function,
      String kind,
      int inputs,
      Spread perCoreSecond,
      Spread perSecond,
      double microsEach) {}

  /** What {@code bench line} writes. */
  record Report(
      String benchmark,
      String at,
      Machine machine,
      List<String> jvm,
      List<Row> rows,
      List<IngestReport.Verdict> verdicts) {}

  Report run(String at, Machine machine) throws IOException {
    SortedMap<String, List<Composed>> messages = LineInputs.messages(root);
    SortedMap<String, List<Bytes>> webhooks = LineInputs.webhooks(root);
    List<Row> rows = new ArrayList<>();
    for (String kind : wanted(messages.keySet())) {
      int files = messages.getOrDefault(kind, List.of()).size();
      rows.add(row(RENDER, LineRenderBenchmark.class, kind, files, 1));
    }
    for (String kind : wanted(webhooks.keySet())) {
      List<Bytes> bodies = webhooks.getOrDefault(kind, List.of());
      double eventsEach = (double) LineInputs.events(bodies) / bodies.size();
      rows.add(row(PARSE, LineParseBenchmark.class, kind, bodies.size(), eventsEach));
    }
    return new Report("line", at, machine, JVM, rows, verdicts(rows));
  }

  private List<String> wanted(Set<String> all) {
    return all.stream()
        .filter(kind -> kinds == Options.Kinds.ALL || kind.equals(LineInputs.MIX))
        .toList();
  }

  static List<IngestReport.Verdict> verdicts(List<Row> rows) {
    return rows.stream()
        .filter(row -> row.kind().equals(LineInputs.MIX))
        .map(row ->
            Conditions.atLeast(
                (row.function().equals(RENDER) ? "messages/s rendered" : "events/s parsed")
                    + " by one core",
                row.perCoreSecond().median(),
                row.function().equals(RENDER)
                    ? Conditions.RENDERED_PER_SECOND
                    : Conditions.PARSED_PER_SECOND))
        .toList();
  }

  /** Operations by the clock, and by what the JVM took of a core. */
  private record Round(double perSecond, double perCpuSecond) {}

  private static Round round(IterationResult iteration) {
    double operations = counter(iteration, "operations");
    return new Round(
        iteration.getPrimaryResult().getScore(), operations / counter(iteration, "cpuNanos") * 1e9);
  }

  private static double counter(IterationResult iteration, String name) {
    var counted = iteration.getSecondaryResults().get(name);
    if (counted == null) {
      throw new IllegalStateException("JMH did not count " + name);
    }
    return counted.getScore();
  }

  private Row row(String function, Class<?> benchmark, String kind, int inputs, double countOfEach)
      throws IOException {
    List<Round> measured = measured(benchmark, kind);
    Spread ofCore =
        Spread.of(measured.stream().map(each -> each.perCpuSecond() * countOfEach).toList());
    Spread byClock =
        Spread.of(measured.stream().map(each -> each.perSecond() * countOfEach).toList());
    Row row = new Row(function, kind, inputs, ofCore, byClock, 1e6 / ofCore.median());
    progress.accept(line(row));
    return row;
  }

  static String line(Row row) {
    return String.format(
        Locale.ROOT,
        "%-7s %-24s %,12.0f/s a core  (%,.0f to %,.0f)  %.2f µs  by the clock %,.0f/s",
        row.function(),
        row.kind(),
        row.perCoreSecond().median(),
        row.perCoreSecond().min(),
        row.perCoreSecond().max(),
        row.microsEach(),
        row.perSecond().median());
  }

  /** Of each round of each JVM. */
  private List<Round> measured(Class<?> benchmark, String kind) throws IOException {
    try {
      RunResult result =
          new Runner(
                  new OptionsBuilder()
                      .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
                      .param("root", root.toString())
                      .param("kind", kind)
                      .threads(1)
                      .timeUnit(TimeUnit.SECONDS)
                      .forks(isForked ? (kind.equals(LineInputs.MIX) ? FORKS_OF_MIX : 1) : 0)
                      .jvmArgs(JVM.toArray(String[]::new))
                      .warmupIterations(1)
                      .warmupTime(TimeValue.nanoseconds(Math.max(1, warmUp.toNanos())))
                      .measurementIterations(rounds)
                      .measurementTime(TimeValue.nanoseconds(window.toNanos()))
                      .shouldFailOnError(true)
                      .verbosity(VerboseMode.SILENT)
                      .build())
              .runSingle();
      return result.getBenchmarkResults().stream()
          .flatMap(fork -> fork.getIterationResults().stream())
          .map(LineBench::round)
          .toList();
    } catch (RunnerException e) {
      throw new IOException("JMH could not measure " + kind + ": " + e.getMessage(), e);
    }
  }
}
