package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A month's entries and a day's payloads lie in a partition of their own, closed where the head
 * stood when the period ended; nobody who appends or reads notices.
 */
class PartitionsTest {
  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final ManualClock clock = new ManualClock("2026-11-29T23:59:00Z");

  @TempDir Path data;
  private TestLog node;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data, clock);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void aDaysPayloadsAndAMonthsEntriesAreClosedAtTheHead() throws SQLException {
    node.append("29 November");
    clock.set("2026-11-30T00:00:00Z");
    node.log().prepare();
    node.append("30 November");
    node.append("30 November");
    clock.set("2026-12-01T00:00:00Z");
    node.log().prepare();
    node.append("1 December");

    assertThat(partitions("payload"))
        .containsExactly(
            "payload_20261129 FOR VALUES FROM ('0') TO ('1')",
            "payload_20261130 FOR VALUES FROM ('1') TO ('3')",
            "payload_20261201 FOR VALUES FROM ('3') TO (MAXVALUE)");
    assertThat(partitions("entry"))
        .containsExactly(
            "entry_202611 FOR VALUES FROM ('0') TO ('3')",
            "entry_202612 FOR VALUES FROM ('3') TO (MAXVALUE)");
    assertThat(rows("payload_20261130")).isEqualTo(2);
    assertThat(rows("entry_202612")).isEqualTo(1);
    try (TestLog other = TestLog.open(database, data, clock)) {
      assertThat(other.log().read(0, 10))
          .extracting(LogEntry::body)
          .containsExactly(
              Optional.of(Bytes.utf8("29 November")),
              Optional.of(Bytes.utf8("30 November")),
              Optional.of(Bytes.utf8("30 November")),
              Optional.of(Bytes.utf8("1 December")));
    }
  }

  @Test
  void aPeriodWithoutEntriesLeavesNoPartition() throws SQLException {
    node.append("29 November");
    for (int day = 1; day <= 3; day++) {
      clock.set("2026-12-0" + day + "T00:00:00Z");
      node.log().prepare();
    }
    assertThat(partitions("payload"))
        .containsExactly(
            "payload_20261129 FOR VALUES FROM ('0') TO ('1')",
            "payload_20261203 FOR VALUES FROM ('1') TO (MAXVALUE)");
  }

  @Test
  void preparingTwiceOrWithAClockThatWentBackChangesNothing() throws SQLException {
    node.append("29 November");
    clock.set("2026-12-01T00:00:00Z");
    node.log().prepare();
    node.append("1 December");
    List<String> before = partitions("payload");
    node.log().prepare();
    clock.set("2026-11-29T12:00:00Z");
    node.log().prepare();
    node.append("29 November again");
    assertThat(partitions("payload")).isEqualTo(before);
    assertThat(rows("payload")).isEqualTo(3);
  }

  @Test
  void aNodeThatStartsOnALaterDayTurnsThePartitions() throws SQLException {
    node.append("29 November");
    clock.set("2026-12-01T08:00:00Z");
    try (TestLog other = TestLog.open(database, data, clock)) {
      other.append("1 December");
    }
    assertThat(rows("payload_20261201")).isEqualTo(1);
    assertThat(rows("entry_202612")).isEqualTo(1);
  }

  @Test
  void midnightIsNoticedByItself() {
    node.append("29 November");
    clock.set("2026-11-30T00:00:01Z");
    Patience.await().until(() -> partitions("payload").size() == 2);
  }

  @Test
  void appendsGoOnWhilePartitionsTurn() throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
        TestLog other = TestLog.open(database, data, clock)) {
      List<Future<List<Long>>> all = new ArrayList<>();
      for (int caller = 0; caller < 8; caller++) {
        all.add(
            callers.submit(() -> IntStream.range(0, 40).mapToObj(i -> node.append("x")).toList()));
      }
      for (int day = 1; day <= 5; day++) {
        clock.set("2026-12-0" + day + "T00:00:00Z");
        // Two nodes at once: one of them finds it done.
        Future<?> second = callers.submit(() -> other.log().prepare());
        node.log().prepare();
        second.get();
      }
      List<Long> indexes = new ArrayList<>();
      for (Future<List<Long>> each : all) {
        indexes.addAll(each.get());
      }
      assertThat(indexes).doesNotHaveDuplicates().hasSize(320);
      assertThat(rows("entry")).isEqualTo(320);
      assertThat(rows("payload")).isEqualTo(320);
    }
  }

  @Test
  void eventsAreRememberedForThirtyDays() throws SQLException {
    assertThat(partitions("seen")).hasSize(33);
    clock.set("2026-12-05T00:00:00Z");
    node.log().prepare();
    assertThat(partitions("seen")).hasSize(33).first().asString().startsWith("seen_20261105");
  }

  private List<String> partitions(String table) throws SQLException {
    try (Connection connection = database.connect("test");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                select c.relname || ' ' || pg_get_expr(c.relpartbound, c.oid)
                from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = '%s'::regclass order by 1
                """
                    .formatted(table))) {
      List<String> partitions = new ArrayList<>();
      while (rows.next()) {
        partitions.add(rows.getString(1));
      }
      return partitions;
    }
  }

  private long rows(String table) throws SQLException {
    try (Connection connection = database.connect("test");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + table)) {
      row.next();
      return row.getLong(1);
    }
  }
}
