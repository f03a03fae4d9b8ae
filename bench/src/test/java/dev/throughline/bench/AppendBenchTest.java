package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file keeps every entry whole, and the bench counts what its callers saw become durable. */
class AppendBenchTest {
  @TempDir private Path folder;

  @Test
  void theFileHoldsEveryEntryThatReturned() throws Exception {
    Path path = folder.resolve("append");
    List<Thread> callers = new ArrayList<>();
    AtomicLong failed = new AtomicLong();
    try (FileAppend file = new FileAppend(path)) {
      for (int caller = 0; caller < 16; caller++) {
        String name = "%02d".formatted(caller);
        callers.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    for (int i = 0; i < 20; i++) {
                      file.append(
                          (name + "-%03d\n".formatted(i)).getBytes(StandardCharsets.US_ASCII));
                    }
                  } catch (IOException | InterruptedException e) {
                    failed.incrementAndGet();
                  }
                }));
      }
      for (Thread caller : callers) {
        assertThat(caller.join(Duration.ofMinutes(2))).isTrue();
      }
    }
    assertThat(failed).hasValue(0);
    List<String> lines = Files.readAllLines(path);
    assertThat(lines).hasSize(320).doesNotHaveDuplicates();
    assertThat(lines.stream().filter(line -> line.startsWith("07-"))).isSorted().hasSize(20);
  }

  @Test
  void anEntryLargerThanABatchIsRefused() throws Exception {
    try (FileAppend file = new FileAppend(folder.resolve("append"))) {
      assertThatThrownBy(() -> file.append(new byte[(1 << 20) + 1]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void targetsTakeTurnsAndRatiosAreMadeRoundByRound() throws Exception {
    AtomicLong appended = new AtomicLong();
    AppendTarget fast = target("fast", appended, Duration.ofMillis(1));
    AppendTarget slow = target("slow", new AtomicLong(), Duration.ofMillis(5));
    AppendBench bench =
        new AppendBench(
            3,
            Duration.ofMillis(60),
            Duration.ZERO,
            List.of(2, 4),
            line -> {},
            RandomGenerator.of("L64X128MixRandom"));

    List<AppendBench.Window> windows = bench.run(List.of(fast, slow));

    assertThat(windows).hasSize(12);
    assertThat(windows)
        .extracting(AppendBench.Window::target)
        .startsWith("fast", "slow", "fast", "slow", "slow", "fast", "slow", "fast", "fast");
    assertThat(AppendBench.medians(windows))
        .containsOnlyKeys("fast @ 2", "slow @ 2", "fast @ 4", "slow @ 4");
    assertThat(AppendBench.ratios(windows, "fast", "slow"))
        .containsOnlyKeys("fast/slow @ 2", "fast/slow @ 4")
        .allSatisfy((pair, ratio) -> assertThat(ratio.median()).isGreaterThan(1));
    double counted =
        windows.stream()
            .filter(window -> window.target().equals("fast"))
            .mapToDouble(window -> window.entriesPerSecond() * 0.06)
            .sum();
    // Beyond what was counted, each caller of each window had at most one entry under way, and the
    // warm-up of no length at all appended one a caller.
    assertThat((double) appended.get()).isBetween(counted, counted + 3 * (2 + 4) + 2 + 4 + 1e-6);
  }

  @Test
  void aTargetThatFailsFailsTheBench() {
    AppendTarget broken =
        new AppendTarget() {
          @Override
          public String name() {
            return "broken";
          }

          @Override
          public void append(byte[] entry) throws IOException {
            throw new IOException("disk full");
          }

          @Override
          public void close() {}
        };
    AppendBench bench =
        new AppendBench(
            1,
            Duration.ofMillis(20),
            Duration.ofMillis(20),
            List.of(1),
            line -> {},
            RandomGenerator.of("L64X128MixRandom"));
    assertThatThrownBy(() -> bench.run(List.of(broken)))
        .isInstanceOf(IOException.class)
        .hasMessage("broken: disk full");
  }

  private static AppendTarget target(String name, AtomicLong appended, Duration delay) {
    return new AppendTarget() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void append(byte[] entry) throws InterruptedException {
        Thread.sleep(delay);
        appended.incrementAndGet();
      }

      @Override
      public void close() {}
    };
  }
}
