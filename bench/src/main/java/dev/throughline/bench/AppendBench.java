package dev.throughline.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Entries made durable a second by callers that each wait for theirs, targets in turn. */
final class AppendBench {
  /** As much as a sealed webhook of two events brings with it. */
  static final int ENTRY_BYTES = 1_024;

  private static final Duration JOINED_WITHIN = Duration.ofSeconds(60);

  private final int rounds;
  private final Duration window;
  private final Duration warmUp;
  private final List<Integer> callers;
  private final Consumer<String> progress;
  private final RandomGenerator random;

  AppendBench(
      int rounds,
      Duration window,
      Duration warmUp,
      List<Integer> callers,
      Consumer<String> progress,
      RandomGenerator random) {
    this.rounds = rounds;
    this.window = window;
    this.warmUp = warmUp;
    this.callers = List.copyOf(callers);
    this.progress = progress;
    this.random = random;
  }

  /** One target under one number of callers, once. */
  record Window(
      int round,
      String target,
      int callers,
      double entriesPerSecond,
      double p50Millis,
      double p99Millis) {}

  /** What {@code bench append} writes; keys of the maps are {@code target @ callers}. */
  record Report(
      String benchmark,
      String at,
      Machine machine,
      String fileSystem,
      int entryBytes,
      List<IngestReport.Skipped> skipped,
      List<Window> windows,
      Map<String, Spread> entriesPerSecond,
      Map<String, Spread> ratios) {}

  List<Window> run(List<AppendTarget> targets) throws IOException, InterruptedException {
    progress.accept("warming up for " + warmUp.toSeconds() + " s");
    for (AppendTarget target : targets) {
      for (int count : callers) {
        var _ = window(0, target, count, warmUp.dividedBy((long) targets.size() * callers.size()));
      }
    }
    List<Window> windows = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      List<AppendTarget> order = new ArrayList<>(targets);
      Collections.rotate(order, -round);
      for (int count : callers) {
        for (AppendTarget target : order) {
          windows.add(window(round + 1, target, count, window));
        }
      }
      progress.accept("round %d of %d: %s".formatted(round + 1, rounds, line(windows, round + 1)));
    }
    return windows;
  }

  static Map<String, Spread> medians(List<Window> windows) {
    Map<String, List<Double>> byKey = new LinkedHashMap<>();
    for (Window window : windows) {
      byKey
          .computeIfAbsent(key(window.target(), window.callers()), _ -> new ArrayList<>())
          .add(window.entriesPerSecond());
    }
    Map<String, Spread> medians = new LinkedHashMap<>();
    byKey.forEach((key, values) -> medians.put(key, Spread.of(values)));
    return medians;
  }

  /** Of one target to another, round by round, for each number of callers. */
  static Map<String, Spread> ratios(List<Window> windows, String target, String reference) {
    Map<Integer, List<Double>> byCallers = new LinkedHashMap<>();
    for (Window one : windows) {
      for (Window other : windows) {
        if (one.round() == other.round()
            && one.callers() == other.callers()
            && one.target().equals(target)
            && other.target().equals(reference)) {
          byCallers
              .computeIfAbsent(one.callers(), _ -> new ArrayList<>())
              .add(one.entriesPerSecond() / other.entriesPerSecond());
        }
      }
    }
    Map<String, Spread> ratios = new LinkedHashMap<>();
    byCallers.forEach(
        (count, values) -> ratios.put(target + "/" + key(reference, count), Spread.of(values)));
    return ratios;
  }

  /** The most that a target reached with any number of callers, against what is asked of it. */
  static List<IngestReport.Verdict> verdicts(List<Window> windows, String target) {
    double best =
        medians(windows).entrySet().stream()
            .filter(median -> median.getKey().startsWith(target + " @ "))
            .mapToDouble(median -> median.getValue().median())
            .max()
            .orElse(0);
    return List.of(
        Conditions.atLeast("entries/s of the " + target, best, Conditions.ENTRIES_PER_SECOND));
  }

  private Window window(int round, AppendTarget target, int count, Duration length)
      throws IOException, InterruptedException {
    List<Caller> running = new ArrayList<>();
    CountDownLatch start = new CountDownLatch(1);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    for (int i = 0; i < count; i++) {
      byte[] entry = new byte[ENTRY_BYTES];
      random.nextBytes(entry);
      running.add(new Caller(target, entry, start, length, failure));
    }
    List<Thread> threads =
        running.stream().map(caller -> Thread.ofVirtual().name("append").start(caller)).toList();
    start.countDown();
    for (Thread thread : threads) {
      if (!thread.join(length.plus(JOINED_WITHIN))) {
        throw new IOException(target.name() + " did not come to an end");
      }
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new IOException(target.name() + ": " + failed.getMessage(), failed);
    }
    Histogram latency = new Histogram();
    running.forEach(caller -> latency.add(caller.latency));
    return new Window(
        round,
        target.name(),
        count,
        latency.count() / (length.toNanos() / 1e9),
        latency.quantileMillis(0.5),
        latency.quantileMillis(0.99));
  }

  private static String key(String target, int callers) {
    return target + " @ " + callers;
  }

  private static String line(List<Window> windows, int round) {
    StringBuilder line = new StringBuilder();
    for (Window window : windows) {
      if (window.round() == round) {
        line.append(
            String.format(
                Locale.ROOT,
                "%s @ %d %,.0f/s  ",
                window.target(),
                window.callers(),
                window.entriesPerSecond()));
      }
    }
    return line.toString().strip();
  }

  /** Appends one after the other; what became durable after the window's end is not counted. */
  private static final class Caller implements Runnable {
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);

    private final AppendTarget target;
    private final byte[] entry;
    private final CountDownLatch start;
    private final Duration length;
    private final AtomicReference<@Nullable Exception> failure;
    private final Histogram latency = new Histogram();

    Caller(
        AppendTarget target,
        byte[] entry,
        CountDownLatch start,
        Duration length,
        AtomicReference<@Nullable Exception> failure) {
      this.target = target;
      this.entry = entry;
      this.start = start;
      this.length = length;
      this.failure = failure;
    }

    @Override
    public void run() {
      try {
        if (!start.await(STARTED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IOException("callers were not started");
        }
        long end = System.nanoTime() + length.toNanos();
        long before = System.nanoTime();
        while (before < end) {
          target.append(entry);
          long now = System.nanoTime();
          if (now <= end) {
            latency.record(now - before);
          }
          before = now;
        }
      } catch (IOException | InterruptedException | RuntimeException e) {
        failure.compareAndSet(null, e);
      }
    }
  }
}
