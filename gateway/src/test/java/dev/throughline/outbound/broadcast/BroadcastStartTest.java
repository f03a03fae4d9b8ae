package dev.throughline.outbound.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.TestLog;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.outbound.broadcast.Broadcast.Standing;
import dev.throughline.outbound.broadcast.Broadcast.State;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stage begins once, however many ask for it at once and however late they come: who decided on
 * what the broadcast was before begins nothing.
 */
class BroadcastStartTest {
  private static final ProjectId PROJECT = new ProjectId("project");
  private static final AppId APP = new AppId(new Ulid(1, 1));
  private static final Ulid ID = new Ulid(1, 2);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();

  @AutoClose private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

  @TempDir Path data;
  private TestLog node;
  private BroadcastStore store;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data);
    store = new BroadcastStore(database, node.vault());
    DataKey key = node.vault().keyFor(new Owner.Project(PROJECT));
    Standing draft =
        new Standing(
            ID,
            PROJECT,
            APP,
            State.DRAFT,
            NOW,
            NOW,
            0,
            0,
            0,
            0,
            Optional.empty(),
            Optional.empty());
    Order order = new Order("", Json.object(), Json.object(), OptionalInt.empty(), List.of());
    database.transaction(c -> {
      execute(c, "insert into project (id, created, sealed) values ('project', now(), '')");
      execute(
          c,
          "insert into app (id, project, created, sealed) values ('"
              + APP.value().toUuid()
              + "', 'project', now(), '')");
      Vault.insert(c, List.of(key));
      store.insert(c, new Broadcast(draft, order), key);
      Chunk nobody = Chunk.unhashed(List.of());
      store.add(c, ID, 0, List.of(nobody, nobody), key);
      return store.filled(c, ID, 2, 1, Map.of(), NOW);
    });
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void ofManyWhoSawItReadyOneBeginsIt() throws Exception {
    Standing seen = standing();
    List<Future<Boolean>> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(callers.submit(() -> begins(seen)));
    }
    int begun = 0;
    for (Future<Boolean> answer : answers) {
      begun += answer.get() ? 1 : 0;
    }
    assertThat(begun).isEqualTo(1);
  }

  @Test
  void whoSawItReadyDoesNotBeginItAgainWhenItsFirstStageIsOver() {
    Standing seen = standing();
    assertThat(begins(seen)).isTrue();
    database.transaction(
        c -> store.through(c, ID, 0, true, 2, Map.of(), Optional.empty(), new Ulid(1, 3), NOW));
    assertThat(standing().state()).isEqualTo(State.STAGED);
    assertThat(begins(seen)).isFalse();
    assertThat(begins(standing())).isTrue();
  }

  @Test
  void anAudienceThatWasReplacedSinceIsNotBegunByWhoSawTheOther() {
    Standing seen = standing();
    database.transaction(c -> store.filled(c, ID, 1, 1, Map.of(), NOW));
    assertThat(begins(seen)).isFalse();
    assertThat(standing().state()).isEqualTo(State.READY);
  }

  private boolean begins(Standing seen) {
    return database.transaction(c -> store.begin(c, seen, 0, 1, NOW));
  }

  private Standing standing() {
    return store.find(ID).orElseThrow().standing();
  }

  private static void execute(Connection c, String sql) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(sql)) {
      s.executeUpdate();
    }
  }
}
