package dev.throughline.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Note;
import dev.throughline.ledger.NoteVerifier;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.log.ManualClock;
import dev.throughline.log.TestLog;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger goes on in a tree of its own with each half-year, and the log as if nothing were. */
class ShardTest {
  private static final String OLD = TestLog.HOST + "/2026h2";
  private static final String NEW = TestLog.HOST + "/2027h1";

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final Rows rows = new Rows(database);
  private final ManualClock clock = new ManualClock("2026-12-31T23:59:59.900Z");

  @TempDir Path data;

  @Test
  void theNextHalfYearBeginsByNamingTheEndOfTheOneBefore() {
    try (TestLog node = TestLog.open(database, data, clock)) {
      node.lead();
      fill(node, 300);
      Log.State end = node.log().state();
      clock.set("2027-01-01T00:00:00Z");

      assertThat(node.append("first of the year")).isEqualTo(302);

      LogEntry opening = node.log().read(List.of(301L)).getFirst();
      assertThat(opening.kind()).isEqualTo(Kind.SHARD);
      assertThat(opening.body().orElseThrow().asUtf8())
          .isEqualTo(new Checkpoint(OLD, 301, end.root()).text());
      Log.State state = node.log().state();
      assertThat(state.origin()).isEqualTo(NEW);
      assertThat(state.first()).isEqualTo(301);
      assertThat(state.size()).isEqualTo(2);
      assertThat(state.epoch()).isEqualTo(end.epoch());
      assertThat(node.log().read(300, 5))
          .extracting(LogEntry::index)
          .containsExactly(300L, 301L, 302L);
    }
  }

  @Test
  void bothArePublishedToTheirEndsAndAuditedAsOne() {
    try (TestLog node = TestLog.open(database, data, clock)) {
      node.lead();
      fill(node, 300);
      publish(node);
      fill(node, 10);
      clock.set("2027-01-01T00:00:00Z");
      fill(node, 20);
      publish(node);

      assertThat(published(OLD).size()).isEqualTo(311);
      assertThat(published(NEW).size()).isEqualTo(21);
      Fsck.Report report = fsck(node);
      assertThat(report.problems()).isEmpty();
      assertThat(report.entries()).isEqualTo(332);
      assertThat(report.checkpoints()).isEqualTo(3);

      fill(node, 5);
      publish(node);
      assertThat(published(OLD).size()).isEqualTo(311);
      assertThat(published(NEW).size()).isEqualTo(26);
      assertThat(fsck(node).problems()).isEmpty();

      rows.execute("update entry set bytes = bytes || '\\x00' where index = 100");
      assertThat(fsck(node).problems())
          .isNotEmpty()
          .allMatch(problem -> problem.toString().contains("100"));
    }
  }

  @Test
  void aStartAfterTheTurnOfTheYearGoesOnInTheNewOne() {
    try (TestLog node = TestLog.open(database, data, clock)) {
      node.append("last of the year");
    }
    clock.set("2027-03-01T00:00:00Z");
    try (TestLog node = TestLog.open(database, data, clock)) {
      assertThat(node.lead()).isEqualTo(1);
      assertThat(node.log().state().origin()).isEqualTo(NEW);
    }
    clock.set("2028-09-01T00:00:00Z");
    try (TestLog node = TestLog.open(database, data, clock)) {
      node.append("years later");
      assertThat(node.log().state().origin()).isEqualTo(TestLog.HOST + "/2028h2");
      publish(node);
      assertThat(fsck(node).problems()).isEmpty();
    }
    assertThat(rows.number("select count(*) from shard")).isEqualTo(3);
  }

  @Test
  void aClockThatGoesBackOpensNothing() {
    try (TestLog node = TestLog.open(database, data, clock)) {
      node.append("before");
      clock.set("2026-06-30T00:00:00Z");
      node.append("earlier");
      assertThat(node.log().state().origin()).isEqualTo(OLD);
      assertThat(rows.number("select count(*) from shard")).isEqualTo(1);
    }
  }

  @Test
  void ofSeveralNodesOneOpensIt() throws Exception {
    try (TestLog a = TestLog.open(database, data, clock);
        TestLog b = TestLog.open(database, data, clock);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      a.append("last of the year");
      clock.set("2027-01-01T00:00:00Z");
      List<Future<Long>> appended = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        TestLog node = i % 2 == 0 ? a : b;
        appended.add(callers.submit(() -> node.append("new")));
      }
      for (Future<Long> each : appended) {
        each.get();
      }
      assertThat(rows.number("select count(*) from entry where kind = 'shard'")).isEqualTo(1);
      assertThat(rows.number("select count(*) from entry")).isEqualTo(42);
      publish(a);
      assertThat(fsck(a).problems()).isEmpty();
    }
  }

  private static void fill(TestLog node, int entries) {
    for (int i = 0; i < entries; i++) {
      node.append("entry " + i);
    }
  }

  private void publish(TestLog node) {
    Publisher publisher = new Publisher(node.log(), database, data, clock, new SecureRandom());
    assertThat(publisher.examine()).isTrue();
    assertThat(publisher.standing()).isEqualTo(new Standing.Good());
  }

  private Checkpoint published(String origin) {
    LedgerFiles files = new LedgerFiles(data);
    try {
      return Checkpoint.open(
          Note.parse(Files.readAllBytes(files.checkpoint(origin))),
          NoteVerifier.parse(Files.readString(files.vkey(origin)).strip()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Fsck.Report fsck(TestLog node) {
    return new Fsck(database, node.vault(), data, new Random(1)).run(line -> {});
  }
}
