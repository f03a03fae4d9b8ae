package dev.throughline.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where C2SP tlog-tiles v0.1.0 puts the hashes of a tree: 256 of them a tile, those of level 0 the
 * leaf hashes, those of each level above the roots of the full tiles below.
 */
public final class Tiles {
  public static final int WIDTH = 256;

  /** log2 of {@link #WIDTH}: how many tree levels one tile level spans. */
  static final int HEIGHT = 8;

  /** Tile levels above this one are empty in any tree of fewer than 2^63 leaves. */
  static final int MAX_LEVEL = (Long.SIZE - 1) / HEIGHT;

  private static final Pattern PATH =
      Pattern.compile("tile/(0|[1-9])/((?:x[0-9]{3}/)*[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");
  private static final int MAX_INDEX_GROUPS = 6;

  private Tiles() {}

  /**
   * One tile.
   *
   * @param level of tiles, from 0 at the leaves to 7
   * @param index within its level
   * @param width how many hashes it has: 256 when full, 1 to 255 when partial
   */
  public record Tile(int level, long index, int width) {
    public Tile {
      if (level < 0 || level > MAX_LEVEL || index < 0 || width < 1 || width > WIDTH) {
        throw new RefusedException(
            "There is no tile at level %d, index %d of width %d.".formatted(level, index, width));
      }
    }

    public boolean full() {
      return width == WIDTH;
    }

    /** Bytes of the tile's resource. */
    public int bytes() {
      return width * Hash.BYTES;
    }

    /** The same tile when it will be full. */
    Tile filled() {
      return new Tile(level, index, WIDTH);
    }

    /** {@code tile/<level>/<index>[.p/<width>]}, below the log's prefix. */
    public String path() {
      return Tiles.path(level, index, width);
    }
  }

  /** {@code tile/<level>/<index>}, followed by {@code .p/<width>} if the tile is partial. */
  public static String path(int level, long index, int width) {
    StringBuilder groups = new StringBuilder("%03d".formatted(index % 1000));
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      groups.insert(0, "x%03d/".formatted(rest % 1000));
    }
    return "tile/" + level + "/" + groups + (width == WIDTH ? "" : ".p/" + width);
  }

  /** Refuses every path but the one spelling of a tile's. */
  public static Tile parse(String path) {
    Matcher matcher = PATH.matcher(path);
    if (matcher.matches()) {
      String groups = matcher.group(2).replace("x", "").replace("/", "");
      if (groups.length() <= 3 * MAX_INDEX_GROUPS) {
        String width = matcher.group(3);
        Tile tile =
            new Tile(
                Integer.parseInt(matcher.group(1)),
                Long.parseLong(groups),
                width == null ? WIDTH : Integer.parseInt(width));
        if (tile.path().equals(path)) {
          return tile;
        }
      }
    }
    throw new RefusedException("This is not the path of a tile.");
  }

  /** How many hashes the level of a tree has. */
  static long hashes(long size, int level) {
    return size >> (HEIGHT * level);
  }

  /** The partial tiles at the right edge of a tree, lowest level first. */
  public static List<Tile> edge(long size) {
    List<Tile> edge = new ArrayList<>();
    for (int level = 0; level <= MAX_LEVEL; level++) {
      long hashes = hashes(size, level);
      int width = (int) (hashes % WIDTH);
      if (width > 0) {
        edge.add(new Tile(level, hashes / WIDTH, width));
      }
    }
    return edge;
  }
}
