package dev.throughline.sandbox.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** A reader that goes on from where it was misses nothing, or is told how much it missed. */
class JournalTest {
  private static List<Integer> values(Journal.Page<Integer> page) {
    return page.entries().stream().map(Journal.Entry::value).toList();
  }

  @Test
  void numbersAreContiguousAndPagesFollowOneAnother() {
    Journal<Integer> journal = new Journal<>(100, Long.MAX_VALUE, value -> 1);
    for (int i = 1; i <= 10; i++) {
      assertThat(journal.add(i)).isEqualTo(i);
    }
    Journal.Page<Integer> first = journal.after(0, 4);
    assertThat(values(first)).containsExactly(1, 2, 3, 4);
    assertThat(values(journal.after(first.next(), 100))).containsExactly(5, 6, 7, 8, 9, 10);
    assertThat(journal.after(10, 5).entries()).isEmpty();
    assertThat(journal.after(99, 5).next()).as("a cursor from the future is mended").isEqualTo(10);
    assertThat(values(journal.after(0, 2, value -> value % 3 == 0))).containsExactly(3, 6);
  }

  @Test
  void theOldestIsForgottenAndCounted() {
    Journal<Integer> journal = new Journal<>(3000, Long.MAX_VALUE, value -> 1);
    for (int i = 1; i <= 100_000; i++) {
      journal.add(i);
    }
    assertThat(journal.size()).isEqualTo(3000);
    Journal.Page<Integer> page = journal.after(96_000, 2);
    assertThat(page.forgotten()).isEqualTo(1000);
    assertThat(page.entries().getFirst()).isEqualTo(new Journal.Entry<>(97_001, 97_001));
  }

  @Test
  void weightIsBoundedButTheNewestIsAlwaysKept() {
    Journal<Integer> journal = new Journal<>(100, 10, value -> value);
    journal.add(4);
    journal.add(4);
    journal.add(4);
    assertThat(values(journal.after(0, 9))).containsExactly(4, 4);
    journal.add(50);
    assertThat(values(journal.after(0, 9))).containsExactly(50);
    journal.replace(4, 1);
    journal.add(9);
    assertThat(values(journal.after(0, 9))).containsExactly(1, 9);
  }

  @Test
  void noBytesAreTooManyForTheHeap() {
    long half = Runtime.getRuntime().maxMemory() / 64;
    Journal<Integer> journal = new Journal<>(100, Long.MAX_VALUE - 1, value -> half);
    journal.add(1);
    journal.add(2);
    journal.add(3);
    assertThat(values(journal.after(0, 9))).containsExactly(2, 3);
  }

  @Test
  void waitingEndsWithTheFirstWantedEntryOrWithTheTime() throws Exception {
    Journal<Integer> journal = new Journal<>(100, Long.MAX_VALUE, value -> 1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Journal.Page<Integer>> reading =
          () -> journal.await(0, 10, value -> value > 5, Duration.ofSeconds(5));
      var waiting = threads.submit(reading);
      journal.add(1);
      Thread.sleep(50);
      assertThat(waiting.isDone()).isFalse();
      journal.add(6);
      assertThat(values(waiting.get())).containsExactly(6);
    }
    assertThat(journal.await(2, 1, value -> true, Duration.ofMillis(20)).entries()).isEmpty();
  }

  @Test
  void closingWakesWhoWaits() throws Exception {
    Journal<Integer> journal = new Journal<>(100, Long.MAX_VALUE, value -> 1);
    long start = System.nanoTime();
    Thread.ofVirtual()
        .start(() -> {
          try {
            Thread.sleep(50);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          journal.close();
        });
    assertThat(journal.await(0, 1, value -> true, Duration.ofSeconds(10)).entries()).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }
}
