package dev.throughline.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.log.Log;
import dev.throughline.log.TestLog;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What nobody touched is clean, while the server runs and after it stopped; whatever bit is changed
 * anywhere is named by its index, and nothing else is.
 */
class FsckTest {
  private static final int ENTRIES = 620;

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final Rows rows = new Rows(database);

  @TempDir Path data;
  private TestLog node;
  private Path published;

  @BeforeEach
  void open() throws Exception {
    node = TestLog.open(database, data);
    node.lead();
    fill(ENTRIES / 2 - 1);
    publish();
    fill(ENTRIES / 2);
    publish();
    published = new LedgerFiles(data).published(node.log().state().origin());
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void whatNobodyTouchedIsClean() {
    List<String> lines = new ArrayList<>();
    Fsck.Report report = fsck(lines);
    assertThat(report.problems()).isEmpty();
    assertThat(report.clean()).isTrue();
    assertThat(report.entries()).isEqualTo(ENTRIES);
    assertThat(report.checkpoints()).isEqualTo(2);
    assertThat(report.openParts()).isEqualTo(2 * (ENTRIES - 1));
    // Two full and a partial tile of leaves, one above them, and one partial of the first half.
    assertThat(report.tiles()).isGreaterThanOrEqualTo(4);
    assertThat(lines).hasSize(1).first().asString().endsWith("Everything holds.");
  }

  @Test
  void aLogWithoutEntriesIsClean() {
    try (TestDatabase empty = TestDatabase.create()) {
      Fsck.Report report =
          new Fsck(empty.database(), node.vault(), data.resolve("none"), new Random(1))
              .run(line -> {});
      assertThat(report.problems()).isEmpty();
      assertThat(report.entries()).isZero();
    }
  }

  @Test
  void aRunningServerIsClean() throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> filling =
          callers.submit(() -> {
            for (int i = 0; i < 10; i++) {
              fill(30);
              publish();
            }
            return true;
          });
      while (!filling.isDone()) {
        assertThat(fsck().problems()).isEmpty();
      }
      filling.get();
    }
    assertThat(fsck().problems()).isEmpty();
  }

  @Test
  void erasedAndDeletedPartsAreListedAndNoProblem() {
    database.transaction(c -> {
      Log.deleteParts(c, 100, 0, 1);
      return true;
    });
    byte[] owner = node.vault().hash(TestLog.person("part 1")).array();
    database.transaction(c -> {
      try (var statement = c.prepareStatement("delete from person_key where owner = ?")) {
        statement.setBytes(1, owner);
        return statement.executeUpdate();
      }
    });
    rows.execute("delete from payload where index = 200");
    try (TestLog later = TestLog.open(database, data)) {
      List<String> lines = new ArrayList<>();
      Fsck.Report report = new Fsck(database, later.vault(), data, new Random(1)).run(lines::add);
      assertThat(report.problems()).isEmpty();
      assertThat(report.deletedParts()).isEqualTo(1);
      assertThat(report.erasedParts()).isEqualTo(ENTRIES - 2 + 2);
      assertThat(lines).anyMatch(line -> line.contains("entry 100, part 0: deleted"));
      assertThat(lines).anyMatch(line -> line.contains("entry 101, part 1: erased"));
    }
  }

  @Test
  void everyFlippedBitIsNamed() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 120; i++) {
      long index = 1L + random.nextInt(ENTRIES - 1);
      switch (i % 4) {
        case 0 -> flippedRow("entry", "bytes", index, random);
        case 1 -> flippedRow("payload", "sealed", index, random);
        case 2 -> flippedTile(random);
        default -> flippedCheckpoint(random);
      }
    }
    assertThat(fsck().problems()).isEmpty();
  }

  private void flippedRow(String table, String column, long index, Random random) {
    String where = " from " + table + " where index = " + index;
    String update = "update " + table + " set " + column + " = ? where index = " + index;
    byte[] good = rows.bytes("select " + column + where);
    byte[] bad = flipped(good, random);
    rows.set(update, bad);
    assertThat(fsck().problems())
        .as("%s %d", table, index)
        .extracting(Fsck.Problem::place)
        .containsOnly(new Fsck.Place.Entry(index));
    rows.set(update, good);
  }

  private void flippedTile(Random random) throws IOException {
    List<Path> tiles;
    try (var paths = Files.walk(published.resolve("tile"))) {
      tiles = paths.filter(Files::isRegularFile).sorted().toList();
    }
    Path tile = tiles.get(random.nextInt(tiles.size()));
    byte[] good = Files.readAllBytes(tile);
    Files.write(tile, flipped(good, random));
    String path = published.relativize(tile).toString();
    assertThat(fsck().problems())
        .as(path)
        .extracting(Fsck.Problem::place)
        .contains(new Fsck.Place.Tile(path))
        .allMatch(place -> place instanceof Fsck.Place.Tile || place instanceof Fsck.Place.Ledger);
    Files.write(tile, good);
  }

  private void flippedCheckpoint(Random random) {
    String origin = node.log().state().origin();
    long size = random.nextBoolean() ? ENTRIES : ENTRIES / 2;
    String good = rows.texts("select note from checkpoint where size = " + size).getFirst();
    byte[] bytes = good.getBytes(StandardCharsets.ISO_8859_1);
    String bad;
    do {
      byte[] flipped = bytes.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(7));
      bad = new String(flipped, StandardCharsets.ISO_8859_1);
    } while (bad.indexOf('\0') >= 0);
    note(size, bad);
    assertThat(fsck().problems())
        .as(bad)
        .extracting(Fsck.Problem::place)
        .contains(new Fsck.Place.Checkpoint(origin, size))
        .noneMatch(Fsck.Place.Entry.class::isInstance);
    note(size, good);
  }

  private void note(long size, String note) {
    database.transaction(c -> {
      try (var statement = c.prepareStatement("update checkpoint set note = ? where size = ?")) {
        statement.setString(1, note);
        statement.setLong(2, size);
        return statement.executeUpdate();
      }
    });
  }

  @Test
  void severalFaultsAreNamedOnceEach() {
    for (long index : List.of(7L, 8L, 300L, 599L)) {
      byte[] bytes = rows.bytes("select bytes from entry where index = " + index);
      bytes[bytes.length - 5] ^= 4;
      rows.set("update entry set bytes = ? where index = " + index, bytes);
    }
    assertThat(fsck().problems())
        .extracting(Fsck.Problem::place)
        .containsOnly(
            new Fsck.Place.Entry(7),
            new Fsck.Place.Entry(8),
            new Fsck.Place.Entry(300),
            new Fsck.Place.Entry(599));
  }

  @Test
  void anEntryThatWasDeletedSwappedOrAddedIsNamed() {
    rows.execute("delete from entry where index = 41");
    assertThat(places()).containsOnly(new Fsck.Place.Entry(41));
    rows.execute("insert into entry select 41, id, kind, at, bytes from entry where index = 42");
    assertThat(places()).containsOnly(new Fsck.Place.Entry(41));
    rows.execute(
        "insert into entry select %d, gen_random_uuid(), kind, at, bytes from entry where index = 42"
            .formatted(ENTRIES));
    assertThat(places()).containsOnly(new Fsck.Place.Entry(41), new Fsck.Place.Entry(ENTRIES));
  }

  @Test
  void aBatchThatWasChangedIsNamed() {
    long first = rows.number("select min(first) from batch where first > 200");
    byte[] root = rows.bytes("select root from batch where first = " + first);
    byte[] good = root.clone();
    root[3] ^= 1;
    String update = "update batch set root = ? where first = " + first;
    rows.set(update, root);
    assertThat(fsck().problems())
        .hasSize(1)
        .first()
        .matches(
            problem -> problem.place() instanceof Fsck.Place.Batch batch && batch.first() == first);
    rows.set(update, good);
    rows.execute("update batch set epoch = epoch + 1 where first = " + first);
    assertThat(fsck().problems())
        .isNotEmpty()
        .allMatch(problem -> problem.place() instanceof Fsck.Place.Batch);
  }

  @Test
  void aRolledBackLogIsOlderThanItsCheckpoints() {
    long first = rows.number("select min(first) from batch where first > 500");
    rows.execute(
        "delete from batch where first >= " + first,
        "delete from entry where index >= " + first,
        "delete from payload where index >= " + first);
    assertThat(fsck().problems())
        .extracting(Fsck.Problem::place)
        .contains(new Fsck.Place.Checkpoint(node.log().state().origin(), ENTRIES));
  }

  @Test
  void aChangedKeyIsNamedByThePartsItSealed() {
    byte[] owner = node.vault().hash(TestLog.person("part 0")).array();
    database.transaction(c -> {
      try (var statement =
          c.prepareStatement(
              "update person_key set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)"
                  + " where owner = ?")) {
        statement.setBytes(1, owner);
        return statement.executeUpdate();
      }
    });
    try (TestLog later = TestLog.open(database, data)) {
      Fsck.Report report = new Fsck(database, later.vault(), data, new Random(1)).run(line -> {});
      assertThat(report.found()).isEqualTo(ENTRIES - 1);
      assertThat(report.problems()).allMatch(p -> p.place() instanceof Fsck.Place.Entry);
    }
  }

  @Test
  void aReaderBeyondTheHeadOrWithABrokenChainIsNamed() {
    rows.execute("insert into step values ('converse', 0, 100, 1), ('converse', 100, 300, 1)");
    assertThat(places()).isEmpty();
    rows.execute("insert into message_entry values (gen_random_uuid(), 300)");
    assertThat(places()).containsOnly(new Fsck.Place.Entry(300));
    rows.execute("insert into step values ('converse', 310, 100000, 1)");
    assertThat(places()).containsOnly(new Fsck.Place.Reader("converse"));
  }

  @Test
  void aFileThatIsNoTileIsNamed() throws IOException {
    Files.writeString(published.resolve("tile/0/notes.txt"), "x");
    Files.writeString(published.resolve("tile/0/123.tmp"), "cut off");
    assertThat(places()).containsOnly(new Fsck.Place.Tile("tile/0/notes.txt"));
  }

  @Test
  void aMissingTileIsNamed() throws IOException {
    Files.delete(published.resolve("tile/0/001"));
    assertThat(fsck().problems())
        .extracting(Fsck.Problem::place)
        .contains(new Fsck.Place.Tile("tile/0/001"))
        .noneMatch(Fsck.Place.Entry.class::isInstance);
  }

  // ----

  private List<Fsck.Place> places() {
    return fsck().problems().stream().map(Fsck.Problem::place).toList();
  }

  private Fsck.Report fsck() {
    return fsck(new ArrayList<>());
  }

  private Fsck.Report fsck(List<String> lines) {
    return new Fsck(database, node.vault(), data, new Random(1)).run(lines::add);
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    byte[] flipped = bytes.clone();
    flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return flipped;
  }

  /** In batches of several. */
  private void fill(int count) throws Exception {
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<Callable<Long>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(() -> node.append("one", "two"));
      }
      for (Future<Long> each : callers.invokeAll(all)) {
        each.get();
      }
    }
  }

  private void publish() {
    Publisher publisher =
        new Publisher(node.log(), database, data, InstantSource.system(), new SecureRandom());
    assertThat(publisher.examine()).isTrue();
  }
}
