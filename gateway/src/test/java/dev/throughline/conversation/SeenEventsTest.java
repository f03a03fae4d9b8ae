package dev.throughline.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.store.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each event is new once, whether it was looked for or not. */
class SeenEventsTest {
  private static final LocalDate DAY = LocalDate.parse("2026-11-22");

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final SeenEvents seen = new SeenEvents();
  private Connection transaction;

  @BeforeEach
  void connect() throws SQLException {
    transaction = test.database().connect("test");
    try (Statement statement = transaction.createStatement()) {
      statement.execute(
          "create table seen_20261122 partition of seen"
              + " for values from ('2026-11-22') to ('2026-11-23')");
      statement.execute("create table done (what text)");
    }
    transaction.setAutoCommit(false);
  }

  @AfterEach
  void disconnect() throws SQLException {
    transaction.close();
  }

  @Test
  void whatCameBeforeIsNotNewAndTheRestIs() throws SQLException {
    assertThat(mark(true, 1, 2, 2)).isEqualTo(ids(1, 2));
    assertThat(mark(true, 2, 3)).isEqualTo(ids(3));
    // Looked for, since there was a repetition.
    assertThat(mark(true, 3, 4, 4)).isEqualTo(ids(4));
    assertThat(mark(true, 1, 2, 3, 4)).isEmpty();
    assertThat(mark(true)).isEmpty();
  }

  /** Also once nothing has been looked for in a while. */
  @Test
  void aRepetitionIsFoundHoweverLongNoneCame() throws SQLException {
    assertThat(mark(true, 0)).isEqualTo(ids(0));
    assertThat(mark(true, 0, 1)).isEqualTo(ids(1));
    for (int i = 2; i < 200; i++) {
      assertThat(mark(true, i)).isEqualTo(ids(i));
    }

    assertThat(mark(true, 1, 100, 200)).isEqualTo(ids(200));
  }

  @Test
  void whatTheTransactionHasDoneBeforeStays() throws SQLException {
    assertThat(mark(true, 1)).isEqualTo(ids(1));
    try (Statement statement = transaction.createStatement()) {
      statement.execute("insert into done values ('before')");
    }

    assertThat(mark(false, 1, 2)).isEqualTo(ids(2));

    try (Statement statement = transaction.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from done")) {
      row.next();
      assertThat(row.getLong(1)).isEqualTo(1);
    }
  }

  @Test
  void thatATransactionFailedMarksNothing() throws SQLException {
    assertThat(seen.mark(transaction, keys(1), true)).isEqualTo(ids(1));
    transaction.rollback();

    assertThat(mark(true, 1)).isEqualTo(ids(1));
  }

  private Set<UUID> mark(boolean untouched, int... events) throws SQLException {
    Set<UUID> fresh = seen.mark(transaction, keys(events), untouched);
    transaction.commit();
    return fresh;
  }

  private static List<EventKey> keys(int... events) {
    return IntStream.of(events).mapToObj(n -> new EventKey(DAY, new UUID(0, n))).toList();
  }

  private static Set<UUID> ids(int... events) {
    return Set.copyOf(IntStream.of(events).mapToObj(n -> new UUID(0, n)).toList());
  }
}
