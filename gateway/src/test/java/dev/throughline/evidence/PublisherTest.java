package dev.throughline.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.NodeSource;
import dev.throughline.ledger.Note;
import dev.throughline.ledger.NoteVerifier;
import dev.throughline.ledger.Proofs;
import dev.throughline.ledger.TileStore;
import dev.throughline.log.Log;
import dev.throughline.log.TestLog;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything appended is soon under a signed checkpoint whose tiles prove it; no two checkpoints
 * ever contradict each other, whenever publishing is cut off and whatever database it is asked for.
 */
class PublisherTest {
  private static final String ORIGIN_PATTERN = "gateway\\.example/20[0-9]{2}h[12]";

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final Rows rows = new Rows(database);

  @TempDir Path data;
  private TestLog node;
  private LedgerFiles files;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data);
    files = new LedgerFiles(data);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void whatIsAppendedIsPublishedByItself() throws IOException {
    long epoch = node.lead();
    try (Publisher publisher = publisher()) {
      assertThat(publisher.mayTakeIn()).isFalse();
      assertThat(publisher.examine()).isTrue();
      publisher.start(epoch);
      for (int i = 0; i < 3; i++) {
        long index = node.append("entry " + i);
        Patience.await().until(() -> publisher.published() > index);
        assertThat(published().size()).isEqualTo(index + 1);
        assertThat(published().root()).isEqualTo(node.log().state().root());
      }
      assertThat(publisher.mayTakeIn()).isTrue();
      assertThat(publisher.standing()).isEqualTo(new Standing.Good());
      assertThat(published().origin()).matches(ORIGIN_PATTERN);
    }
  }

  @Test
  void theLastEntriesArePublishedBeforeItStops() {
    long epoch = node.lead();
    Publisher publisher = publisher();
    publisher.examine();
    publisher.start(epoch);
    node.append("first");
    Patience.await().until(() -> publisher.published() == 2);
    node.append("right after a checkpoint");
    publisher.close();
    assertThat(published().size()).isEqualTo(3);
  }

  @Test
  void whileNothingHappensNothingIsPublished() throws InterruptedException {
    long epoch = node.lead();
    try (Publisher publisher = publisher()) {
      publisher.examine();
      publisher.start(epoch);
      Thread.sleep(1_200);
      assertThat(rows.number("select count(*) from checkpoint")).isEqualTo(1);
    }
  }

  @Test
  void theTilesProveEveryEntry() {
    appendMany(700);
    assertThat(publisher().examine()).isTrue();
    appendMany(23);
    assertThat(publisher().examine()).isTrue();
    Checkpoint head = published();
    assertThat(head.size()).isEqualTo(723);
    List<Hash> leaves = node.log().leaves(0, 723);
    NodeSource tiles = tiles(head);
    for (int i = 0; i < 723; i++) {
      assertThat(
              Proofs.verifyInclusion(
                  i, 723, leaves.get(i), Proofs.inclusionProof(i, 723, tiles), head.root()))
          .isTrue();
    }
  }

  @Test
  void everyCheckpointOnlyAddsToTheOneBefore() {
    for (int i = 0; i < 12; i++) {
      appendMany(1 + i * 7 % 40);
      assertThat(publisher().examine()).isTrue();
    }
    List<Checkpoint> all = all();
    assertThat(all).hasSize(12);
    NodeSource tiles = tiles(published());
    for (Checkpoint one : all) {
      for (Checkpoint other : all) {
        if (one.size() <= other.size()) {
          assertThat(
                  Proofs.verifyConsistency(
                      one.size(),
                      one.root(),
                      other.size(),
                      other.root(),
                      Proofs.consistencyProof(one.size(), other.size(), tiles)))
              .isTrue();
        }
      }
    }
  }

  @Test
  void keyAndMemoryAreSecretAndTheVerifierKeyIsPublished() throws IOException {
    node.append("x");
    Publisher publisher = publisher();
    publisher.examine();
    String origin = published().origin();
    for (Path secret : List.of(files.key(origin), files.memory(origin))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("rw-------");
    }
    assertThat(Files.readString(files.vkey(origin)).strip())
        .isEqualTo(publisher.vkey().orElseThrow());
    String again = publisher().vkey().orElse("");
    assertThat(again).isEmpty(); // not examined yet
    Publisher later = publisher();
    later.examine();
    assertThat(later.vkey()).isEqualTo(publisher.vkey());
  }

  // ---- crashes

  @ParameterizedTest
  @ValueSource(strings = {"tiles", "memory", "store", "publish"})
  void aCrashBeforeAnyStepIsMadeGood(String step) {
    appendMany(300);
    assertThat(publisher().examine()).isTrue();
    for (int i = 0; i < 4; i++) {
      appendMany(130);
      Publisher dying =
          new Publisher(
              node.log(),
              database,
              data,
              InstantSource.system(),
              new SecureRandom(),
              at -> {
                if (at.equals(step)) {
                  throw new PowerCut();
                }
              });
      try {
        dying.examine();
        throw new AssertionError("there was no step " + step);
      } catch (PowerCut expected) {
        appendMany(i); // it may go on with more than it stopped with
      }
      assertThat(publisher().examine()).isTrue();
      assertThat(published().size()).isEqualTo(node.log().head());
    }
    Fsck.Report report = new Fsck(database, node.vault(), data, new SecureRandom()).run(line -> {});
    assertThat(report.problems()).isEmpty();
  }

  private static final class PowerCut extends Error {
    private static final long serialVersionUID = 1;
  }

  @Test
  void lostFilesAreMadeAgainAndSayTheSame() throws IOException {
    appendMany(600);
    assertThat(publisher().examine()).isTrue();
    String origin = published().origin();
    String note = Files.readString(files.checkpoint(origin));
    byte[] tile = Files.readAllBytes(files.published(origin).resolve("tile/0/001"));
    delete(files.published(origin).resolve("tile"));
    Files.delete(files.checkpoint(origin));
    assertThat(publisher().examine()).isTrue();
    assertThat(Files.readString(files.checkpoint(origin))).isEqualTo(note);
    assertThat(files.published(origin).resolve("tile/0/001")).hasBinaryContent(tile);
  }

  @Test
  void aCorruptTileStopsPublishingButNotTakingIn() throws IOException {
    appendMany(300);
    assertThat(publisher().examine()).isTrue();
    String origin = published().origin();
    Path tile = files.published(origin).resolve("tile/0/000");
    byte[] good = Files.readAllBytes(tile);
    byte[] bad = good.clone();
    bad[77] ^= 1;
    Files.write(tile, bad);
    Files.delete(files.checkpoint(origin));
    Publisher publisher = publisher();
    publisher.examine();
    assertThat(publisher.standing()).isInstanceOf(Standing.Failing.class);
    Files.write(tile, good);
    assertThat(publisher.examine()).isTrue();
  }

  // ---- a log that does not continue what was signed

  @Test
  void anOlderDatabaseIsNeitherSignedNorTakenInto() {
    appendMany(40);
    assertThat(publisher().examine()).isTrue();
    Checkpoint signed = published();
    restore(31);
    try (TestLog restored = TestLog.open(database, data)) {
      assertBehind(publisher(restored), "older than what was published");
      assertThat(published()).isEqualTo(signed);
    }
  }

  @Test
  void anOlderDatabaseThatGrewOnIsNeitherSignedNorTakenInto() {
    appendMany(40);
    assertThat(publisher().examine()).isTrue();
    Checkpoint signed = published();
    restore(31);
    try (TestLog restored = TestLog.open(database, data)) {
      for (int i = 0; i < 25; i++) {
        restored.append("another history");
      }
      assertBehind(publisher(restored), "Nothing is signed or taken in");
      assertThat(published()).isEqualTo(signed);
      assertThat(rows.number("select count(*) from checkpoint where size > 40")).isZero();
    }
  }

  @Test
  void anOlderDatabaseIsKnownWhenItReturnsWhileTheServerRuns() {
    long epoch = node.lead();
    appendMany(40);
    try (Publisher publisher = publisher()) {
      publisher.examine();
      publisher.start(epoch);
      restore(31);
      try (TestLog other = TestLog.open(database, data)) {
        for (int i = 0; i < 30; i++) {
          other.append("another history");
        }
        Patience.await().until(() -> publisher.standing() instanceof Standing.Behind);
        assertThat(publisher.mayTakeIn()).isFalse();
      }
    }
  }

  @Test
  void aChangedEntryIsNotSigned() {
    appendMany(10);
    assertThat(publisher().examine()).isTrue();
    appendMany(10);
    byte[] entry = rows.bytes("select bytes from entry where index = 15");
    entry[entry.length - 4] ^= 1;
    rows.set("update entry set bytes = ? where index = 15", entry);
    try (TestLog later = TestLog.open(database, data)) {
      assertBehind(publisher(later), "do not have the root");
    }
  }

  @Test
  void anEntryThatIsMissingIsNotSigned() {
    appendMany(10);
    rows.execute("delete from entry where index = 5");
    try (TestLog later = TestLog.open(database, data)) {
      assertBehind(publisher(later), "only 9 are there");
    }
  }

  @Test
  void withoutItsMemoryTheKeySignsNothing() throws IOException {
    appendMany(10);
    assertThat(publisher().examine()).isTrue();
    String origin = published().origin();
    Files.delete(files.memory(origin));
    assertBehind(publisher(), "last signed is not known");
  }

  @Test
  void withoutItsKeyNothingIsSignedUnderANewOne() throws IOException {
    appendMany(10);
    assertThat(publisher().examine()).isTrue();
    String origin = published().origin();
    Files.delete(files.key(origin));
    assertBehind(publisher(), "signing key");
    assertThat(files.key(origin)).doesNotExist();
  }

  @Test
  void anOlderMemoryIsMadeGoodByWhatWasPublished() throws IOException {
    appendMany(10);
    assertThat(publisher().examine()).isTrue();
    String origin = published().origin();
    String older = Files.readString(files.memory(origin));
    appendMany(10);
    assertThat(publisher().examine()).isTrue();
    // Keys and database come back from one old backup; the published files are newer.
    Files.writeString(files.memory(origin), older);
    restore(15);
    try (TestLog restored = TestLog.open(database, data)) {
      assertBehind(publisher(restored), "older than what was published");
    }
  }

  @Test
  void whatIsAboutToBeSignedIsRememberedFirst() throws IOException {
    appendMany(10);
    Publisher dying =
        new Publisher(
            node.log(),
            database,
            data,
            InstantSource.system(),
            new SecureRandom(),
            at -> {
              if (at.equals("store")) {
                throw new PowerCut();
              }
            });
    try {
      dying.examine();
    } catch (PowerCut expected) {
      String origin = node.log().state().origin();
      Checkpoint remembered = Checkpoint.parse(Files.readString(files.memory(origin)));
      assertThat(remembered.size()).isEqualTo(10);
      assertThat(remembered.root()).isEqualTo(node.log().state().root());
    }
    // Signed by nobody's knowledge, and binding all the same.
    restore(5);
    try (TestLog restored = TestLog.open(database, data)) {
      assertBehind(publisher(restored), "older than what was published");
    }
  }

  @Test
  void aNodeThatDoesNotLeadPublishesNothing() {
    long epoch = node.lead();
    try (Publisher publisher = publisher()) {
      publisher.examine();
      publisher.start(epoch);
      try (TestLog other = TestLog.open(database, data)) {
        other.lead();
        other.append("under another lead");
      }
      Patience.await().during(Duration.ofMillis(800)).until(() -> publisher.published() == 1);
    }
    assertThat(published().size()).isEqualTo(1);
  }

  // ----

  private void assertBehind(Publisher publisher, String sentence) {
    assertThat(publisher.examine()).isFalse();
    assertThat(publisher.mayTakeIn()).isFalse();
    assertThat(publisher.standing())
        .isInstanceOfSatisfying(
            Standing.Behind.class, behind -> assertThat(behind.sentence()).contains(sentence));
  }

  private Publisher publisher() {
    return publisher(node);
  }

  private Publisher publisher(TestLog of) {
    return new Publisher(of.log(), database, data, InstantSource.system(), new SecureRandom());
  }

  private void appendMany(int count) {
    for (int i = 0; i < count; i++) {
      node.append();
    }
  }

  /** Leaves the database as a backup of that size has it. */
  private void restore(long size) {
    rows.execute(
        "delete from batch where first >= " + size,
        "delete from entry where index >= " + size,
        "delete from payload where index >= " + size,
        "delete from checkpoint where size > " + size);
  }

  private Checkpoint published() {
    try {
      Log.State state = node.log().state();
      NoteVerifier key = NoteVerifier.parse(Files.readString(files.vkey(state.origin())).strip());
      return Checkpoint.open(Note.parse(Files.readAllBytes(files.checkpoint(state.origin()))), key);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<Checkpoint> all() {
    List<Checkpoint> all = new ArrayList<>();
    for (String note : rows.texts("select note from checkpoint order by size")) {
      all.add(Checkpoint.parse(Note.parse(note).text()));
    }
    return all;
  }

  private NodeSource tiles(Checkpoint head) {
    return new TileStore(files.published(head.origin())).at(head.size(), head.root());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
