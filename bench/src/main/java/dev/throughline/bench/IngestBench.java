package dev.throughline.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Webhooks acknowledged a second, all candidates alive at once: a warm-up, then rounds in which
 * each candidate has one window at saturation and one at a fixed rate, the order turning by one
 * from round to round. The next window starts only when the gateway has folded what the last one
 * left, so that nobody pays for another's work.
 */
final class IngestBench {
  static final String GATEWAY = "gateway";
  static final String SATURATION = "saturation";
  static final String FIXED = "fixed";

  /** Kept in the log for each accepted request of LINE. */
  private static final String WEBHOOK = "webhook";

  private static final Duration WARM_UP_WINDOW = Duration.ofSeconds(1);

  /** Progress is told after so many windows. */
  private static final int WARM_UP_REPORT = 10;

  private static final Duration DRAINED_WITHIN = Duration.ofMinutes(2);
  private static final Duration DRAIN_POLL = Duration.ofMillis(100);

  /** Prepared for a candidate whose speed is not known yet, a second. */
  private static final double FIRST_GUESS_PER_SECOND = 60_000;

  /** Room above the fastest window seen, so that windows end by time. */
  private static final double HEADROOM = 1.5;

  private final Plan plan;
  private final List<Candidate> candidates;
  private final Optional<GatewayUnderTest> gateway;
  private final LoadRunner load;
  private final Consumer<String> progress;
  private final Map<String, Double> fastest = new HashMap<>();
  private final Map<String, Histogram> fixedLatency = new HashMap<>();
  private final Map<String, Long> accepted = new HashMap<>();
  private final Map<String, Long> notOk = new HashMap<>();

  IngestBench(
      Plan plan,
      List<Candidate> candidates,
      Optional<GatewayUnderTest> gateway,
      LoadRunner load,
      Consumer<String> progress) {
    this.plan = plan;
    this.candidates = List.copyOf(candidates);
    this.gateway = gateway;
    this.load = load;
    this.progress = progress;
  }

  record Plan(
      int rounds, Duration window, Duration warmUp, int connections, double fixedPerSecond) {}

  /** What the rounds brought; the report adds where and with whom. */
  record Outcome(
      List<IngestReport.Round> rounds,
      Map<String, IngestReport.Summary> medians,
      Map<String, Spread> ratios,
      long accepted,
      long entries,
      long messages) {}

