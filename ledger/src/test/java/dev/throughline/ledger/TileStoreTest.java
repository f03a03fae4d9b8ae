package dev.throughline.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * However a tree came to its size, in whatever steps and with whatever crashes between them, the
 * directory holds its tiles, serves proofs that verify, and notices any byte that is not the
 * tree's.
 */
class TileStoreTest {
  private static final int MANY = 66_000; // beyond one full tile of level 1
  private static final List<Hash> LEAVES = Samples.leaves(MANY);
  private static final MerkleTree TREE = MerkleTree.of(LEAVES);

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "0, 0, 256, tile/0/000",
    "0, 0, 1, tile/0/000.p/1",
    "1, 999, 256, tile/1/999",
    "0, 1000, 255, tile/0/x001/000.p/255",
    "0, 1234067, 256, tile/0/x001/x234/067",
    "7, 9223372036854775, 256, tile/7/x009/x223/x372/x036/x854/775",
  })
  void aTileHasOnePath(int level, long index, int width, String path) {
    Tiles.Tile tile = new Tiles.Tile(level, index, width);
    assertThat(tile.path()).isEqualTo(path);
    assertThat(Tiles.parse(path)).isEqualTo(tile);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tile/0",
        "tile/00/000",
        "tile/8/000",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/../../checkpoint",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/000",
      })
  void anyOtherPathIsRefused(String path) {
    assertThatThrownBy(() -> Tiles.parse(path)).isInstanceOf(RefusedException.class);
  }

  @Test
  void theExampleOfTheSpecificationHasItsTiles() {
    assertThat(Tiles.edge(70_000))
        .containsExactly(
            new Tiles.Tile(0, 273, 112), new Tiles.Tile(1, 1, 17), new Tiles.Tile(2, 0, 1));
    assertThat(Tiles.edge(256)).containsExactly(new Tiles.Tile(1, 0, 1));
    assertThat(Tiles.edge(0)).isEmpty();
    assertThat(Tiles.edge(Long.MAX_VALUE)).hasSize(8);
  }

  @Test
  void aTreeThatGrowsInRandomStepsHasTheTilesOfOneThatGrewAtOnce() throws IOException {
    Random random = new Random(7);
    TileStore store = new TileStore(directory.resolve("steps"));
    CompactRange range = CompactRange.EMPTY;
    while (range.size() < MANY) {
      int step = random.nextInt(4) == 0 ? random.nextInt(20_000) : random.nextInt(300);
      int end = (int) Math.min(MANY, range.size() + step);
      range = store.append(range, LEAVES.subList((int) range.size(), end));
      assertThat(store.range(end)).isEqualTo(range);
    }
    assertThat(range.root()).isEqualTo(TREE.root());
    TileStore atOnce = new TileStore(directory.resolve("once"));
    atOnce.append(CompactRange.EMPTY, LEAVES);
    Map<String, Bytes> steps = withoutPartials(contents(directory.resolve("steps")));
    assertThat(steps).isEqualTo(withoutPartials(contents(directory.resolve("once"))));
    assertThat(steps).hasSize(MANY / 256 + 1);

    NodeSource nodes = store.at(MANY, TREE.root());
    for (int i = 0; i < 500; i++) {
      long index = random.nextLong(MANY);
      assertThat(Proofs.inclusionProof(index, MANY, nodes))
          .isEqualTo(Proofs.inclusionProof(index, MANY, TREE));
      long size1 = random.nextLong(MANY);
      assertThat(Proofs.consistencyProof(size1, MANY, nodes))
          .isEqualTo(Proofs.consistencyProof(size1, MANY, TREE));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537})
  void proofsHoldAtAndAroundTheBordersOfTiles(int size) {
    TileStore store = new TileStore(directory);
    CompactRange half = store.append(CompactRange.EMPTY, LEAVES.subList(0, size / 2));
    CompactRange range = store.append(half, LEAVES.subList(size / 2, size));
    assertThat(range).isEqualTo(CompactRange.EMPTY.appendAll(LEAVES.subList(0, size)));
    NodeSource nodes = store.at(size, range.root());
    for (int index : new int[] {0, size / 3, size / 2, size - 1}) {
      List<Hash> proof = Proofs.inclusionProof(index, size, nodes);
      assertThat(Proofs.verifyInclusion(index, size, LEAVES.get(index), proof, range.root()))
          .isTrue();
    }
    List<Hash> proof = Proofs.consistencyProof(size / 2, size, nodes);
    assertThat(
            Proofs.verifyConsistency(half.size(), half.root(), range.size(), range.root(), proof))
        .isTrue();
    if (half.size() > 0) { // an earlier size stays provable
      NodeSource before = store.at(half.size(), half.root());
      assertThat(Proofs.root(half.size(), before)).isEqualTo(half.root());
    }
    assertThatThrownBy(() -> nodes.node(0, size)).isInstanceOf(IllegalArgumentException.class);
  }

  /** The append is cut off before each of its steps in turn; then it is simply done again. */
  @ParameterizedTest
  @CsvSource({"200, 300", "0, 1", "250, 256", "3, 900", "65500, 65540"})
  void anAppendThatWasCutOffAnywhereIsDoneAgain(int from, int to) throws IOException {
    List<Hash> before = LEAVES.subList(0, from);
    List<Hash> added = LEAVES.subList(from, to);
    CompactRange old = CompactRange.EMPTY.appendAll(before);
    Path start = Files.createDirectory(directory.resolve("start"));
    new TileStore(start).append(CompactRange.EMPTY, before);
    Path reference = directory.resolve("reference");
    copy(start, reference);
    Set<Map.Entry<String, Bytes>> whole = new HashSet<>(contents(start).entrySet());
    new TileStore(reference).append(old, added);
    whole.addAll(contents(reference).entrySet());

    boolean finished = false;
    for (int crashAt = 0; !finished; crashAt++) {
      Path crashed = directory.resolve("crash-" + crashAt);
      copy(start, crashed);
      finished = appendAndCrash(crashed, old, added, crashAt);
      assertThat(whole)
          .as("crash before step %d", crashAt)
          .containsAll(visible(contents(crashed)).entrySet());
      TileStore reopened = new TileStore(crashed);
      assertThat(reopened.range(from)).as("crash before step %d", crashAt).isEqualTo(old);
      assertThat(reopened.append(old, added).root()).isEqualTo(Proofs.root(to, TREE));
      assertThat(contents(crashed)).isEqualTo(contents(reference));
      assertThat(crashAt).isLessThan(100);
    }
  }

  /** A power cut may leave half of a file that was not synced yet; no reader may ever see one. */
  private static void tear(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length / 2));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static boolean appendAndCrash(
      Path directory, CompactRange old, List<Hash> added, int crashAt) {
    int[] steps = {0};
    TileStore.CrashPoint crash =
        step -> {
          if (steps[0]++ == crashAt) {
            if (step.startsWith("fsync ")) {
              tear(Path.of(step.substring("fsync ".length())));
            }
            throw new IOException("cut off before " + step);
          }
        };
    try {
      new TileStore(directory, crash).append(old, added);
      return true;
    } catch (UncheckedIOException expected) {
      assertThat(expected).hasMessageContaining("cut off");
      return false;
    }
  }

  @Test
  void partialTilesGoOnceTheFullOneIsThere() throws IOException {
    TileStore store = new TileStore(directory);
    CompactRange range = store.append(CompactRange.EMPTY, LEAVES.subList(0, 100));
    range = store.append(range, LEAVES.subList(100, 200));
    assertThat(contents(directory)).containsOnlyKeys("tile/0/000.p/100", "tile/0/000.p/200");
    store.append(range, LEAVES.subList(200, 256));
    assertThat(contents(directory)).containsOnlyKeys("tile/0/000", "tile/1/000.p/1");
    assertThat(directory.resolve("tile/0/000.p")).doesNotExist();
    assertThat(store.range(200)).isEqualTo(range);
  }

  @Test
  void doingAnAppendAgainChangesNothing() throws IOException {
    TileStore store = new TileStore(directory);
    CompactRange range = store.append(CompactRange.EMPTY, LEAVES.subList(0, 700));
    Map<String, Bytes> contents = contents(directory);
    assertThat(store.append(CompactRange.EMPTY, LEAVES.subList(0, 700))).isEqualTo(range);
    assertThat(store.append(range, List.of())).isEqualTo(range);
    assertThat(contents(directory)).isEqualTo(contents);
  }

  @Test
  void anotherTreeIsNotWrittenOverThisOne() {
    TileStore store = new TileStore(directory);
    CompactRange range = store.append(CompactRange.EMPTY, LEAVES.subList(0, 300));
    List<Hash> other = new ArrayList<>(LEAVES.subList(0, 300));
    other.set(7, Samples.leaf(-1));
    assertThatThrownBy(() -> store.append(CompactRange.EMPTY, other))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("tile/0/000");
    CompactRange otherRange = CompactRange.EMPTY.appendAll(other);
    assertThatThrownBy(() -> store.append(otherRange, LEAVES.subList(0, 1)))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> store.at(300, otherRange.root())).isInstanceOf(RefusedException.class);
    assertThat(store.range(300)).isEqualTo(range);
  }

  @Test
  void aFlippedBitOrAMissingByteInAnyTileIsNoticed() throws IOException {
    int size = 1_000;
    Hash root = Proofs.root(size, TREE);
    new TileStore(directory).append(CompactRange.EMPTY, LEAVES.subList(0, size));
    Random random = new Random(3);
    for (String name : contents(directory).keySet()) {
      Path file = directory.resolve(name);
      byte[] good = Files.readAllBytes(file);
      for (int i = 0; i < 8; i++) {
        Files.write(file, Samples.flipped(good, random.nextInt(good.length * 8)));
        assertThatThrownBy(() -> readEverything(size, root))
            .as(name)
            .isInstanceOf(RefusedException.class);
      }
      Files.write(file, Arrays.copyOf(good, good.length - 1));
      assertThatThrownBy(() -> readEverything(size, root))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(name);
      Files.write(file, Arrays.copyOf(good, good.length + 1));
      assertThatThrownBy(() -> readEverything(size, root)).isInstanceOf(RefusedException.class);
      Files.delete(file);
      assertThatThrownBy(() -> readEverything(size, root)).isInstanceOf(UncheckedIOException.class);
      Files.write(file, good);
      readEverything(size, root);
    }
  }

  private void readEverything(int size, Hash root) {
    NodeSource nodes = new TileStore(directory).at(size, root);
    for (int index = 0; index < size; index += 100) {
      Proofs.inclusionProof(index, size, nodes);
    }
  }

  @Test
  void aSizeThatIsNotHereIsAnError() {
    TileStore store = new TileStore(directory);
    store.append(CompactRange.EMPTY, LEAVES.subList(0, 300));
    assertThatThrownBy(() -> store.range(299)).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> store.range(301)).isInstanceOf(UncheckedIOException.class);
    assertThat(store.range(0)).isEqualTo(CompactRange.EMPTY);
    assertThat(store.at(0, TreeHash.EMPTY)).isNotNull();
  }

  private static Map<String, Bytes> contents(Path directory) throws IOException {
    Map<String, Bytes> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(directory.relativize(file).toString(), Bytes.copyOf(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  private static Map<String, Bytes> visible(Map<String, Bytes> contents) {
    contents.keySet().removeIf(name -> name.endsWith(".tmp"));
    return contents;
  }

  private static Map<String, Bytes> withoutPartials(Map<String, Bytes> contents) {
    contents.keySet().removeIf(name -> name.contains(".p/"));
    return contents;
  }
}
