package dev.throughline.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Puts an {@link IngestReport} together, and shows it to people. */
final class IngestReports {
  private static final double MEGABYTE = 1e6;
  private static final double PERCENT = 100;

  /** Parts that take less, in microseconds a request, stand in the JSON only. */
  private static final double WORTH_A_WORD = 0.5;

  private IngestReports() {}

  static IngestReport of(
      String at,
      Machine machine,
      IngestBench.Plan plan,
      List<Candidate> candidates,
      List<IngestReport.Skipped> skipped,
      IngestBench.Outcome outcome,
      Optional<GatewayUnderTest> gateway,
      String fileSystem)
      throws IOException {
    Optional<IngestReport.GatewayFacts> facts =
        gateway.isEmpty()
            ? Optional.empty()
            : Optional.of(facts(gateway.get(), outcome, fileSystem));
    return new IngestReport(
        "ingest",
        at,
        machine,
        new IngestReport.Settings(
            plan.rounds(),
            plan.warmUp().toMillis() / 1e3,
            plan.window().toMillis() / 1e3,
            plan.connections(),
            plan.fixedPerSecond(),
            WebhookRequests.BODY_BYTES,
            WebhookRequests.EVENTS,
            WebhookRequests.USERS,
            PreparedRequests.MAX_BYTES),
        candidates.stream()
            .map(one -> new IngestReport.Runner(one.name(), one.product(), one.keeps()))
            .toList(),
        List.copyOf(skipped),
        outcome.rounds(),
        outcome.medians(),
        outcome.ratios(),
        facts,
        verdicts(outcome, facts));
  }

  static String table(IngestReport report) {
    StringBuilder table = new StringBuilder("\n");
    for (IngestReport.Runner runner : report.candidates()) {
      table.append(
          "%-8s %s; keeps %s%n".formatted(runner.name(), runner.product(), runner.keeps()));
    }
    for (IngestReport.Skipped one : report.skipped()) {
      table.append("%-8s skipped: %s%n".formatted(one.name(), one.reason()));
    }
    table.append(
        String.format(
            Locale.ROOT,
            "%n%-8s %10s %21s %9s %6s %8s | at %,.0f/s %8s %9s %9s | %9s %8s%n",
            "",
            "200/s",
            "range",
            "p99 ms",
            "idle %",
            "stolen %",
            report.settings().fixedPerSecond(),
            "p50 ms",
            "p99 ms",
            "p99.9 ms",
            "CPU us",
            "not 200"));
    report.medians().forEach((name, summary) -> table.append(row(name, summary)));
    table.append("\np99 ms at the fixed rate, of the rounds:\n");
    report
        .medians()
        .forEach((name, summary) -> table.append(spread(name, summary.fixedP99Millis())));
    table.append('\n');
    report.ratios().forEach((pair, ratio) -> table.append(spread(pair, ratio)));
    report.gateway().ifPresent(facts -> table.append(lines(facts)));
    report.verdicts().forEach(verdict -> table.append(Conditions.line(verdict)).append('\n'));
    return table.toString();
  }

  private static String spread(String name, Spread spread) {
    return String.format(
        Locale.ROOT,
        "%-18s %6.2f  (%.2f to %.2f)%n",
        name,
        spread.median(),
        spread.min(),
        spread.max());
  }

  private static String row(String name, IngestReport.Summary summary) {
    Spread rate = summary.countedPerSecond();
    return String.format(
        Locale.ROOT,
        "%-8s %,10.0f %21s %9.2f %6.0f %8.0f | %10s %8.2f %9.2f %9.2f | %9.1f %8d%n",
        name,
        rate.median(),
        String.format(Locale.ROOT, "%,.0f to %,.0f", rate.min(), rate.max()),
        summary.p99MillisAtSaturation().median(),
        PERCENT * summary.idleShareAtSaturation().median(),
        PERCENT * summary.stolenShareAtSaturation().median(),
        "",
        summary.pooledP50Millis(),
        summary.pooledP99Millis(),
        summary.pooledP999Millis(),
        summary.cpuMicrosPerRequest().median(),
        summary.notOk());
  }

