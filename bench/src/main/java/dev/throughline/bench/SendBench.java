package dev.throughline.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * From {@code messages:send} to LINE's acceptance: how many sends a second the gateway accepts
 * while it sends, how many the emulated LINE then accepts from it, and how long after the 200 that
 * is. The judge is the emulator's own record.
 */
final class SendBench {
  /** LINE takes 2,000 pushes a second from an account. */
  static final int ACCOUNTS = 4;

  /** Sends to one person keep their order and wait for each other; these do not. */
  static final int FRIENDS_OF_EACH = 250;

  static final Duration DELIVERED_WITHIN = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);

  /** Prepared a second at saturation: more than one node sends. */
  private static final int MOST_PER_SECOND = 20_000;

  private final Sender sender;
  private final DeliveredMessages judge;
  private final Cpu cpu;
  private final LoadRunner load;
  private final Duration patience;
  private final Path answers;
  private final Consumer<String> progress;
  private long nextNumber = 1;

  /**
   * @param patience how long after its load a window's last delivery is waited for
   */
  SendBench(
      Sender sender,
      DeliveredMessages judge,
      Cpu cpu,
      LoadRunner load,
      Duration patience,
      Path folder,
      Consumer<String> progress) {
    this.sender = sender;
    this.judge = judge;
    this.cpu = cpu;
    this.load = load;
    this.patience = patience;
    this.answers = folder.resolve("answers");
    this.progress = progress;
  }

  /** Whose API is called, and for which apps. */
  record Sender(URI project, String keyId, String keySecret, List<SendRequests.Sender> apps) {
    Sender {
      apps = List.copyOf(apps);
    }
  }

  /** What each part of gateway, emulator and load took of the processor so far. */
  @FunctionalInterface
  interface Cpu {
    Map<String, Long> nanosByPart() throws IOException;
  }

  /**
   * One window.
   *
   * @param deliveredPerSecond delivered messages over the time from the window's start to the last
   *     delivery
   * @param p50Millis from the 200 of the send to the emulator's acceptance; the emulator's clock
   *     shows milliseconds
   * @param cpuMicrosOfAccepted by part, for each accepted send while the load lasted
   * @param cpuMicrosOfDelivered by part, for each delivered send until the last was
   */
  record Window(
      int round,
      String phase,
      Map<Integer, Long> statuses,
      long failures,
      double acceptedPerSecond,
      double deliveredPerSecond,
      long accepted,
      long delivered,
      long duplicates,
      double p50Millis,
      double p99Millis,
      Map<String, Double> cpuMicrosOfAccepted,
      Map<String, Double> cpuMicrosOfDelivered) {
    boolean isSaturated() {
      return phase.equals(IngestBench.SATURATION);
    }
  }

  /** What {@code bench send} writes. */
  record Report(
      String benchmark,
      String at,
      Machine machine,
      String product,
      Map<String, String> durability,
      String fileSystem,
      int accounts,
      int people,
      int connections,
      double fixedPerSecond,
      List<Window> windows,
      Map<String, Spread> medians,
      Map<String, Spread> cpuMicrosOfAccepted,
      Map<String, Spread> cpuMicrosOfDelivered,
      long residentBytes,
      List<IngestReport.Verdict> verdicts) {}

  List<Window> run(IngestBench.Plan plan) throws IOException, InterruptedException {
    List<Window> windows = new ArrayList<>();
    progress.accept("warming up for " + plan.warmUp().toSeconds() + " s");
    if (!plan.warmUp().isZero()) {
      Duration each = plan.warmUp().dividedBy(2);
      var _ = window(0, IngestBench.SATURATION, plan, each);
      var _ = window(0, IngestBench.FIXED, plan, each);
    }
    for (int round = 1; round <= plan.rounds(); round++) {
      for (String phase : List.of(IngestBench.SATURATION, IngestBench.FIXED)) {
        Window window = window(round, phase, plan, plan.window());
        windows.add(window);
        progress.accept(line(window, plan.rounds()));
      }
    }
    return windows;
  }

  static Map<String, Spread> medians(List<Window> windows) {
    Map<String, Spread> medians = new LinkedHashMap<>();
    medians.put(
        "acceptedPerSecondAtSaturation",
        spread(windows, IngestBench.SATURATION, Window::acceptedPerSecond));
    medians.put(
        "deliveredPerSecondAtSaturation",
        spread(windows, IngestBench.SATURATION, Window::deliveredPerSecond));
    medians.put("fixedP50Millis", spread(windows, IngestBench.FIXED, Window::p50Millis));
    medians.put("fixedP99Millis", spread(windows, IngestBench.FIXED, Window::p99Millis));
    return medians;
  }

  static List<IngestReport.Verdict> verdicts(List<Window> windows) {
    Spread accepted = spread(windows, IngestBench.SATURATION, Window::acceptedPerSecond);
    return List.of(
        Conditions.atLeast(
            "sends/s accepted, median", accepted.median(), Conditions.SENDS_PER_SECOND),
        Conditions.atLeast(
            "sends/s accepted in any window", accepted.min(), Conditions.SENDS_PER_SECOND_EVER),
        Conditions.atMost(
            "answered 200 and not delivered",
            (double) windows.stream().mapToLong(w -> w.accepted() - w.delivered()).sum(),
            0),
        Conditions.atMost(
            "delivered more than once",
            (double) windows.stream().mapToLong(Window::duplicates).sum(),
            0));
  }

  private static Spread spread(
      List<Window> windows, String phase, ToDoubleFunction<Window> number) {
    return Spread.of(
        windows.stream()
            .filter(window -> window.phase().equals(phase))
            .map(window -> number.applyAsDouble(window))
            .toList());
  }

  private Window window(int round, String phase, IngestBench.Plan plan, Duration length)
      throws IOException, InterruptedException {
    boolean fixed = phase.equals(IngestBench.FIXED);
    double perSecond = fixed ? plan.fixedPerSecond() : MOST_PER_SECOND;
    int requests = (int) Math.ceil(perSecond * length.toMillis() / 1000);
    long first = nextNumber;
    nextNumber += requests;
    long duplicatesBefore = judge.duplicates();
    Map<String, Long> before = cpu.nanosByPart();
    WindowResult result =
        load.run(
            new Generator.Order(
                null,
                new Generator.Load.Sends(
                    sender.project(), sender.keyId(), sender.keySecret(), sender.apps(), first),
                plan.connections(),
                fixed ? perSecond : 0,
                length.toMillis(),
                requests,
                answers.toString()));
    Map<String, Long> atTheEnd = cpu.nanosByPart();
    DeliveredMessages.Fate fate = await(first, answeredAt());
    Map<String, Long> atTheLast = cpu.nanosByPart();
    double seconds = Math.max(result.seconds(), (fate.last() - result.epochNanosAtStart()) / 1e9);
    return new Window(
        round,
        phase,
        result.statuses(),
        result.failures(),
        result.perSecond(),
        fate.delivered() / seconds,
        fate.owed(),
        fate.delivered(),
        judge.duplicates() - duplicatesBefore,
        fate.latency().quantileMillis(0.5),
        fate.latency().quantileMillis(0.99),
        CpuParts.microsEach(before, atTheEnd, result.ok()),
        CpuParts.microsEach(before, atTheLast, fate.delivered()));
  }

  /**
   * Waits until everything that was answered 200 was accepted by LINE, or nobody can expect it any
   * more.
   */
  private DeliveredMessages.Fate await(long first, long[] answeredAt)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    DeliveredMessages.Fate fate = judge.of(first, answeredAt);
    while (fate.delivered() < fate.owed() && System.nanoTime() < until) {
      Thread.sleep(POLL);
      fate = judge.of(first, answeredAt);
    }
    return fate;
  }

  /** When each of the requests was answered 200, or 0. */
  private long[] answeredAt() throws IOException {
    LongBuffer times = ByteBuffer.wrap(Files.readAllBytes(answers)).asLongBuffer();
    long[] answeredAt = new long[times.limit()];
    times.get(answeredAt);
    return answeredAt;
  }

  private static String line(Window window, int rounds) {
    return String.format(
        Locale.ROOT,
        "round %d of %d, %s: accepted %,.0f/s, delivered %,.0f/s, p50 %.1f ms, p99 %.1f ms;"
            + " a delivered send took %,.0f µs of a core",
        window.round(),
        rounds,
        window.phase(),
        window.acceptedPerSecond(),
        window.deliveredPerSecond(),
        window.p50Millis(),
        window.p99Millis(),
        window.cpuMicrosOfDelivered().values().stream().mapToDouble(micros -> micros).sum());
  }
}
