package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.Patience;
import dev.throughline.conversation.Converse;
import dev.throughline.log.Folder;
import dev.throughline.log.LogEntry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What begins while the batch before it is still applied comes out as if it had begun after it:
 * whatever the one before changes of the same people.
 */
class TakingTurnsTest {
  private static final String OTHER = "Ufedcba9876543210fedcba9876543210";

  @AutoClose private final ApiServer server = ApiServer.start();

  @AutoClose private final ExecutorService ahead = Executors.newSingleThreadExecutor();

  private final String app = server.app();
  private Converse converse;
  private Connection one;
  private Connection other;
  private long read;

  @BeforeEach
  void stopTheFold() throws InterruptedException, SQLException {
    server.say(app, ApiServer.USER, "known", "hello");
    converse = server.unfolded();
    read = server.log.head();
    one = connect();
    other = connect();
  }

  @AfterEach
  void disconnect() throws SQLException {
    one.close();
    other.close();
  }

  @Test
  void whoIsNewInBothIsOnePerson() throws Exception {
    applyInTurns(
        () -> server.say(app, OTHER, "m1", "first"),
        () -> {
          server.say(app, ApiServer.USER, "m2", "known before");
          server.say(app, OTHER, "m3", "second");
        });

    assertThat(texts("select platform_id from message order by id"))
        .containsExactly("known", "m1", "m2", "m3");
    assertThat(texts("select count(*)::text from contact")).containsExactly("2");
    assertThat(texts("select count(*)::text from identity")).containsExactly("2");
    assertThat(texts("select count(*)::text from conversation")).containsExactly("2");
    assertThat(
            texts(
                "select count(distinct conversation)::text from message"
                    + " where platform_id in ('m1', 'm3')"))
        .containsExactly("1");
  }

  /** The one before tells that somebody blocked the account; who writes after that has not. */
  @Test
  void whatTheOneBeforeSaysOfSomebodyIsKnown() throws Exception {
    applyInTurns(
        () -> server.event(app, ApiServer.USER, "gone", Instant.now(), "\"type\":\"unfollow\""),
        () -> server.say(app, ApiServer.USER, "back", "again"));

    assertThat(texts("select friend from identity")).containsExactly("unknown");
  }

  /** Also once repetitions are looked for. */
  @Test
  void whatComesInBothIsTakenOnce() throws Exception {
    for (String id : List.of("first", "second")) {
      Instant at = Instant.now();
      String text =
          "\"type\":\"message\",\"message\":{\"id\":\"%s\",\"type\":\"text\",\"text\":\"!\"}"
              .formatted(id);
      applyInTurns(
          () -> server.event(app, OTHER, "E" + id, at, text),
          () -> {
            server.event(app, OTHER, "E" + id, at, text);
            server.say(app, OTHER, "after" + id, "another");
          });
    }

    assertThat(texts("select platform_id from message order by id"))
        .containsExactly("known", "first", "afterfirst", "second", "aftersecond");
  }

  @Test
  void whoIsLookedUpIsHeld() throws Exception {
    server.say(app, ApiServer.USER, "next", "hello");
    opened().begin(other);
    assertThatThrownBy(() -> texts("select id::text from contact for update nowait"))
        .hasMessageContaining("could not obtain lock");
    other.rollback();
    assertThat(texts("select id::text from contact for update nowait")).hasSize(1);
  }

  /** The second begins once the first has looked, and before it has written anything. */
  private void applyInTurns(Runnable first, Runnable second) throws Exception {
    first.run();
    Folder.Opened before = opened();
    second.run();
    Folder.Opened after = opened();
    before.look(one);
    Future<?> begun =
        ahead.submit(() -> {
          after.begin(other);
          return null;
        });
    awaitEndOrLock(begun);
    Folder.Folded folded = before.fold(one);
    one.commit();
    folded.committed();
    begun.get();
    after.look(other);
    folded = after.fold(other);
    other.commit();
    folded.committed();
  }

  /** Until it has begun, or waits for what the one before has marked. */
  private void awaitEndOrLock(Future<?> begun) {
    Patience.await()
        .until(() ->
            begun.isDone() || !texts("select 1::text from pg_locks where not granted").isEmpty());
  }

  private Folder.Opened opened() {
    List<LogEntry> entries = server.log.read(read, 100);
    read += entries.size();
    return converse.open(entries);
  }

  private Connection connect() throws SQLException {
    Connection connection = server.database.connect("fold");
    connection.setAutoCommit(false);
    return connection;
  }

  private List<String> texts(String sql) throws SQLException {
    try (Connection connection = server.database.connect("test");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }
}
