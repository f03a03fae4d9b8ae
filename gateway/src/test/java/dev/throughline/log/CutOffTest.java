package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.log.CuttingLine.Cut;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * When the line is cut at a commit, the caller gets the true answer or an exception, and an entry
 * that was answered stands exactly once, wherever the message was when the line broke.
 */
class CutOffTest {
  @AutoClose private final TestDatabase test = TestDatabase.create();
  @AutoClose private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  @AutoClose private final CuttingLine line = new CuttingLine(test);
  @AutoClose private final Database database = line.open();
  @TempDir Path data;

  CutOffTest() throws IOException {}

  @BeforeEach
  void changes() throws SQLException {
    execute("create table change (n int)");
  }

  @ParameterizedTest
  @EnumSource(Cut.class)
  void anEntryIsAnsweredAndStandsOnce(Cut cut) throws SQLException, InterruptedException {
    try (TestLog node = TestLog.open(database, data)) {
      node.append("first");
      for (int i = 1; i <= 3; i++) {
        Draft draft = node.draft("cut off");
        line.cut(cut, "sequencer", "");
        assertThat(TestLog.index(node.log().appendSurely(draft))).isEqualTo(i);
        assertThat(line.isCut()).isTrue();
        pause(CuttingLine.LATE);
        assertThat(count("select count(*) from entry where id = '" + draft.id().toUuid() + "'"))
            .isEqualTo(1);
      }
      assertThat(node.append("last")).isEqualTo(4);
      assertThat(count("select count(*) from entry")).isEqualTo(5);
    }
  }

  /** The change's own commit is what is cut: nobody can repeat it, so the truth must be found. */
  @ParameterizedTest
  @EnumSource(Cut.class)
  void aChangeStandsIfItIsAnswered(Cut cut) throws SQLException {
    try (TestLog node = TestLog.open(database, data)) {
      node.append("first");
      Draft draft = node.draft("changed");
      line.cut(cut, "change", "COMMIT");
      boolean answered;
      try (Connection change = database.connect("change")) {
        change.setAutoCommit(false);
        execute(change, "insert into change values (1)");
        answered = node.log().append(draft, change) instanceof Appended.At;
      } catch (LogUnavailableException e) {
        answered = false;
      }
      assertThat(line.isCut()).isTrue();
      pause(CuttingLine.LATE.multipliedBy(2));
      long stands = count("select count(*) from entry where id = '" + draft.id().toUuid() + "'");
      assertThat(count("select count(*) from change")).isEqualTo(stands);
      if (answered) {
        assertThat(stands).isEqualTo(1);
      }
      switch (cut) {
        case BEFORE_IT_ARRIVES -> assertThat(stands).isZero();
        case BEFORE_ITS_ANSWER -> assertThat(answered).isTrue();
        case SO_THAT_IT_ARRIVES_LATE -> assertThat(answered).isEqualTo(stands == 1);
      }
      assertThat(node.append("next")).isEqualTo(1 + stands);
    }
  }

  @Test
  void aBackendThatIsEndedInItsCommitIsFoundOut() throws Exception {
    execute(
        """
        create function slow() returns trigger language plpgsql
          as 'begin
            if nextval(''tries'') = 1 then perform pg_sleep(20); end if; return null;
          end'
        """,
        "create sequence tries",
        """
        create constraint trigger slow after insert on batch deferrable initially deferred
          for each row when (new.first = 1) execute function slow()
        """);
    try (TestLog node = TestLog.open(database, data)) {
      node.append("first");
      Draft draft = node.draft("second");
      Future<Appended> answer = callers.submit(() -> node.log().appendSurely(draft));
      Patience.await()
          .until(() -> count(sequencers("count(*)", "and wait_event = 'PgSleep'")) == 1);
      execute(sequencers("pg_terminate_backend(pid)", ""));
      assertThat(TestLog.index(answer.get())).isEqualTo(1);
      assertThat(count("select count(*) from entry")).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatWasLostIsReplaced() throws Exception {
    try (TestLog node = TestLog.open(database, data)) {
      node.append("first");
      for (int i = 1; i <= 3; i++) {
        execute(sequencers("pg_terminate_backend(pid)", ""));
        assertThat(node.append("again")).isEqualTo(i);
      }
    }
  }

  private static String sequencers(String what, String more) {
    return "select %s from pg_stat_activity where datname = current_database() and application_name like '%%sequencer' %s"
        .formatted(what, more);
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long count(String sql) throws SQLException {
    try (Connection connection = test.database().connect("test");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = test.database().connect("test")) {
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