  Outcome run() throws IOException, InterruptedException {
    if (gateway.isPresent()) {
      gateway.get().settle();
    }
    long entriesBefore = gateway.isPresent() ? gateway.get().entriesOfKind(WEBHOOK) : 0;
    long messagesBefore = gateway.isPresent() ? gateway.get().messages() : 0;
    warmUp();
    List<IngestReport.Round> rounds = new ArrayList<>();
    for (int round = 0; round < plan.rounds(); round++) {
      rounds.add(round(round));
    }
    long entries = gateway.isPresent() ? gateway.get().entriesOfKind(WEBHOOK) - entriesBefore : 0;
    long messages = gateway.isPresent() ? gateway.get().messages() - messagesBefore : 0;
    Map<String, IngestReport.Summary> medians = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      medians.put(candidate.name(), summary(candidate.name(), rounds));
    }
    return new Outcome(
        rounds, medians, ratios(rounds), accepted.getOrDefault(GATEWAY, 0L), entries, messages);
  }

  private void warmUp() throws IOException, InterruptedException {
    long windows = Math.ceilDiv(plan.warmUp().toNanos(), WARM_UP_WINDOW.toNanos());
    for (long i = 0; i < windows; i++) {
      if (i % WARM_UP_REPORT == 0) {
        progress.accept("warming up: %d of %d s each".formatted(i, windows));
      }
      for (Candidate candidate : candidates) {
        var _ = window(candidate, SATURATION, WARM_UP_WINDOW);
      }
    }
    fixedLatency.clear();
  }

  private IngestReport.Round round(int round) throws IOException, InterruptedException {
    List<Candidate> order = new ArrayList<>(candidates);
    Collections.rotate(order, -round);
    List<IngestReport.Window> windows = new ArrayList<>();
    for (String phase : List.of(SATURATION, FIXED)) {
      for (Candidate candidate : order) {
        windows.add(window(candidate, phase, plan.window()));
      }
    }
    progress.accept("round %d of %d: %s".formatted(round + 1, plan.rounds(), line(windows)));
    return new IngestReport.Round(round + 1, order.stream().map(Candidate::name).toList(), windows);
  }

  private IngestReport.Window window(Candidate candidate, String phase, Duration length)
      throws IOException, InterruptedException {
    boolean fixed = phase.equals(FIXED);
    String name = candidate.name();
    double expected =
        fixed
            ? plan.fixedPerSecond()
            : fastest.getOrDefault(name, FIRST_GUESS_PER_SECOND) * HEADROOM;
    boolean inParts = name.equals(GATEWAY) && gateway.isPresent();
    Map<String, Long> partsBefore = inParts ? gateway.get().cpuNanosByPart() : Map.of();
    long cpuBefore = ProcessTree.cpuNanos(candidate.process());
    WindowResult result =
        load.run(
            new Generator.Order(
                candidate.load(),
                null,
                plan.connections(),
                fixed ? plan.fixedPerSecond() : 0,
                length.toMillis(),
                (int) Math.ceil(expected * length.toMillis() / 1000.0),
                null));
    long ended = System.nanoTime();
    Map<String, Long> partsAfter = inParts ? gateway.get().cpuNanosByPart() : Map.of();
    Drain drain =
        name.equals(GATEWAY) && gateway.isPresent() ? drain(gateway.get(), ended) : Drain.NONE;
    long cpu = ProcessTree.cpuNanos(candidate.process()) - cpuBefore;
    if (!fixed) {
      fastest.merge(name, result.perSecond(), Math::max);
    }
    accepted.merge(name, result.ok(), Long::sum);
    notOk.merge(name, result.notOk(), Long::sum);
    Histogram latency = Histogram.of(result.latency());
    if (fixed) {
      fixedLatency.computeIfAbsent(name, _ -> new Histogram()).add(latency);
    }
    return new IngestReport.Window(
        name,
        phase,
        result.perSecond(),
        counted(result, drain),
        result.seconds(),
        result.statuses(),
        result.failures(),
        result.reconnects(),
        latency.quantileMillis(0.5),
        latency.quantileMillis(0.99),
        latency.quantileMillis(0.999),
        latency.max() / 1e6,
        cpu / 1e3 / Math.max(1, result.ok()),
        CpuParts.microsEach(partsBefore, partsAfter, result.ok()),
        result.processors(),
        fixed ? Histogram.of(result.lag()).quantileMillis(0.99) : 0,
        drain.backlog(),
        drain.seconds());
  }

  /** What the fold still had to do when a window ended, and how long it took. */
  private record Drain(Optional<Long> backlog, Optional<Double> seconds) {
    static final Drain NONE = new Drain(Optional.empty(), Optional.empty());
  }

  private static Drain drain(GatewayUnderTest gateway, long start)
      throws IOException, InterruptedException {
    long first = gateway.backlog();
    long now = first;
    while (now > 0 && System.nanoTime() - start < DRAINED_WITHIN.toNanos()) {
      Thread.sleep(DRAIN_POLL);
      now = gateway.backlog();
    }
    if (now > 0) {
      throw new IOException(
          "the gateway still had %d entries to fold after %d s"
              .formatted(now, DRAINED_WITHIN.toSeconds()));
    }
    return new Drain(Optional.of(first), Optional.of((System.nanoTime() - start) / 1e9));
  }

  /** A backlog that outlives its load was borrowed speed: then only what was folded counts. */
  private static double counted(WindowResult result, Drain drain) {
    boolean borrowed = drain.seconds().filter(s -> s > result.seconds()).isPresent();
    if (!borrowed || result.seconds() == 0) {
      return result.perSecond();
    }
    long folded = Math.max(0, result.answered() - drain.backlog().orElse(0L));
    return folded / result.seconds();
  }

  private IngestReport.Summary summary(String candidate, List<IngestReport.Round> rounds) {
    Histogram fixed = fixedLatency.getOrDefault(candidate, new Histogram());
    return new IngestReport.Summary(
        spread(candidate, SATURATION, rounds, IngestReport.Window::answeredPerSecond),
        spread(candidate, SATURATION, rounds, IngestReport.Window::countedPerSecond),
        spread(candidate, SATURATION, rounds, IngestReport.Window::p99Millis),
        spread(candidate, SATURATION, rounds, IngestReport.Window::cpuMicrosPerRequest),
        spread(candidate, SATURATION, rounds, window -> window.processors().idle()),
        spread(candidate, SATURATION, rounds, window -> window.processors().stolen()),
        spread(candidate, FIXED, rounds, IngestReport.Window::p99Millis),
        fixed.quantileMillis(0.5),
        fixed.quantileMillis(0.99),
        fixed.quantileMillis(0.999),
        notOk.getOrDefault(candidate, 0L));
  }

  /** Each candidate against each that follows it in the list, so the gateway against all others. */
  private Map<String, Spread> ratios(List<IngestReport.Round> rounds) {
    Map<String, Spread> ratios = new LinkedHashMap<>();
    for (int i = 0; i < candidates.size(); i++) {
      for (int j = i + 1; j < candidates.size(); j++) {
        String one = candidates.get(i).name();
        String other = candidates.get(j).name();
        ratios.put(
            one + "/" + other,
            Spread.of(
                rounds.stream()
                    .map(round ->
                        window(round, one, SATURATION).countedPerSecond()
                            / window(round, other, SATURATION).countedPerSecond())
                    .toList()));
      }
    }
    return ratios;
  }

  private static Spread spread(
      String candidate,
      String phase,
      List<IngestReport.Round> rounds,
      ToDoubleFunction<IngestReport.Window> number) {
    Function<IngestReport.Round, Double> ofRound =
        round -> number.applyAsDouble(window(round, candidate, phase));
    return Spread.of(rounds.stream().map(ofRound).toList());
  }

  private static IngestReport.Window window(
      IngestReport.Round round, String candidate, String phase) {
    return round.windows().stream()
        .filter(w -> w.candidate().equals(candidate) && w.phase().equals(phase))
        .findFirst()
        .orElseThrow();
  }

  private static String line(List<IngestReport.Window> windows) {
    StringBuilder line = new StringBuilder();
    for (IngestReport.Window window : windows) {
      if (window.phase().equals(SATURATION)) {
        line.append(
            String.format(
                Locale.ROOT, "%s %,.0f/s  ", window.candidate(), window.answeredPerSecond()));
      }
    }
    return line.toString().strip();
  }
}