  private static String lines(IngestReport.GatewayFacts facts) {
    return String.format(
        Locale.ROOT,
        """

        gateway  %s on %s
                 200s %,d, webhook entries %,d, messages %,d
                 largest backlog %,d, longest drain %.2f s
                 memory %.0f MB, PostgreSQL %.0f MB
                 CPU us a request while the load lasts: %s
                 the same at the fixed rate: %s
        """,
        facts.durability(),
        facts.fileSystem(),
        facts.accepted(),
        facts.entries(),
        facts.messages(),
        facts.largestBacklog(),
        facts.longestDrainSeconds(),
        facts.residentBytes() / MEGABYTE,
        facts.postgresBytes() / MEGABYTE,
        inWords(facts.cpuMicrosByPart()),
        inWords(facts.fixedCpuMicrosByPart()));
  }

  private static IngestReport.GatewayFacts facts(
      GatewayUnderTest gateway, IngestBench.Outcome outcome, String fileSystem) throws IOException {
    return new IngestReport.GatewayFacts(
        gateway.durability(),
        fileSystem,
        outcome.accepted(),
        outcome.entries(),
        outcome.messages(),
        parts(outcome, IngestBench.SATURATION),
        parts(outcome, IngestBench.FIXED),
        gatewayWindows(outcome)
            .flatMap(w -> w.backlog().stream())
            .mapToLong(n -> n)
            .max()
            .orElse(0),
        gatewayWindows(outcome)
            .flatMap(w -> w.drainSeconds().stream())
            .mapToDouble(s -> s)
            .max()
            .orElse(0),
        gatewayWindows(outcome)
            .allMatch(w -> w.drainSeconds().filter(s -> s > w.seconds()).isEmpty()),
        gateway.residentBytes(),
        ProcessTree.postgresProportionalBytes(gateway.pid()));
  }

  private static Map<String, Spread> parts(IngestBench.Outcome outcome, String phase) {
    return CpuParts.spreads(
        gatewayWindows(outcome)
            .filter(window -> window.phase().equals(phase))
            .map(IngestReport.Window::cpuMicrosByPart)
            .toList());
  }

  private static String inWords(Map<String, Spread> parts) {
    return parts.entrySet().stream()
        .filter(part -> part.getValue().median() >= WORTH_A_WORD)
        .map(part -> String.format(Locale.ROOT, "%s %.0f", part.getKey(), part.getValue().median()))
        .collect(Collectors.joining(", "));
  }

  private static Stream<IngestReport.Window> gatewayWindows(IngestBench.Outcome outcome) {
    return outcome.rounds().stream()
        .flatMap(round -> round.windows().stream())
        .filter(window -> window.candidate().equals(IngestBench.GATEWAY));
  }

  private static List<IngestReport.Verdict> verdicts(
      IngestBench.Outcome outcome, Optional<IngestReport.GatewayFacts> gateway) {
    if (gateway.isEmpty()) {
      return List.of();
    }
    IngestReport.GatewayFacts facts = gateway.get();
    List<IngestReport.Verdict> verdicts = new ArrayList<>();
    Function<String, Optional<Spread>> against =
        peer -> Optional.ofNullable(outcome.ratios().get(IngestBench.GATEWAY + "/" + peer));
    against
        .apply(Peers.SPRING)
        .ifPresent(ratio ->
            verdicts.add(
                Conditions.atLeast("gateway/spring", ratio.median(), Conditions.TO_SPRING)));
    against
        .apply(Peers.EXPRESS)
        .ifPresent(ratio ->
            verdicts.add(
                Conditions.atLeast("gateway/express", ratio.median(), Conditions.TO_EXPRESS)));
    Map<String, IngestReport.Summary> medians = outcome.medians();
    IngestReport.Summary summary = medians.get(IngestBench.GATEWAY);
    if (summary != null) {
      verdicts.add(
          Conditions.atMost(
              "p99 at the fixed rate, ms, median of the rounds",
              summary.fixedP99Millis().median(),
              Conditions.FIXED_P99_MILLIS));
    }
    verdicts.add(
        Conditions.atMost(
            "200s without a webhook entry, and the other way round",
            (double) Math.abs(facts.accepted() - facts.entries()),
            0));
    verdicts.add(
        Conditions.atMost(
            "events of webhooks without a message, and the other way round",
            (double) Math.abs(facts.entries() * WebhookRequests.EVENTS - facts.messages()),
            0));
    verdicts.add(
        Conditions.atMost(
            "resident memory, MB",
            facts.residentBytes() / MEGABYTE,
            Conditions.RESIDENT_MEGABYTES));
    return verdicts;
  }
}
