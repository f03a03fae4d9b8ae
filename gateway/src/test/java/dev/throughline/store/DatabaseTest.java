package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.Patience;
import dev.throughline.store.DatabaseException.CommitUnknown;
import dev.throughline.store.DatabaseException.Conflict;
import dev.throughline.store.DatabaseException.DatabaseUnavailable;
import dev.throughline.store.DatabaseException.StatementRefused;
import dev.throughline.store.DatabaseException.TimedOut;
import dev.throughline.store.DatabaseException.UniqueViolation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Work commits when it returns and leaves nothing when it throws; and a failure says which of the
 * two happened, or that nobody knows.
 */
class DatabaseTest {
  @AutoClose private static TestDatabase test;
  private static Database common;

  @BeforeAll
  static void create() {
    test = TestDatabase.create(StoreProcess.MIGRATIONS);
    common = test.database();
  }

  @BeforeEach
  void empty() {
    execute(common, "TRUNCATE account, deferred");
  }

  @Test
  void commitsWhatReturns() {
    assertThat(common.<String>transaction(connection -> run(connection, insert(1), "done")))
        .isEqualTo("done");
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void undoesWhatThrowsAndPassesTheExceptionOn() {
    IllegalStateException thrown = new IllegalStateException("mine");
    assertThatThrownBy(() ->
            common.transaction(connection -> {
              run(connection, insert(1), "");
              throw thrown;
            }))
        .isSameAs(thrown);
    assertThat(count()).isZero();
  }

  @Test
  void readingCannotWrite() {
    assertThatThrownBy(() -> common.read(connection -> run(connection, insert(1), "")))
        .isInstanceOf(DatabaseException.class);
    assertThat(count()).isZero();
    // The same connection writes again afterwards.
    execute(common, insert(1));
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void namesTheConstraintThatARowBroke() {
    execute(common, "INSERT INTO account (id, email) VALUES (1, 'a@example.org')");
    assertThatExceptionOfType(UniqueViolation.class)
        .isThrownBy(() -> execute(common, insert(1)))
        .matches(e -> e.constraint().equals("account_pkey"));
    assertThatExceptionOfType(UniqueViolation.class)
        .isThrownBy(
            () -> execute(common, "INSERT INTO account (id, email) VALUES (2,'a@example.org')"))
        .matches(e -> e.constraint().equals("account_email_key"));
    assertThatExceptionOfType(StatementRefused.class)
        .isThrownBy(() -> execute(common, "UPDATE account SET balance = -1"))
        .withMessageContaining("account_balance_check");
  }

  @Test
  void noValueGetsIntoAnException() {
    String secret = "someone@example.org";
    execute(common, "INSERT INTO account (id, email) VALUES (1, '" + secret + "')");
    assertThatThrownBy(
            () -> execute(common, "INSERT INTO account (id, email) VALUES (2, '" + secret + "')"))
        .isInstanceOf(UniqueViolation.class)
        .satisfies(e -> {
          StringWriter trace = new StringWriter();
          e.printStackTrace(new PrintWriter(trace));
          assertThat(trace.toString()).doesNotContain(secret);
        });
  }

  @Test
  void aRefusalAtCommitIsNotAnUnknown() {
    assertThatExceptionOfType(UniqueViolation.class)
        .isThrownBy(() -> execute(common, "INSERT INTO deferred VALUES (1), (1)"))
        .matches(e -> e.constraint().equals("deferred_id_key"));
  }

  @Test
  void aStatementThatFailedAndWasSwallowedIsNotCommitted() {
    assertThatExceptionOfType(DatabaseException.class)
        .isThrownBy(() ->
            common.transaction(connection -> {
              run(connection, insert(1), "");
              try {
                run(connection, "SELECT 1/0", "");
              } catch (SQLException e) {
                // Swallowed.
              }
              return "";
            }))
        .isNotInstanceOf(CommitUnknown.class);
    assertThat(count()).isZero();
  }

  @Test
  void aCommitThatWasCutOffIsUnknownWhetherItHappenedOrNot() throws IOException {
    int port = URI.create(url().substring("jdbc:".length())).getPort();
    try (CuttingProxy proxy = new CuttingProxy(port);
        Database database = through(proxy)) {
      execute(database, insert(1));
      assertThatExceptionOfType(CommitUnknown.class)
          .isThrownBy(() -> insertAndCut(database, 2, proxy, CuttingProxy.Cut.BEFORE_IT_ARRIVES));
      assertThatExceptionOfType(CommitUnknown.class)
          .isThrownBy(() -> insertAndCut(database, 3, proxy, CuttingProxy.Cut.BEFORE_ITS_ANSWER));
      proxy.cut = CuttingProxy.Cut.NEVER;
      assertThat(ids(database)).containsExactly(1L, 3L);
    }
  }

  @Test
  void aConnectionLostBeforeTheCommitMeansThatNothingHappened() {
    assertThatExceptionOfType(DatabaseUnavailable.class)
        .isThrownBy(() ->
            common.transaction(connection -> {
              run(connection, insert(1), "");
              endOtherBackend(connection);
              return run(connection, insert(2), "");
            }));
    assertThat(count()).isZero();
  }

  @Test
  void aLostConnectionIsReplaced() {
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() ->
              common.transaction(connection -> {
                endOtherBackend(connection);
                return run(connection, "SELECT 1", "");
              }))
          .isInstanceOf(DatabaseUnavailable.class);
      assertThat(count()).isZero();
    }
  }

