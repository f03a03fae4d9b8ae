package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An idempotency key makes at most one entry for at least a day, whoever uses it, in whichever
 * batch, on whichever side of midnight.
 */
class OnceTest {
  private static final Draft.Once KEY = new Draft.Once(Bytes.utf8("key"), Bytes.utf8("request"));
  private static final Draft.Once OTHER_REQUEST =
      new Draft.Once(Bytes.utf8("key"), Bytes.utf8("other request"));

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final ManualClock clock = new ManualClock("2026-11-20T12:00:00Z");

  @AutoClose private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

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
  void theSameRequestGetsTheEarlierAnswer() {
    Draft first = node.draft("x").once(KEY);
    Appended.At at = (Appended.At) node.log().append(first);
    clock.advance(Duration.ofMinutes(3));
    assertThat(node.log().append(node.draft("x").once(KEY)))
        .isEqualTo(new Appended.Earlier(at.index(), first.id(), at.at(), true));
    assertThat(node.log().head()).isEqualTo(1);
  }

  @Test
  void anotherRequestUnderTheKeyIsToldApart() {
    Draft first = node.draft("x").once(KEY);
    Appended.At at = (Appended.At) node.log().append(first);
    assertThat(node.log().append(node.draft("y").once(OTHER_REQUEST)))
        .isEqualTo(new Appended.Earlier(at.index(), first.id(), at.at(), false));
  }

  @Test
  void ofTwoInOneBatchOneIsWritten() throws Exception {
    List<Appended> answers = together(node, node, node);
    assertThat(answers).filteredOn(Appended.At.class::isInstance).hasSize(1);
    assertThat(answers).filteredOn(Appended.Earlier.class::isInstance).hasSize(2);
    assertThat(node.log().head()).isEqualTo(2);
  }

  @Test
  void yesterdaysKeyIsKnownAndTheDayBeforesIsNot() {
    node.log().append(node.draft("x").once(KEY));
    clock.set("2026-11-21T23:59:59Z");
    assertThat(node.log().append(node.draft("x").once(KEY))).isInstanceOf(Appended.Earlier.class);
    clock.set("2026-11-22T00:00:00Z");
    assertThat(node.log().append(node.draft("x").once(KEY))).isInstanceOf(Appended.At.class);
  }

  @Test
  void aKeyUsedAtMidnightByTwoNodesIsWrittenOnce() throws Exception {
    ManualClock ahead = new ManualClock("2026-11-21T00:00:02Z");
    clock.set("2026-11-20T23:59:58Z");
    try (TestLog other = TestLog.open(database, data, ahead)) {
      List<Appended> answers = together(node, other);
      assertThat(answers).filteredOn(Appended.At.class::isInstance).hasSize(1);
      assertThat(answers).filteredOn(Appended.Earlier.class::isInstance).hasSize(1);
    }
  }

  @Test
  void keysAreForgotten() throws SQLException {
    node.log().append(node.draft("x").once(KEY));
    clock.set("2026-11-22T09:00:00Z");
    node.log().prepare();
    try (Connection connection = database.connect("test");
        Statement statement = connection.createStatement();
        var row = statement.executeQuery("select count(*) from once")) {
      row.next();
      assertThat(row.getLong(1)).isZero();
    }
  }

  /** All look the key up before any of them is written. */
  private List<Appended> together(TestLog... nodes) throws Exception {
    List<Future<Appended>> answers = new ArrayList<>();
    try (Connection holder = database.connect("test")) {
      holder.setAutoCommit(false);
      try (Statement statement = holder.createStatement()) {
        statement.execute("lock table batch in exclusive mode");
      }
      Future<Appended> first = callers.submit(() -> node.log().append(node.draft("first")));
      Patience.await().until(() -> node.log().queued() == 0);
      for (TestLog each : nodes) {
        answers.add(callers.submit(() -> each.log().append(each.draft("x").once(KEY))));
      }
      Thread.sleep(300);
      holder.rollback();
      first.get();
    }
    List<Appended> settled = new ArrayList<>();
    for (Future<Appended> answer : answers) {
      settled.add(answer.get());
    }
    return settled;
  }
}
