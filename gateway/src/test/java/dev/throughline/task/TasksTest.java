package dev.throughline.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.TestLog;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import dev.throughline.task.Task.Change;
import dev.throughline.task.Task.Priority;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every task that the fold made is run, and a lane's in their order: also while the table is being
 * read, and where a lane is longer than memory holds.
 */
class TasksTest {
  private static final String KIND = "test";

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final Ulids ulids = new Ulids(InstantSource.system(), new SecureRandom());

  @TempDir Path data;
  private TestLog node;
  private Vault vault;
  private DataKey key;
  private Tasks tasks;
  private Recorder recorder;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data);
    vault = node.vault();
    Owner owner = new Owner.Installation();
    key = vault.keyFor(owner);
    database.transaction(c -> {
      Vault.insert(c, List.of(key));
      return 1;
    });
    vault.admit(Map.of(owner, key));
    tasks = new Tasks(database, vault, InstantSource.system());
    recorder = new Recorder();
    tasks.register(recorder);
  }

  @AfterEach
  void close() {
    recorder.free(1_000);
    tasks.close();
    node.close();
  }

  @Test
  void whatIsCommittedWhileTheTableIsReadIsRunToo() throws SQLException {
    Task read = task("a", 1);
    commit(new Change.Created(read));
    Task meanwhile = task("b", 2);
    try (Connection locking = database.connect("test")) {
      locking.setAutoCommit(false);
      try (Statement statement = locking.createStatement()) {
        statement.execute("lock table task in access exclusive mode");
      }
      tasks.start(Set.of());
      awaitBlockedReader();
      // As if it had been committed just after the reading took its snapshot.
      tasks.committed(List.of(new Change.Created(meanwhile)));
      locking.rollback();
    }
    recorder.free(2);
    recorder.await(2);
    assertThat(recorder.seqs()).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void whatEndsInTheSameTransactionLeavesNothing() {
    Task older = task("a", 1);
    commit(new Change.Created(older));
    Task fresh = task("b", 2);
    Task kept = task("c", 3);

    commit(
        new Change.Attempted(older.id(), ulids.next(), Instant.EPOCH),
        new Change.Created(fresh),
        new Change.Done(older.id()),
        new Change.Created(kept),
        new Change.Attempted(fresh.id(), ulids.next(), Instant.EPOCH),
        new Change.Done(fresh.id()));

    List<Ulid> all = List.of(older.id(), fresh.id(), kept.id());
    List<Task> left = database.read(c -> TaskStore.find(c, all));
    assertThat(left).extracting(Task::id).containsExactly(kept.id());
  }

  @Test
  void aLaneLongerThanMemoryRunsInOrder() {
    List<Task> first = IntStream.range(0, 150).mapToObj(i -> task("a", i)).toList();
    first.forEach(task -> commit(new Change.Created(task)));
    tasks.start(Set.of());
    recorder.free(100);
    recorder.await(100);
    IntStream.range(150, 200).forEach(i -> commit(new Change.Created(task("a", i))));
    recorder.free(100);
    recorder.await(200);
    assertThat(recorder.seqs())
        .isEqualTo(IntStream.range(0, 200).mapToLong(i -> i).boxed().toList());
  }

  @Test
  void whatReplacesTheFirstOfALongLaneRunsFirst() {
    tasks.start(Set.of());
    List<Task> made = IntStream.range(0, 100).mapToObj(i -> task("a", i)).toList();
    made.forEach(task -> commit(new Change.Created(task)));
    recorder.await(1);
    Task instead = task("a", 0);
    recorder.conclude(task -> List.of(new Change.Done(task.id()), new Change.Created(instead)));
    recorder.free(1);
    recorder.await(2);
    recorder.conclude(TasksTest::done);
    recorder.free(1_000);
    recorder.await(101);
    assertThat(recorder.ids().subList(0, 3))
        .containsExactly(made.get(0).id(), instead.id(), made.get(1).id());
    assertThat(recorder.seqs().subList(1, 101)).isSorted();
  }

  @Test
  void whatIsMadeWhileATargetGoesOnKeepsItsPlace() {
    Ulid target = ulids.next();
    tasks.start(Set.of(target));
    IntStream.range(0, 10)
        .mapToObj(i -> task("a", i, Optional.of(target)))
        .forEach(task -> commit(new Change.Created(task)));
    recorder.free(1_000);
    tasks.resume(target);
    IntStream.range(10, 60)
        .mapToObj(i -> task("a", i, Optional.of(target)))
        .forEach(task -> commit(new Change.Created(task)));
    recorder.await(60);
    assertThat(recorder.seqs())
        .isEqualTo(IntStream.range(0, 60).mapToLong(i -> i).boxed().toList());
  }

  /** One whose channel does not answer has more to do than there is room for. */
  @Test
  void anAppThatWaitsLeavesRoomForOthers() {
    tasks.start(Set.of());
    AppId slow = new AppId(ulids.next());
    IntStream.range(0, 20)
        .mapToObj(i -> ofApp(task("slow" + i, i), slow))
        .forEach(task -> commit(new Change.Created(task)));
    recorder.await(6);

    Task other = ofApp(task("other", 20), new AppId(ulids.next()));
    commit(new Change.Created(other));

    recorder.await(7);
    assertThat(recorder.ids().getLast()).isEqualTo(other.id());
    recorder.free(1_000);
    recorder.await(21);
  }

  private Task task(String lane, long seq) {
    return task(lane, seq, Optional.empty());
  }

  private static Task ofApp(Task task, AppId app) {
    return new Task(
        task.id(),
        task.lane(),
        task.seq(),
        task.kind(),
        task.priority(),
        task.due(),
        task.attempt(),
        task.attemptAt(),
        task.tries(),
        task.doubtful(),
        Optional.of(app),
        task.contact(),
        task.target(),
        task.sealed());
  }

  private Task task(String lane, long seq, Optional<Ulid> target) {
    Ulid id = ulids.next();
    return new Task(
        id,
        lane,
        seq,
        KIND,
        Priority.SINGLE,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        0,
        false,
        Optional.empty(),
        Optional.empty(),
        target,
        vault.seal(key, new byte[] {1}, Task.associated(id)));
  }

  /** As the fold does it. */
  private void commit(Change... changes) {
    List<Change> all = List.of(changes);
    database.transaction(c -> {
      TaskStore.write(c, all, Instant.now());
      return 1;
    });
    tasks.committed(all);
  }

  private void awaitBlockedReader() {
    Patience.await().until(() -> database.read(TasksTest::waitsForLock));
  }

  private static boolean waitsForLock(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select exists (select 1 from pg_locks where not granted and relation ="
                    + " 'task'::regclass)");
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  private static List<Change> done(Task task) {
    return List.of(new Change.Done(task.id()));
  }

  /** Remembers what ran, in order; each run waits until it is set free, then has its outcome. */
  private final class Recorder implements TaskHandler {
    private final Semaphore free = new Semaphore(0);
    private final List<Task> ran = new ArrayList<>();
    private Conclusion conclusion = TasksTest::done;

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public int concurrency() {
      return 8;
    }

    @Override
    public void run(Task task, Bytes body) throws InterruptedException {
      synchronized (this) {
        ran.add(task);
      }
      free.acquire();
      Conclusion what;
      synchronized (this) {
        what = conclusion;
      }
      commit(what.of(task).toArray(Change[]::new));
    }

    @Override
    public void erased(Task task) {
      throw new AssertionError("nothing is erased here");
    }

    void free(int count) {
      free.release(count);
    }

    synchronized void conclude(Conclusion next) {
      conclusion = next;
    }

    void await(int count) {
      Patience.await().until(() -> ids().size() >= count);
    }

    synchronized List<Ulid> ids() {
      return ran.stream().map(Task::id).toList();
    }

    synchronized List<Long> seqs() {
      return ran.stream().map(Task::seq).toList();
    }
  }

  @FunctionalInterface
  private interface Conclusion {
    List<Change> of(Task task);
  }
}
