package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a process took is told by its parts, for each request, and a part may come and go. */
class CpuPartsTest {
  @Test
  void threadsAreKnownByTheirNames() throws InterruptedException {
    Thread busy = Thread.ofPlatform().name("sequencer").daemon(true).start(CpuPartsTest::spin);
    busy.join(200);

    assertThat(CpuParts.nanos(ProcessHandle.current().pid(), Map.of()))
        .containsKeys("compiler", "other threads")
        .hasEntrySatisfying("sequencer", taken -> assertThat(taken).isPositive());
    busy.interrupt();
  }

  @Test
  void aPartThatCameLaterBeganAtNothing() {
    assertThat(
            CpuParts.microsEach(
                Map.of("fold", 1_000_000L, "gone", 5L),
                Map.of("fold", 4_000_000L, "new", 500_000L),
                1_000))
        .containsExactly(entry("fold", 3.0), entry("new", 0.5));
  }

  @Test
  void aWindowWithoutAPartCountsAsNothing() {
    assertThat(CpuParts.spreads(List.of(Map.of("fold", 4.0), Map.of())))
        .containsOnlyKeys("fold")
        .hasEntrySatisfying(
            "fold", spread -> assertThat(spread.perRound()).containsExactly(4.0, 0.0));
  }

  private static void spin() {
    long end = System.nanoTime() + 10_000_000_000L;
    while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }
}
