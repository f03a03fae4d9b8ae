package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.store.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * However large entries are, one read takes a bounded amount of memory, and reads on from there.
 */
class LogReadTest {
  private static final int LARGE = 1 << 20;
  private static final int ENTRIES = 20;

  @AutoClose private final TestDatabase test = TestDatabase.create();
  @TempDir Path data;

  @Test
  void aReadIsBoundedInBytesFromMemoryAndFromTheTables() {
    try (TestLog node = TestLog.open(test.database(), data)) {
      for (int i = 0; i < ENTRIES; i++) {
        node.append("x".repeat(LARGE));
      }
      assertThat(readAll(node.log())).isEqualTo(LongStream.range(0, ENTRIES).boxed().toList());
    }
    try (TestLog restarted = TestLog.open(test.database(), data)) {
      assertThat(readAll(restarted.log())).isEqualTo(LongStream.range(0, ENTRIES).boxed().toList());
    }
  }

  @Test
  void whatIsLargerThanARead() {
    try (TestLog node = TestLog.open(test.database(), data)) {
      node.append("small");
      node.append("x".repeat(Math.toIntExact(Log.MAX_READ)));
      node.append("small");
    }
    try (TestLog restarted = TestLog.open(test.database(), data)) {
      assertThat(restarted.log().read(0, 10)).hasSize(1);
      assertThat(restarted.log().read(1, 10)).hasSize(1);
      assertThat(restarted.log().read(2, 10)).hasSize(1);
    }
  }

  private static List<Long> readAll(Log log) {
    List<Long> indexes = new ArrayList<>();
    while (indexes.size() < ENTRIES) {
      List<LogEntry> read = log.read(indexes.size(), 500);
      assertThat((long) read.size() * LARGE).isBetween((long) LARGE, Log.MAX_READ);
      read.forEach(entry -> indexes.add(entry.index()));
    }
    return indexes;
  }
}
