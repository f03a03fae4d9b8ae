package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.throughline.store.StoreUnusable;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the benchmarks read from behind the gateway's back is what its log did: on a real PostgreSQL
 * found from the data directory alone.
 */
class LogAppendTest {
  @TempDir private Path data;

  @Test
  void everyAppendIsAnEntryThatTheDatabaseShows() throws Exception {
    try (AppendTarget log = open()) {
      GatewayDatabase database = GatewayDatabase.embeddedIn(data);
      long before = database.backlog();
      for (int i = 0; i < 20; i++) {
        log.append(new byte[AppendBench.ENTRY_BYTES]);
      }
      assertThat(database.entriesOfKind("webhook")).isEqualTo(20);
      assertThat(database.entriesOfKind("lead")).isZero();
      assertThat(database.backlog() - before).isEqualTo(20);
      assertThat(database.durability())
          .containsExactly(
              entry("fsync", "on"),
              entry("synchronous_commit", "on"),
              entry("full_page_writes", "on"));
      assertThat(database.toString()).doesNotContain("password");
    }
  }

  private AppendTarget open() {
    try {
      return LogAppend.open(data);
    } catch (StoreUnusable e) {
      return abort("embedded PostgreSQL: " + e.getMessage());
    }
  }
}