  @Test
  void aDeadlockIsAConflict() throws Exception {
    execute(common, "INSERT INTO account (id) VALUES (1), (2)");
    CountDownLatch bothHold = new CountDownLatch(2);
    AtomicInteger conflicts = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int[] order : new int[][] {{1, 2}, {2, 1}}) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  common.transaction(connection -> {
                    run(connection, "UPDATE account SET balance=1 WHERE id=" + order[0], "");
                    bothHold.countDown();
                    await(bothHold);
                    return run(connection, "UPDATE account SET balance=2 WHERE id=" + order[1], "");
                  });
                } catch (Conflict e) {
                  conflicts.incrementAndGet();
                }
              }));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Patience.LONG)).isTrue();
    }
    assertThat(conflicts).hasValue(1);
  }

  @Test
  void aSlowStatementAndALongWaitForALockEnd() {
    DatabaseConfig.Limits brisk =
        new DatabaseConfig.Limits(
            2,
            Duration.ofSeconds(1),
            Duration.ofMillis(300),
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));
    try (Database database =
        new Database(Optional.empty(), TestDatabase.connector(test, brisk), brisk)) {
      assertThatExceptionOfType(TimedOut.class)
          .isThrownBy(() -> execute(database, "SELECT pg_sleep(10)"));
      common.transaction(connection -> {
        run(connection, "LOCK TABLE account", "");
        assertThatExceptionOfType(Conflict.class).isThrownBy(() -> execute(database, insert(1)));
        return "";
      });
    }
  }

  @Test
  void workInsideWorkIsABug() {
    assertThatThrownBy(() -> common.read(outer -> common.<String>read(inner -> "")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(count()).isZero();
  }

  @Test
  void moreWorkThanConnectionsIsServedInTurn() throws Exception {
    int callers = 200;
    AtomicInteger done = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      long id = i;
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                execute(common, insert(id));
                done.incrementAndGet();
              }));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Patience.LONG)).isTrue();
    }
    assertThat(done).hasValue(callers);
    assertThat(count()).isEqualTo(callers);
  }

  @Test
  void aPoolThatStaysBusySaysSoInTime() throws Exception {
    DatabaseConfig.Limits one =
        new DatabaseConfig.Limits(
            1,
            Duration.ofMillis(300),
            Patience.LONG,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5));
    try (Database database =
        new Database(Optional.empty(), TestDatabase.connector(test, one), one)) {
      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch enough = new CountDownLatch(1);
      Thread holder =
          Thread.ofVirtual()
              .start(() ->
                  database.read(connection -> {
                    held.countDown();
                    await(enough);
                    return "";
                  }));
      await(held);
      assertThatExceptionOfType(DatabaseUnavailable.class)
          .isThrownBy(() -> database.read(connection -> ""))
          .withMessageContaining("1 connections were busy");
      enough.countDown();
      assertThat(holder.join(Patience.LONG)).isTrue();
    }
  }

  @Test
  void aConnectionOfOnesOwnTakesArraysInOneRoundTrip() throws SQLException {
    int rows = 1000;
    Long[] ids = new Long[rows];
    String[] emails = new String[rows];
    for (int i = 0; i < rows; i++) {
      ids[i] = (long) i;
      emails[i] = i + "@example.org";
    }
    try (Connection connection = common.connect("sequencer");
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO account (id, email)
                SELECT id, email FROM unnest(?::bigint[], ?::text[]) AS row (id, email)
                """)) {
      assertThat(connection.getAutoCommit()).isTrue();
      Array idArray = connection.createArrayOf("bigint", ids);
      Array emailArray = connection.createArrayOf("text", emails);
      insert.setArray(1, idArray);
      insert.setArray(2, emailArray);
      assertThat(insert.executeUpdate()).isEqualTo(rows);
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SHOW application_name")) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("throughline sequencer");
      }
    }
    assertThat(count()).isEqualTo(rows);
  }

  @Test
  void overrulesARoleThatDoesNotWaitForTheDisk() {
    execute(
        common, "ALTER ROLE CURRENT_USER IN DATABASE " + name() + " SET synchronous_commit = off");
    try (Database database =
        new Database(Optional.empty(), TestDatabase.connector(test, limits()), limits())) {
      assertThat(database.show().value("synchronous_commit")).isEqualTo("on");
    } finally {
      execute(common, "ALTER ROLE CURRENT_USER IN DATABASE " + name() + " RESET ALL");
    }
  }

  /** What passes next, after the work, is its commit. */
  private static void insertAndCut(
      Database database, long id, CuttingProxy proxy, CuttingProxy.Cut cut) {
    proxy.cut = CuttingProxy.Cut.NEVER;
    database.<String>transaction(connection -> {
      run(connection, insert(id), "");
      proxy.cut = cut;
      return "";
    });
  }

  private static Database through(CuttingProxy proxy) {
    DatabaseConfig.Location.External place =
        (DatabaseConfig.Location.External) test.config().location();
    String url = place.jdbcUrl().replaceFirst(":\\d+/", ":" + proxy.port() + "/");
    return new Database(
        Optional.empty(),
        new Connector(() -> url, place.user(), place.password(), limits()),
        limits());
  }

  private static DatabaseConfig.Limits limits() {
    return DatabaseConfig.Limits.DEFAULT.withConnections(2);
  }

  private static String url() {
    return ((DatabaseConfig.Location.External) test.config().location()).jdbcUrl();
  }

  private static String name() {
    return url().replaceFirst(".*/", "");
  }

  private static String insert(long id) {
    return "INSERT INTO account (id) VALUES (" + id + ")";
  }

  private static void execute(Database database, String sql) {
    database.<String>transaction(connection -> run(connection, sql, ""));
  }

  private static String run(Connection connection, String sql, String result) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return result;
    }
  }

  /** Ends the server's side of that connection from another one. */
  private static void endOtherBackend(Connection connection) throws SQLException {
    int pid;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      pid = row.getInt(1);
    }
    try (Connection other = common.connect("killer")) {
      run(other, "SELECT pg_terminate_backend(" + pid + ", 5000)", "");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(Patience.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long count() {
    return ids(common).size();
  }

  private static List<Long> ids(Database database) {
    return database.read(connection -> {
      List<Long> ids = new ArrayList<>();
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT id FROM account ORDER BY id")) {
        while (rows.next()) {
          ids.add(rows.getLong(1));
        }
      }
      return ids;
    });
  }
}
