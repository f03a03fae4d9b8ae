package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessorsTest {
  /** In the order of proc(5): user, nice, system, idle, iowait, irq, softirq, steal, guest, … */
  @Test
  void whoWaitsForTheDiskIsIdleAndAGuestIsNotCountedTwice() {
    long[] before = {1_000, 10, 500, 3_000, 40, 5, 6, 70, 900, 0};
    long[] after = {1_050, 10, 520, 3_010, 45, 5, 6, 85, 940, 0};

    Processors between = Processors.between(Optional.of(before), Optional.of(after));

    assertThat(between).isEqualTo(new Processors(0.15, 0.15));
  }

  @Test
  void whatIsNotToldIsNothing() {
    long[] look = {1, 2, 3, 4, 5, 6, 7, 8};

    assertThat(Processors.between(Optional.empty(), Optional.of(look)))
        .isEqualTo(Processors.UNKNOWN);
    assertThat(Processors.between(Optional.of(look), Optional.of(look)))
        .isEqualTo(Processors.UNKNOWN);
  }

  /** The first of the counts is the time of programs like this one. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aThreadThatWorksIsCounted() {
    long before = Processors.look().orElseThrow()[0];
    long deadline = System.nanoTime() + 5_000_000_000L;
    long now = before;
    while (now == before && System.nanoTime() < deadline) {
      now = Processors.look().orElseThrow()[0];
    }

    assertThat(now).isGreaterThan(before);
  }
}
