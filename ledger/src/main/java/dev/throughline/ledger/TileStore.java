package dev.throughline.ledger;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tiles of one tree in a directory that a plain web server can serve. What {@link #append}
 * returned is durable. A tile appears whole or not at all and never changes, so an append that was
 * cut off is simply done again. One writer at a time; any number of readers.
 *
 * <p>Files that cannot be read or written throw {@link UncheckedIOException}; files that hold
 * anything but what the tree says are a {@link RefusedException} that names them.
 */
public final class TileStore {
  /** At 8 KiB a tile, 4 MiB. */
  static final int MAX_CACHED_TILES = 512;

  private final Path directory;
  private final CrashPoint crashPoint;
  private final Map<Tiles.Tile, Verified> cache = new LruTiles();

  /** Called before each step that changes the directory, so that a test can end there. */
  @FunctionalInterface
  interface CrashPoint {
    void before(String step) throws IOException;
  }

  public TileStore(Path directory) {
    this(directory, step -> {});
  }

  TileStore(Path directory, CrashPoint crashPoint) {
    this.directory = directory;
    this.crashPoint = crashPoint;
  }

  /**
   * The compact range at a size whose tiles are here, to compare with the one that is known from
   * elsewhere: by itself it says only what the tiles say.
   */
  public CompactRange range(long size) {
    return range(size, readEdge(size));
  }

  /**
   * Appends leaf hashes to the tree {@code from} and returns the longer tree once all its tiles are
   * durable. Doing it again, or from an earlier size, changes nothing.
   */
  public CompactRange append(CompactRange from, List<Hash> leafHashes) {
    if (leafHashes.isEmpty()) {
      return from;
    }
    Map<Integer, byte[]> edge = readEdge(from.size());
    if (!range(from.size(), edge).equals(from)) {
      throw new RefusedException(
          "The tiles in %s at size %d are not those of the tree that is to grow."
              .formatted(directory, from.size()));
    }
    try {
      write(from.size(), edge, leafHashes);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return from.appendAll(leafHashes);
  }

  /**
   * The nodes of the tree of this size and root, each tile checked against the ones above it when
   * it is read, and those at the edge against the root: what is returned is proved to be the
   * tree's.
   */
  public NodeSource at(long size, Hash root) {
    Map<Integer, byte[]> edge = readEdge(size);
    if (!range(size, edge).root().equals(root)) {
      throw new RefusedException(
          "The tiles in %s at size %d do not have the root %s.".formatted(directory, size, root));
    }
    return new Tree(size, edge);
  }

  private final class Tree implements NodeSource {
    private final long size;
    private final Map<Integer, byte[]> edge;

    Tree(long size, Map<Integer, byte[]> edge) {
      this.size = size;
      this.edge = edge;
    }

    @Override
    public Hash node(int level, long index) {
      if (level < 0 || level >= Long.SIZE - 1 || index < 0 || index >= size >> level) {
        throw new IllegalArgumentException(
            "a tree of %d leaves has no node %d at level %d".formatted(size, index, level));
      }
      int tileLevel = level / Tiles.HEIGHT;
      int height = level % Tiles.HEIGHT;
      long first = index << height;
      byte[] tile = tile(tileLevel, first / Tiles.WIDTH);
      return subtree(tile, (int) (first % Tiles.WIDTH), 1 << height);
    }

    private byte[] tile(int level, long index) {
      byte[] atEdge = edge.get(level);
      if (atEdge != null && index == Tiles.hashes(size, level) / Tiles.WIDTH) {
        return atEdge;
      }
      Tiles.Tile tile = new Tiles.Tile(level, index, Tiles.WIDTH);
      Hash expected =
          Hash.at(tile(level + 1, index / Tiles.WIDTH), (int) (index % Tiles.WIDTH) * Hash.BYTES);
      Verified cached = cached(tile);
      if (cached != null && cached.root.equals(expected)) {
        return cached.hashes.shared();
      }
      byte[] read = read(tile);
      if (!root(read).equals(expected)) {
        throw new RefusedException(
            "The tile %s is corrupt: it is not what the tiles above it say.".formatted(file(tile)));
      }
      remember(tile, new Verified(expected, Bytes.copyOf(read)));
      return read;
    }
  }

  private record Verified(Hash root, Bytes hashes) {}

  private @Nullable Verified cached(Tiles.Tile tile) {
    synchronized (cache) {
      return cache.get(tile);
    }
  }

  private void remember(Tiles.Tile tile, Verified verified) {
    synchronized (cache) {
      cache.put(tile, verified);
    }
  }

  private static final class LruTiles extends LinkedHashMap<Tiles.Tile, Verified> {
    private static final long serialVersionUID = 1;

    LruTiles() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Tiles.Tile, Verified> eldest) {
      return size() > MAX_CACHED_TILES;
    }
  }

  // ---- reading

  /** The hashes of the partial tiles at the right edge, by level. */
  private Map<Integer, byte[]> readEdge(long size) {
    Map<Integer, byte[]> edge = new HashMap<>();
    for (Tiles.Tile tile : Tiles.edge(size)) {
      edge.put(tile.level(), read(tile));
    }
    return edge;
  }

  /** A tile's hashes. A partial tile may since have been replaced by the full one. */
  private byte[] read(Tiles.Tile tile) {
    try {
      if (!Files.exists(file(tile)) && !tile.full() && Files.exists(file(tile.filled()))) {
        return Arrays.copyOf(readExactly(tile.filled()), tile.bytes());
      }
      return readExactly(tile);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private byte[] readExactly(Tiles.Tile tile) throws IOException {
    Path file = file(tile);
    long length = Files.size(file);
    if (length != tile.bytes()) {
      throw new RefusedException(
          "The tile %s is corrupt: it has %d bytes instead of %d."
              .formatted(file, length, tile.bytes()));
    }
    return Files.readAllBytes(file);
  }

  private Path file(Tiles.Tile tile) {
    return directory.resolve(tile.path());
  }

  /** The peaks of a tree are the complete subtrees within its partial tiles, top level first. */
  private static CompactRange range(long size, Map<Integer, byte[]> edge) {
    ByteBuffer peaks = ByteBuffer.allocate(Long.bitCount(size) * Hash.BYTES);
    for (Tiles.Tile tile : Tiles.edge(size).reversed()) {
      byte[] hashes = Objects.requireNonNull(edge.get(tile.level()));
      for (int start = 0; start < tile.width(); ) {
        int width = Integer.highestOneBit(tile.width() - start);
        peaks.put(subtree(hashes, start, width).bytes());
        start += width;
      }
    }
    return CompactRange.of(size, peaks.array());
  }

  private static Hash root(byte[] fullTile) {
    return subtree(fullTile, 0, Tiles.WIDTH);
  }

  private static Hash subtree(byte[] tile, int start, int width) {
    if (width == 1) {
      return Hash.at(tile, start * Hash.BYTES);
    }
    int half = width / 2;
    return TreeHash.node(subtree(tile, start, half), subtree(tile, start + half, half));
  }

  // ---- writing

  private void write(long size, Map<Integer, byte[]> edge, List<Hash> leafHashes)
      throws IOException {
    Set<Path> changedDirectories = new LinkedHashSet<>();
    List<Tiles.Tile> filled = new ArrayList<>();
    List<Hash> added = leafHashes;
    for (int level = 0; !added.isEmpty(); level++) {
      long index = Tiles.hashes(size, level) / Tiles.WIDTH;
      byte[] start = edge.getOrDefault(level, new byte[0]);
      ByteBuffer all = ByteBuffer.allocate(start.length + added.size() * Hash.BYTES).put(start);
      for (Hash hash : added) {
        all.put(hash.bytes());
      }
      all.flip();
      List<Hash> above = new ArrayList<>();
      while (all.hasRemaining()) {
        int width = Math.min(Tiles.WIDTH, all.remaining() / Hash.BYTES);
        Tiles.Tile tile = new Tiles.Tile(level, index++, width);
        byte[] hashes = new byte[tile.bytes()];
        all.get(hashes);
        writeOnce(tile, hashes, changedDirectories);
        if (tile.full()) {
          above.add(root(hashes));
          filled.add(tile);
        }
      }
      added = above;
    }
    for (Path changed : changedDirectories) {
      crashPoint.before("sync " + changed);
      sync(changed);
    }
    for (Tiles.Tile tile : filled) {
      deletePartials(tile);
    }
  }

  private void writeOnce(Tiles.Tile tile, byte[] hashes, Set<Path> changedDirectories)
      throws IOException {
    Path file = file(tile);
    Path folder = parent(file);
    Files.createDirectories(folder);
    for (Path each = folder; !each.equals(directory); each = parent(each)) {
      changedDirectories.add(each);
    }
    changedDirectories.add(directory);
    if (Files.exists(file)) { // an earlier append got this far
      if (!Arrays.equals(readExactly(tile), hashes)) {
        throw new RefusedException(
            "The tile %s is of another tree, or corrupt: a tile never changes.".formatted(file));
      }
      return;
    }
    Path unfinished = folder.resolve(file.getFileName() + ".tmp");
    crashPoint.before("write " + unfinished);
    try (FileChannel channel = FileChannel.open(unfinished, CREATE, TRUNCATE_EXISTING, WRITE)) {
      ByteBuffer content = ByteBuffer.wrap(hashes);
      while (content.hasRemaining()) {
        channel.write(content);
      }
      crashPoint.before("fsync " + unfinished);
      channel.force(true);
    }
    crashPoint.before("rename " + unfinished);
    Files.move(unfinished, file, ATOMIC_MOVE);
  }

  /** Once the full tile is durable, nobody needs the partial ones that led to it. */
  private void deletePartials(Tiles.Tile full) throws IOException {
    Path folder = parent(file(new Tiles.Tile(full.level(), full.index(), 1)));
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> partials = Files.newDirectoryStream(folder)) {
      for (Path partial : partials) {
        crashPoint.before("delete " + partial);
        Files.delete(partial);
      }
    }
    Files.delete(folder);
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(path + " lies in no directory");
    }
    return parent;
  }
}
