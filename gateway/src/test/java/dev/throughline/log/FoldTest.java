package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.log.CuttingLine.Cut;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every entry has its effect exactly once and in order, and what follows in memory is told exactly
 * once, whatever fails in between; an entry that cannot be applied is set aside alone.
 */
class FoldTest {
  private static final String READER = "test";

  @AutoClose private final TestDatabase test = TestDatabase.create();
  @AutoClose private final CuttingLine line = new CuttingLine(test);
  @AutoClose private final Database database = line.open();

  @TempDir Path data;
  private TestLog node;

  FoldTest() throws IOException {}

  @BeforeEach
  void open() throws SQLException {
    execute(
        "create table applied (index bigint primary key, body text not null,"
            + " by bigint default txid_current())");
    execute("create table begun (index bigint primary key, by bigint default txid_current())");
    node = TestLog.open(database, data);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void appliesEverythingInOrderFromMemoryAndFromTheTables() throws Exception {
    long epoch = node.lead();
    for (int i = 0; i < 50; i++) {
      node.append("before " + i);
    }
    try (TestLog other = TestLog.open(database, data);
        Applying applying = new Applying(node, epoch)) {
      for (int i = 0; i < 50; i++) {
        node.append("ours " + i);
        other.append("theirs " + i);
      }
      applying.await(151);
      assertThat(applied()).isEqualTo(LongStream.range(0, 151).boxed().toList());
      assertThat(applying.told).isEqualTo(applied());
      assertThat(bodies()).contains("before 0", "ours 49", "theirs 49");
    }
  }

  /** The machine may be busy for longer than a fold gathers, but not each time. */
  @Test
  void afterSomeWorkLetsMoreComeIn() throws Exception {
    long epoch = node.lead();
    try (Applying applying = new Applying(node, epoch)) {
      applying.beforeEach = _ -> work();
      boolean together = false;
      for (int i = 0; i < 40 && !together; i++) {
        applying.await(node.append("works") + 1);
        applying.attempts.set(0);
        node.append("one");
        work();
        applying.await(node.append("another") + 1);
        together = applying.attempts.get() == 1;
      }
      assertThat(together).isTrue();
    }
  }

  @Test
  void whoWaitsIsNotKeptWaiting() throws Exception {
    long epoch = node.lead();
    try (Applying applying = new Applying(node, epoch)) {
      Duration shortest = Patience.LONG;
      for (int i = 0; i < 40; i++) {
        applying.beforeEach = _ -> work();
        applying.await(node.append("works") + 1);
        applying.beforeEach = _ -> {};
        long position = node.append("one") + 1;
        long start = System.nanoTime();
        applying.await(position);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        shortest = took.compareTo(shortest) < 0 ? took : shortest;
      }
      assertThat(shortest).isLessThan(Duration.ofMillis(25));
    }
  }

  /** As long as makes a fold gather for as long as it ever does. */
  private static void work() {
    try {
      Thread.sleep(15);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void goesOnWhereItStood() throws Exception {
    long epoch = node.lead();
    node.append("one");
    try (Applying applying = new Applying(node, epoch)) {
      applying.await(2);
    }
    node.append("two");
    try (Applying applying = new Applying(node, epoch)) {
      applying.await(3);
      assertThat(applying.told).containsExactly(2L);
    }
    assertThat(applied()).containsExactly(0L, 1L, 2L);
  }

  @Test
  void whatFailsNowAndThenIsAppliedOnce() throws Exception {
    long epoch = node.lead();
    AtomicInteger failures = new AtomicInteger();
    try (Applying applying = new Applying(node, epoch)) {
      applying.beforeEach =
          entry -> {
            if (entry.index() % 7 == 3 && failures.incrementAndGet() % 3 != 0) {
              throw new IllegalStateException("now and then");
            }
          };
      for (int i = 0; i < 40; i++) {
        node.append("entry " + i);
      }
      applying.await(41);
      assertThat(applied()).isEqualTo(LongStream.range(0, 41).boxed().toList());
      assertThat(applying.told).isEqualTo(applied());
    }
    assertThat(failures.get()).isGreaterThan(1);
  }

  @Test
  void anEntryThatAlwaysFailsIsSetAsideAlone() throws Exception {
    long epoch = node.lead();
    for (int i = 0; i < 60; i++) {
      node.append("entry " + i);
    }
    try (Applying applying = new Applying(node, epoch)) {
      applying.beforeEach =
          entry -> {
            if (entry.index() == 23 || entry.index() == 47) {
              throw new IllegalStateException("always");
            }
          };
      applying.start();
      applying.await(61);
      assertThat(applying.setAside).containsExactly(23L, 47L);
      assertThat(applied()).hasSize(59).doesNotContain(23L, 47L);
      assertThat(applying.told).isEqualTo(applied());
    }
  }

  @Test
  void anEntryThatFailsByItselfIsSetAsideAtOnce() throws Exception {
    long epoch = node.lead();
    try (Applying applying = new Applying(node, epoch)) {
      applying.await(1);
      applying.attempts.set(0);
      applying.beforeEach =
          entry -> {
            throw new IllegalStateException("always");
          };
      node.append("alone");
      applying.await(2);
      assertThat(applying.setAside).containsExactly(1L);
      assertThat(applying.attempts.get()).isEqualTo(2); // once, and once carefully
    }
  }

  @Test
  void damagedEntriesAreSetAsideAlone() throws Exception {
    long epoch = node.lead();
    for (int i = 1; i <= 6; i++) {
      node.append("entry " + i);
    }
    execute("update payload set sealed = set_byte(sealed, 60, 7) where index = 2");
    execute("update entry set bytes = set_byte(bytes, 3, 7) where index = 4");
    try (TestLog other = TestLog.open(database, data);
        Applying applying = new Applying(other, epoch)) {
      applying.beforeEach = LogEntry::body;
      applying.await(7);
      assertThat(applying.setAside).containsExactly(2L, 4L);
      assertThat(applied()).containsExactly(0L, 1L, 3L, 5L, 6L);
    }
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void aCommitThatWasCutOffIsToldOfExactlyIfItHappened(Cut cut) throws Exception {
    long epoch = node.lead();
    node.append("cut off");
    try (Applying applying = new Applying(node, epoch)) {
      line.cut(cut, "fold", "COMMIT"); // its first; later ones have names only
      applying.await(2);
      assertThat(line.isCut()).isTrue();
      node.append("after");
      applying.await(3);
      Thread.sleep(CuttingLine.LATE.toMillis());
      assertThat(applied()).containsExactly(0L, 1L, 2L);
      assertThat(applying.told).containsExactly(0L, 1L, 2L);
    }
  }

  @Test
  void aFoldWhoseConnectionIsEndedAgainAndAgainAppliesOnce() throws Exception {
    long epoch = node.lead();
    try (Applying applying = new Applying(node, epoch)) {
      for (int i = 0; i < 60; i++) {
        node.append("entry " + i);
        if (i % 6 == 0) {
          execute(
              "select pg_terminate_backend(pid) from pg_stat_activity"
                  + " where datname = current_database() and application_name like '%fold'");
        }
      }
      applying.await(61);
      assertThat(applied()).isEqualTo(LongStream.range(0, 61).boxed().toList());
      assertThat(applying.told).isEqualTo(applied());
    }
  }

  @Test
  void twoFoldsOfOneEpochShareTheChain() throws Exception {
    long epoch = node.lead();
    try (TestLog other = TestLog.open(database, data);
        Applying one = new Applying(node, epoch);
        Applying two = new Applying(other, epoch)) {
      for (int i = 0; i < 80; i++) {
        node.append("entry " + i);
      }
      one.await(81);
      two.await(81);
      assertThat(applied()).isEqualTo(LongStream.range(0, 81).boxed().toList());
      List<Long> told = new ArrayList<>(one.told);
      told.addAll(two.told);
      assertThat(told).containsExactlyInAnyOrderElementsOf(applied());
    }
  }

  /** Many wait: what is applied next has begun by then, in a transaction of its own. */
  @Test
  void theNextBeginsWhileOneIsApplied() throws Exception {
    long epoch = node.lead();
    appendMany(100);
    try (Applying applying = new Applying(node, epoch, 10)) {
      applying.beforeEach =
          entry -> {
            if (entry.index() % 10 == 9 && entry.index() < 80) {
              applying.awaitBegun(entry.index() + 1);
            }
          };
      applying.await(101);
      assertThat(applied()).isEqualTo(LongStream.range(0, 101).boxed().toList());
      assertThat(applying.told).isEqualTo(applied());
      // The last ones were no whole batch that waited.
      assertThat(begun()).isEqualTo(LongStream.range(10, 100).boxed().toList());
      assertThat(applying.begun).isEqualTo(begun());
    }
  }

  @Test
  void whatHasBegunIsGivenUpWithWhatFails() throws Exception {
    long epoch = node.lead();
    appendMany(100);
    AtomicInteger failures = new AtomicInteger();
    try (Applying applying = new Applying(node, epoch, 10)) {
      applying.beforeEach =
          entry -> {
            if (entry.index() == 35 && failures.getAndIncrement() == 0) {
              applying.awaitBegun(40);
              throw new IllegalStateException("once");
            }
          };
      applying.await(101);
      assertThat(applied()).isEqualTo(LongStream.range(0, 101).boxed().toList());
      assertThat(applying.told).isEqualTo(applied());
      assertThat(applying.begun).contains(40L);
      assertThat(begun()).contains(80L);
    }
  }

  @Test
  void whatFailsToBeginIsAppliedOnce() throws Exception {
    long epoch = node.lead();
    appendMany(100);
    AtomicInteger failures = new AtomicInteger();
    try (Applying applying = new Applying(node, epoch, 10)) {
      applying.beforeBegin =
          entry -> {
            if (entry.index() % 10 == 5 && failures.getAndIncrement() % 2 == 0) {
              throw new IllegalStateException("now and then");
            }
          };
      applying.await(101);
      assertThat(applied()).isEqualTo(LongStream.range(0, 101).boxed().toList());
      assertThat(applying.told).isEqualTo(applied());
    }
    assertThat(failures.get()).isGreaterThan(1);
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void aCommitIsCutOffWhileTheNextHasBegun(Cut cut) throws Exception {
    long epoch = node.lead();
    appendMany(60);
    try (Applying applying = new Applying(node, epoch, 10)) {
      applying.beforeEach =
          entry -> {
            if (entry.index() == 9) {
              applying.awaitBegun(10);
            }
          };
      line.cut(cut, "fold", "COMMIT");
      applying.await(61);
      assertThat(line.isCut()).isTrue();
      Thread.sleep(CuttingLine.LATE.toMillis());
      assertThat(applied()).isEqualTo(LongStream.range(0, 61).boxed().toList());
      assertThat(applying.told).isEqualTo(applied());
    }
  }

  @Test
  void connectionsEndAgainAndAgainWhileManyWait() throws Exception {
    long epoch = node.lead();
    appendMany(300);
    try (Applying applying = new Applying(node, epoch, 5)) {
      applying.start();
      for (int i = 0; i < 12; i++) {
        execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
                + " where datname = current_database() and application_name like '%fold'"
                + " order by random() limit 1");
        Thread.sleep(30);
      }
      applying.await(301);
      assertThat(applied()).isEqualTo(LongStream.range(0, 301).boxed().toList());
      assertThat(applying.told).isEqualTo(applied());
    }
  }

  /** Returns when the rush that this is is over: while one lasts, nothing begins early. */
  private void appendMany(int entries) throws InterruptedException {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      callers.invokeAll(
          IntStream.range(0, entries)
              .<Callable<Long>>mapToObj(i -> () -> node.append("entry " + i))
              .toList());
    }
    Patience.await().until(() -> node.log().burst().isEmpty());
  }

  @Test
  void aFoldOfAnOldEpochEndsAndAppliesNothingMore() throws Exception {
    long first = node.lead();
    try (TestLog other = TestLog.open(database, data);
        Applying old = new Applying(node, first)) {
      old.await(1);
      long second = other.lead();
      node.append("under the new lead");
      try (Applying current = new Applying(other, second)) {
        current.await(3);
      }
      Patience.await().until(() -> !old.fold.isRunning());
      assertThat(applied()).containsExactly(0L, 1L, 2L);
      assertThat(old.told).containsExactly(0L);
    }
  }

  /** Its own step may have been forgotten since it fell asleep: the key alone would not stop it. */
  @Test
  void aStepFromWhereTheReaderDoesNotStandIsRefused() throws Exception {
    long epoch = node.lead();
    for (int i = 0; i < 9; i++) {
      node.append("entry " + i);
    }
    assertThat(step(0, 3, epoch)).isTrue();
    assertThat(step(3, 6, epoch)).isTrue();
    execute("delete from step where first < 3");
    assertThat(step(0, 2, epoch)).isFalse();
    assertThat(step(4, 7, epoch)).isFalse();
    assertThat(step(6, 9, epoch + 1)).isFalse();
    assertThat(step(6, 9, epoch)).isTrue();
    long position = test.database().read(c -> LogStore.position(c, READER));
    assertThat(position).isEqualTo(9);
  }

  private boolean step(long from, long to, long epoch) {
    return test.database().transaction(c -> LogStore.step(c, READER, from, to, epoch));
  }

  @FunctionalInterface
  private interface Trouble {
    void with(LogEntry entry);
  }

  /** A fold that keeps entries in a table, and what it was told after commits in a list. */
  private static final class Applying implements Folder, AutoCloseable {
    final List<Long> told = Collections.synchronizedList(new ArrayList<>());
    final List<Long> setAside = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger attempts = new AtomicInteger();
    final Fold fold;
    private boolean started;
    volatile Trouble beforeEach = entry -> {};
    volatile Trouble beforeBegin = entry -> {};
    final List<Long> begun = Collections.synchronizedList(new ArrayList<>());

    Applying(TestLog node, long epoch) {
      this.fold = new Fold(node.log(), READER, epoch, this);
    }

    Applying(TestLog node, long epoch, int batch) {
      this.fold = new Fold(node.log(), READER, epoch, this, batch);
    }

    void awaitBegun(long index) {
      Patience.await().until(() -> begun.contains(index));
    }

    void start() {
      started = true;
      fold.start();
    }

    void await(long position) throws InterruptedException {
      if (!started) {
        start();
      }
      assertThat(fold.await(position, Patience.LONG)).as("stands at %d", fold.position()).isTrue();
    }

    @Override
    public Opened open(List<LogEntry> entries) {
      return new Opened() {
        @Override
        public void begin(Connection transaction) throws SQLException {
          try (PreparedStatement insert =
              transaction.prepareStatement("insert into begun values (?)")) {
            for (LogEntry entry : entries) {
              beforeBegin.with(entry);
              insert.setLong(1, entry.index());
              insert.executeUpdate();
              begun.add(entry.index());
            }
          }
        }

        @Override
        public Folded fold(Connection transaction) throws SQLException {
          return Applying.this.fold(entries, transaction);
        }
      };
    }

    private Folded fold(List<LogEntry> entries, Connection transaction) throws SQLException {
      attempts.incrementAndGet();
      List<Long> indexes = new ArrayList<>();
      for (LogEntry entry : entries) {
        beforeEach.with(entry);
        apply(entry, transaction);
        indexes.add(entry.index());
      }
      return () -> told.addAll(indexes);
    }

    @Override
    public Folded foldCarefully(LogEntry entry, Connection transaction) throws SQLException {
      attempts.incrementAndGet();
      try {
        beforeEach.with(entry);
      } catch (IllegalStateException failure) {
        return () -> setAside.add(entry.index());
      }
      apply(entry, transaction);
      return () -> told.add(entry.index());
    }

    private static void apply(LogEntry entry, Connection transaction) throws SQLException {
      try (PreparedStatement insert =
          transaction.prepareStatement("insert into applied values (?, ?)")) {
        insert.setLong(1, entry.index());
        insert.setString(2, entry.body().map(Bytes::asUtf8).orElse(""));
        insert.executeUpdate();
      }
    }

    @Override
    public void close() {
      fold.close();
    }
  }

  private List<Long> applied() throws SQLException {
    return column("select index from applied order by index", rows -> rows.getLong(1));
  }

  /** What has begun, and has been applied by the transaction that it began in. */
  private List<Long> begun() throws SQLException {
    assertThat(
            column(
                "select b.index from begun b left join applied a on a.index = b.index"
                    + " where a.by is distinct from b.by",
                rows -> rows.getLong(1)))
        .isEmpty();
    return column("select index from begun order by index", rows -> rows.getLong(1));
  }

  private List<String> bodies() throws SQLException {
    return column("select body from applied", rows -> rows.getString(1));
  }

  @FunctionalInterface
  private interface Column<T> {
    T of(ResultSet row) throws SQLException;
  }

  private <T> List<T> column(String sql, Column<T> column) throws SQLException {
    try (Connection connection = test.database().connect("test");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<T> values = new ArrayList<>();
      while (rows.next()) {
        values.add(column.of(rows));
      }
      return values;
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = test.database().connect("test");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
