package dev.throughline.bench;

import java.io.IOException;
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
 * From {@code messages:send} to LINE's acceptance: how many sends a second the gateway accepts and
 * the emulated LINE then accepts from it, and how long after the 200 that is. The judge is the
 * emulator's own record.
 */
final class SendBench {
  private static final Duration DELIVERED_WITHIN = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);

  /** Sends to one person keep their order and wait for each other; these do not. */
  private static final int USERS = 200;

  /** Prepared a second at saturation: more than one node sends. */
  private static final int MOST_PER_SECOND = 20_000;

  private final SandboxGateway.Facts gateway;
  private final LoadRunner load;
  private final Path answers;
  private final Consumer<String> progress;
  private List<String> users = List.of();
  private long nextNumber = 1;

  SendBench(SandboxGateway.Facts gateway, LoadRunner load, Path folder, Consumer<String> progress) {
    this.gateway = gateway;
    this.load = load;
    this.answers = folder.resolve("answers");
    this.progress = progress;
  }

  /**
   * One window.
   *
   * @param deliveredPerSecond delivered messages over the time from the window's start to the last
   *     delivery
   * @param p50Millis from the 200 of the send to the emulator's acceptance; the emulator's clock
   *     shows milliseconds
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
      double p99Millis) {}

  /** What {@code bench send} writes. */
  record Report(
      String benchmark,
      String at,
      Machine machine,
      String product,
      Map<String, String> durability,
      String fileSystem,
      int connections,
      double fixedPerSecond,
      List<Window> windows,
      Map<String, Spread> medians,
      long residentBytes) {}

  List<Window> run(IngestBench.Plan plan) throws IOException, InterruptedException {
    List<Window> windows = new ArrayList<>();
    try (DeliveredMessages judge = new DeliveredMessages(gateway.line())) {
      users = judge.newUsers(USERS);
      judge.startFollowing();
      progress.accept("warming up for " + plan.warmUp().toSeconds() + " s");
      if (!plan.warmUp().isZero()) {
        var _ = window(0, IngestBench.FIXED, plan, plan.warmUp(), judge);
      }
      for (int round = 1; round <= plan.rounds(); round++) {
        for (String phase : List.of(IngestBench.SATURATION, IngestBench.FIXED)) {
          Window window = window(round, phase, plan, plan.window(), judge);
          windows.add(window);
          progress.accept(line(window, plan.rounds()));
        }
      }
    }
    return windows;
  }

  static Map<String, Spread> medians(List<Window> windows) {
    Map<String, Spread> medians = new LinkedHashMap<>();
    medians.put(
        "deliveredPerSecondAtSaturation",
        spread(windows, IngestBench.SATURATION, Window::deliveredPerSecond));
    medians.put(
        "acceptedPerSecondAtSaturation",
        spread(windows, IngestBench.SATURATION, Window::acceptedPerSecond));
    medians.put("fixedP50Millis", spread(windows, IngestBench.FIXED, Window::p50Millis));
    medians.put("fixedP99Millis", spread(windows, IngestBench.FIXED, Window::p99Millis));
    return medians;
  }

  private static Spread spread(
      List<Window> windows, String phase, ToDoubleFunction<Window> number) {
    return Spread.of(
        windows.stream()
            .filter(window -> window.phase().equals(phase))
            .map(window -> number.applyAsDouble(window))
            .toList());
  }

  private Window window(
      int round, String phase, IngestBench.Plan plan, Duration length, DeliveredMessages judge)
      throws IOException, InterruptedException {
    boolean fixed = phase.equals(IngestBench.FIXED);
    double perSecond = fixed ? plan.fixedPerSecond() : MOST_PER_SECOND;
    int requests = (int) Math.ceil(perSecond * length.toMillis() / 1000);
    long first = nextNumber;
    nextNumber += requests;
    long duplicatesBefore = judge.duplicates();
    WindowResult result =
        load.run(
            new Generator.Order(
                null,
                new Generator.Load.Sends(
                    gateway.api().resolve("/v1/projects/" + gateway.projectId()),
                    gateway.keyId(),
                    gateway.keySecret(),
                    gateway.appId(),
                    users,
                    first),
                plan.connections(),
                fixed ? perSecond : 0,
                length.toMillis(),
                requests,
                answers.toString()));
    Map<Long, Long> answeredAt = answeredAt(first);
    Map<Long, Long> deliveredAt = await(judge, answeredAt);
    Histogram latency = new Histogram();
    long last = result.epochNanosAtStart();
    long delivered = 0;
    for (Map.Entry<Long, Long> answered : answeredAt.entrySet()) {
      Long at = deliveredAt.get(answered.getKey());
      if (at != null) {
        delivered++;
        last = Math.max(last, at);
        latency.record(at - answered.getValue());
      }
    }
    double seconds = Math.max(result.seconds(), (last - result.epochNanosAtStart()) / 1e9);
    return new Window(
        round,
        phase,
        result.statuses(),
        result.failures(),
        result.perSecond(),
        delivered / seconds,
        answeredAt.size(),
        delivered,
        judge.duplicates() - duplicatesBefore,
        latency.quantileMillis(0.5),
        latency.quantileMillis(0.99));
  }

  /**
   * Waits until everything that was answered 200 was accepted by LINE, or nobody can expect it any
   * more.
   */
  private static Map<Long, Long> await(DeliveredMessages judge, Map<Long, Long> answeredAt)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + DELIVERED_WITHIN.toNanos();
    Map<Long, Long> deliveredAt = judge.acceptedAt();
    while (!deliveredAt.keySet().containsAll(answeredAt.keySet()) && System.nanoTime() < until) {
      Thread.sleep(POLL);
      deliveredAt = judge.acceptedAt();
    }
    return deliveredAt;
  }

  /** The numbers that were answered 200, with the time. */
  private Map<Long, Long> answeredAt(long first) throws IOException {
    LongBuffer times = ByteBuffer.wrap(Files.readAllBytes(answers)).asLongBuffer();
    Map<Long, Long> answeredAt = new LinkedHashMap<>();
    for (int i = 0; i < times.limit(); i++) {
      if (times.get(i) != 0) {
        answeredAt.put(first + i, times.get(i));
      }
    }
    return answeredAt;
  }

  private static String line(Window window, int rounds) {
    return String.format(
        Locale.ROOT,
        "round %d of %d, %s: accepted %,.0f/s, delivered %,.0f/s, p50 %.1f ms, p99 %.1f ms",
        window.round(),
        rounds,
        window.phase(),
        window.acceptedPerSecond(),
        window.deliveredPerSecond(),
        window.p50Millis(),
        window.p99Millis());
  }
}
