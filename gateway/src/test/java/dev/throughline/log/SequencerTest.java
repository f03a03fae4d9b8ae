package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.throughline.Patience;
import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.TreeHash;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever order callers come in: entries stand in one order without gaps, each once, and each
 * batch says the root that its entries lead to. What is refused is not there.
 */
class SequencerTest {
  /** As long as a webhook waits. */
  private static final Duration SHORT = Duration.ofMillis(500);

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();

  @AutoClose private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

  @TempDir Path data;
  private TestLog node;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void sixtyFourCallersGetOneOrderWithoutGaps() throws Exception {
    List<Future<List<Long>>> all = new ArrayList<>();
    for (int caller = 0; caller < 64; caller++) {
      String name = "caller " + caller;
      all.add(
          callers.submit(() -> {
            List<Long> indexes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
              indexes.add(node.append(name + " says " + i));
            }
            return indexes;
          }));
    }
    List<Long> indexes = new ArrayList<>();
    for (Future<List<Long>> caller : all) {
      assertThat(caller.get()).isSorted();
      indexes.addAll(caller.get());
    }
    assertThat(indexes.stream().sorted()).isEqualTo(LongStream.range(0, 64 * 20).boxed().toList());
    assertThat(count("select count(*) from batch")).isLessThan(64 * 20);
    assertChainHolds();
  }

  /** After a large batch the next is waited for; who is alone in it may give up meanwhile. */
  @Test
  @Timeout(60)
  void goesOnAfterTheOnlyOneThatItGathersForGivesUp() throws Exception {
    for (int round = 0; round < 30; round++) {
      List<Future<?>> many = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        many.add(callers.submit(() -> node.append("one of many")));
      }
      for (Future<?> one : many) {
        one.get();
      }
      Draft draft = node.draft("given up");
      Thread alone =
          Thread.startVirtualThread(() -> {
            try {
              node.log().append(draft);
            } catch (LogUnavailableException refused) {
              // As it shall be.
            }
          });
      LockSupport.parkNanos(round * 50_000L);
      alone.interrupt();
      alone.join();
    }
    assertThat(node.log().append(node.draft("goes on"), Duration.ofSeconds(20)))
        .isInstanceOf(Appended.At.class);
  }

  @Test
  void whatIsReadBackIsWhatWasAppended() {
    long index = node.append("one", "two", "");
    try (TestLog other = TestLog.open(database, data)) {
      for (Log log : List.of(node.log(), other.log())) {
        LogEntry entry = log.read(index, 10).getFirst();
        assertThat(entry.index()).isEqualTo(index);
        assertThat(entry.kind()).isEqualTo(Kind.WEBHOOK);
        assertThat(entry.body()).contains(Bytes.utf8("onetwo"));
        assertThat(entry.parts()).hasSize(3);
        assertThat(log.indexOf(entry.id())).contains(index);
      }
    }
  }

  @Test
  void batchesHaveAtMostSoManyDrafts() throws Exception {
    List<Draft> drafts = IntStream.range(0, 1_200).mapToObj(i -> node.draft()).toList();
    whileBatchesWait(() -> drafts.forEach(this::submitUnheeded), 1 + drafts.size());
    assertThat(sizes()).startsWith(1L).contains((long) DraftQueue.MAX_BATCH);
    assertThat(sizes()).allMatch(size -> size <= DraftQueue.MAX_BATCH);
    assertThat(sizes()).hasSize(4);
  }

  @Test
  void batchesHaveAtMostSoManyBytesButForOneLargeDraft() throws Exception {
    List<Draft> drafts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      drafts.add(node.draft("x".repeat(300 << 10)));
    }
    drafts.add(node.draft("y".repeat(2 << 20)));
    drafts.add(node.draft());
    whileBatchesWait(
        () -> {
          for (Draft draft : drafts) {
            int queued = node.log().queued();
            submitUnheeded(draft);
            await(() -> node.log().queued() == queued + 1);
          }
        },
        1 + drafts.size());
    assertThat(sizes()).containsExactly(1L, 3L, 3L, 1L, 1L);
  }

  @Test
  void oneSubjectHasAtMostHalfOfTheQueue() throws Exception {
    Draft other = node.draft(new Subject.Account("account-2"));
    Draft tooMuch = node.draft();
    List<Draft> drafts =
        IntStream.range(0, DraftQueue.MAX_QUEUED / 2).mapToObj(i -> node.draft()).toList();
    List<Future<Appended>> admitted = new ArrayList<>();
    whileBatchesWait(
        () -> {
          drafts.forEach(draft -> admitted.add(submit(draft)));
          await(() -> node.log().queued() == drafts.size());
          assertThatExceptionOfType(LogUnavailableException.class)
              .isThrownBy(() -> node.log().append(tooMuch))
              .withMessageContaining("full");
          admitted.add(submit(other));
          await(() -> node.log().queued() == drafts.size() + 1);
        },
        2 + drafts.size());
    for (Future<Appended> each : admitted) {
      assertThat(each.get()).isInstanceOf(Appended.At.class);
    }
    assertThat(node.log().indexOf(tooMuch.id())).isEmpty();
  }

  @Test
  void oneSubjectHasAtMostHalfOfTheBytes() throws Exception {
    Draft other = node.draft(new Subject.Account("account-2"), "x");
    List<Draft> drafts =
        IntStream.range(0, 9).mapToObj(i -> node.draft("x".repeat(2 << 20))).toList();
    whileBatchesWait(
        () -> {
          drafts.subList(0, 7).forEach(this::submitUnheeded);
          await(() -> node.log().queued() == 7);
          assertThatExceptionOfType(LogUnavailableException.class)
              .isThrownBy(() -> node.log().append(drafts.get(8)))
              .withMessageContaining("full");
          submitUnheeded(other);
        },
        9);
  }

  @Test
  void whatWaitedTooLongInTheQueueIsNotWrittenLater() throws Exception {
    Draft late = node.draft("late");
    try (Connection holder = database.connect("test")) {
      holder.setAutoCommit(false);
      execute(holder, "lock table batch in exclusive mode");
      Draft taken = node.draft("first");
      Future<Appended> first = callers.submit(() -> node.log().append(taken, SHORT));
      await(this::isWaiting);
      assertThatExceptionOfType(LogUnavailableException.class)
          .isThrownBy(() -> node.log().append(late, SHORT));
      holder.rollback();
      // Its caller was told that nobody knows; that it stands is no contradiction.
      assertThatExceptionOfType(ExecutionException.class).isThrownBy(first::get);
    }
    assertThat(node.append("next")).isEqualTo(1);
    assertThat(node.log().indexOf(late.id())).isEmpty();
  }

  @Test
  void twoNodesExtendOneChain() throws Exception {
    try (TestLog other = TestLog.open(database, data)) {
      List<Future<List<Long>>> all = new ArrayList<>();
      for (int caller = 0; caller < 16; caller++) {
        TestLog one = caller % 2 == 0 ? node : other;
        all.add(
            callers.submit(() -> IntStream.range(0, 25).mapToObj(i -> one.append("x")).toList()));
      }
      List<Long> indexes = new ArrayList<>();
      for (Future<List<Long>> each : all) {
        indexes.addAll(each.get());
      }
      assertThat(indexes.stream().sorted()).isEqualTo(LongStream.range(0, 400).boxed().toList());
    }
    assertThat(count("select count(distinct node) from batch")).isEqualTo(2);
    assertChainHolds();
  }

  @Test
  void aDraftUnderAnEpochThatEndedIsRefused() {
    long first = node.lead();
    assertThat(node.log().append(node.draft().underEpoch(first))).isInstanceOf(Appended.At.class);
    try (TestLog other = TestLog.open(database, data)) {
      long second = other.lead();
      assertThat(second).isEqualTo(first + 1);
      // The node that led does not know yet: the chain tells it.
      Draft stale = node.draft().underEpoch(first);
      assertThat(node.log().append(stale)).isEqualTo(new Appended.Stale(second));
      assertThat(node.log().indexOf(stale.id())).isEmpty();
      assertThat(other.log().append(other.draft().underEpoch(second)))
          .isInstanceOf(Appended.At.class);
    }
  }

  @Test
  void nothingOfAnOldEpochFollowsALeadInItsBatch() throws Exception {
    long first = node.lead();
    Draft lead = node.drafts().draft(Kind.LEAD, new Subject.Installation()).build();
    Draft stale = node.draft().underEpoch(first);
    List<Future<Appended>> both = new ArrayList<>();
    whileBatchesWait(
        () -> {
          both.add(submit(lead));
          await(() -> node.log().queued() == 1);
          both.add(submit(stale));
          await(() -> node.log().queued() == 2);
        },
        3);
    assertThat(both.get(0).get()).isInstanceOf(Appended.At.class);
    assertThat(both.get(1).get()).isEqualTo(new Appended.Stale(first + 1));
  }

  @Test
  void aDatabaseThatWentBackIsNotBuiltOn() throws SQLException {
    node.append("kept");
    node.append("lost");
    execute(
        "delete from batch where first = 1",
        "delete from entry where index = 1",
        "delete from payload where index = 1",
        // As after a failover: the sequencer has to connect anew.
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            + " and application_name like '%sequencer'");
    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(LogUnavailableException.class)
          .isThrownBy(() -> node.log().append(node.draft("x")));
    }
    assertThat(count("select max(next) from batch")).isEqualTo(1);
  }

  // ---- changes

  @Test
  void aChangeAndItsEntryStandTogether() throws SQLException {
    execute("create table change (n int)");
    Draft draft = node.draft("renamed");
    Appended appended =
        database.transaction(c -> {
          execute(c, "insert into change values (1)");
          return node.log().append(draft, c);
        });
    assertThat(TestLog.index(appended)).isZero();
    assertThat(count("select count(*) from change")).isEqualTo(1);
    assertThat(node.log().indexOf(draft.id())).contains(0L);
  }

  @Test
  void aChangeThatIsRefusedLeavesNothing() throws SQLException {
    execute("create table change (n int)");
    node.lead();
    Draft stale = node.draft().underEpoch(7);
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() ->
            database.transaction(c -> {
              execute(c, "insert into change values (1)");
              assertThat(node.log().append(stale, c)).isEqualTo(new Appended.Stale(1));
              throw new IllegalStateException("rolls back");
            }));
    assertThat(count("select count(*) from change")).isZero();
    assertThat(node.log().indexOf(stale.id())).isEmpty();
  }

  @Test
  void aChangeSurvivesAnotherNodeThatWasFaster() throws SQLException {
    execute("create table change (n int)");
    node.append("so that this node knows a head");
    try (TestLog other = TestLog.open(database, data)) {
      for (int i = 0; i < 5; i++) {
        other.append("faster");
        database.transaction(c -> {
          execute(c, "insert into change values (1)");
          return node.log().append(node.draft("x"), c);
        });
      }
    }
    assertThat(count("select count(*) from change")).isEqualTo(5);
    assertChainHolds();
  }

  @Test
  void aChangeWithAnIdempotencyKeyIsMadeOnce() throws SQLException {
    execute("create table change (n int)");
    Draft.Once once = new Draft.Once(Bytes.utf8("key"), Bytes.utf8("request"));
    List<Appended> answers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      answers.add(
          rolledBackUnlessAppended(c -> {
            execute(c, "insert into change values (1)");
            return node.log().append(node.draft("x").once(once), c);
          }));
    }
    assertThat(answers.get(0)).isInstanceOf(Appended.At.class);
    assertThat(answers.get(1))
        .isInstanceOfSatisfying(
            Appended.Earlier.class, earlier -> assertThat(earlier.sameRequest()).isTrue());
    assertThat(count("select count(*) from change")).isEqualTo(1);
  }

  private Appended rolledBackUnlessAppended(dev.throughline.store.SqlWork<Appended> work)
      throws SQLException {
    try (Connection connection = database.connect("test")) {
      connection.setAutoCommit(false);
      Appended appended = work.run(connection);
      if (!(appended instanceof Appended.At)) {
        connection.rollback();
      }
      return appended;
    }
  }

  // ---- what all of it must hold to

  private void assertChainHolds() throws SQLException {
    try (Connection connection = database.connect("test");
        Statement statement = connection.createStatement()) {
      CompactRange tree = CompactRange.EMPTY;
      List<byte[]> entries = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery("select index, bytes from entry order by index")) {
        while (rows.next()) {
          assertThat(rows.getLong(1)).isEqualTo(entries.size());
          entries.add(rows.getBytes(2));
        }
      }
      long next = 0;
      try (ResultSet rows =
          statement.executeQuery("select first, next, root, peaks from batch order by first")) {
        while (rows.next()) {
          assertThat(rows.getLong(1)).isEqualTo(next);
          next = rows.getLong(2);
          tree =
              tree.appendAll(
                  entries.subList((int) rows.getLong(1), (int) next).stream()
                      .map(TreeHash::leaf)
                      .toList());
          assertThat(rows.getBytes(3)).isEqualTo(tree.root().bytes());
          assertThat(rows.getBytes(4)).isEqualTo(tree.peaks());
        }
      }
      assertThat(next).isEqualTo(entries.size());
      assertThat(node.log().state().root())
          .isEqualTo(TestLog.open(database, data).log().state().root());
    }
  }

  /** Runs something while the sequencer hangs in its first batch, of one draft. */
  private void whileBatchesWait(ThrowingRunnable work, int entries) throws Exception {
    try (Connection holder = database.connect("test")) {
      holder.setAutoCommit(false);
      execute(holder, "lock table batch in exclusive mode");
      submitUnheeded(node.draft());
      await(() -> node.log().queued() == 0 && isWaiting());
      work.run();
      await(() -> node.log().queued() >= 1);
      holder.rollback();
    }
    Patience.await()
        .until(
            () -> node.log().queued() == 0 && count("select count(*) from entry") >= entries - 1);
    Thread.sleep(50);
  }

  private boolean isWaiting() throws SQLException {
    return count("select count(*) from pg_locks where not granted") > 0;
  }

  @FunctionalInterface
  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  private static void await(Callable<Boolean> condition) {
    Patience.await().until(condition);
  }

  private Future<Appended> submit(Draft draft) {
    return callers.submit(() -> node.log().append(draft));
  }

  /** For drafts whose answer the test does not ask for. */
  private void submitUnheeded(Draft draft) {
    Future<Appended> _ = submit(draft);
  }

  private List<Long> sizes() throws SQLException {
    try (Connection connection = database.connect("test");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select next - first from batch order by first")) {
      List<Long> sizes = new ArrayList<>();
      while (rows.next()) {
        sizes.add(rows.getLong(1));
      }
      return sizes;
    }
  }

  private long count(String sql) throws SQLException {
    try (Connection connection = database.connect("test");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = database.connect("test")) {
      for (String sql : statements) {
        execute(connection, sql);
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
