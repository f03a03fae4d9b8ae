package dev.throughline.evidence;

import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.Tiles;
import dev.throughline.ledger.Tiles.Tile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Builds the tiles of a shard again from its leaves, one tile a level in memory, and compares each
 * with its file.
 */
final class TileCheck {
  private static final int LEVEL_BITS = 8;

  private final Path folder;
  private final long first;
  private final long size;
  private final Findings findings;
  private final List<Level> levels = new ArrayList<>();
  private long leaves;
  private long compared;
  private @Nullable Tile open;
  private byte[] openHashes = new byte[0];

  /**
   * @param first the log's index of the shard's first leaf
   * @param size what is published
   */
  TileCheck(Path folder, long first, long size, Findings findings) {
    this.folder = folder;
    this.first = first;
    this.size = size;
    this.findings = findings;
  }

  /** The leaf hash as it is published; empty beyond that, and where the tile cannot be read. */
  Optional<Hash> published(long leaf) {
    if (leaf >= size) {
      return Optional.empty();
    }
    Tile tile = tile(0, leaf / Tiles.WIDTH);
    if (!tile.equals(open)) {
      open = tile;
      openHashes = read(tile).orElseGet(() -> new byte[0]);
    }
    int at = (int) (leaf % Tiles.WIDTH) * Hash.BYTES;
    return at + Hash.BYTES <= openHashes.length
        ? Optional.of(Hash.at(openHashes, at))
        : Optional.empty();
  }

  /** The next leaf as it truly is. */
  void add(Hash leaf) {
    if (leaves == size) {
      return;
    }
    add(0, leaf);
    leaves++;
    if (leaves == size) {
      for (int level = 0; level < levels.size(); level++) {
        if (!levels.get(level).hashes.isEmpty()) {
          compare(level);
        }
      }
      others();
    }
  }

  /** How many tiles were compared. */
  long compared() {
    return compared;
  }

  /** What is known of the tile that is being built at one level. */
  private static final class Level {
    final List<Hash> hashes = new ArrayList<>(Tiles.WIDTH);
    long tile;
  }

  private void add(int level, Hash hash) {
    if (level == levels.size()) {
      levels.add(new Level());
    }
    Level of = levels.get(level);
    of.hashes.add(hash);
    if (of.hashes.size() == Tiles.WIDTH) {
      compare(level);
      Hash root = CompactRange.EMPTY.appendAll(of.hashes).root();
      of.hashes.clear();
      of.tile++;
      add(level + 1, root);
    }
  }

  private void compare(int level) {
    List<Hash> hashes = levels.get(level).hashes;
    long index = levels.get(level).tile;
    Tile tile = tile(level, index);
    compared++;
    Optional<byte[]> read = read(tile);
    if (read.isEmpty()) {
      findings.problem(
          new Fsck.Place.Tile(tile.path()), "The tile is missing or has the wrong length.");
      return;
    }
    for (int i = 0; i < hashes.size(); i++) {
      if (!Hash.at(read.get(), i * Hash.BYTES).equals(hashes.get(i))) {
        long leaf = (index * Tiles.WIDTH + i) << (LEVEL_BITS * level);
        findings.problem(
            new Fsck.Place.Tile(tile.path()),
            "Its hash %d is wrong: it should lead to the entries from %d on."
                .formatted(i, first + leaf));
      }
    }
  }

  /** The tile as wide as it is in the published tree. */
  private Tile tile(int level, long index) {
    long hashes = size >> (LEVEL_BITS * level);
    return new Tile(level, index, (int) Math.min(Tiles.WIDTH, hashes - index * Tiles.WIDTH));
  }

  /** The tile's bytes; a partial one may be the beginning of the full one by now. */
  private Optional<byte[]> read(Tile tile) {
    Path file = folder.resolve(tile.path());
    Path whole = folder.resolve(new Tile(tile.level(), tile.index(), Tiles.WIDTH).path());
    try {
      Optional<byte[]> read = read(file, tile.bytes());
      return read.isPresent() || tile.full() || Files.exists(file)
          ? read
          : read(whole, Tiles.WIDTH * Hash.BYTES)
              .map(hashes -> Arrays.copyOf(hashes, tile.bytes()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the tile " + file, e);
    }
  }

  private static Optional<byte[]> read(Path file, int length) throws IOException {
    try {
      return Files.size(file) == length ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    }
  }

  /** Narrower tiles of earlier sizes, which must be the beginning of what came of them. */
  private void others() {
    Path tiles = folder.resolve("tile");
    if (!Files.isDirectory(tiles)) {
      return;
    }
    try {
      Files.walkFileTree(
          tiles,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              other(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE; // replaced by the full tile meanwhile
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the tiles in " + folder, e);
    }
  }

  private void other(Path file) throws IOException {
    String path = folder.relativize(file).toString().replace('\\', '/');
    if (path.endsWith(".tmp")) {
      return; // cut off before it was a tile
    }
    Tile tile;
    try {
      tile = Tiles.parse(path);
    } catch (RefusedException noTile) {
      findings.problem(new Fsck.Place.Tile(path), "There is no tile of this name.");
      return;
    }
    long hashes = size >> (LEVEL_BITS * tile.level());
    boolean published = tile.index() * Tiles.WIDTH + tile.width() <= hashes;
    if (!published || tile.equals(tile(tile.level(), tile.index()))) {
      return; // of a checkpoint that is under way, or compared above
    }
    Optional<byte[]> whole = read(tile(tile.level(), tile.index()));
    byte[] part = Files.readAllBytes(file);
    compared++;
    if (whole.isPresent() && !Arrays.equals(part, Arrays.copyOf(whole.get(), tile.bytes()))) {
      findings.problem(
          new Fsck.Place.Tile(path), "It is not the beginning of the tile that came of it.");
    }
  }
}
