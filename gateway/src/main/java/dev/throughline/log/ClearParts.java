package dev.throughline.log;

import dev.throughline.message.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parts in clear that wait for the fold, outside of the heap. In a rush they are tens of megabytes
 * that live for a second or two: the collector would take them for old, and stop everything for 150
 * ms to find that they are not.
 *
 * <p>What is kept first is let go first. Chunks are made as they are needed, and used again. Not
 * for several threads at once.
 */
final class ClearParts {
  static final int CHUNK = 1 << 20;

  /** All that is kept at a time. */
  static final long MAX_BYTES = 24L << 20;

  private final ArrayDeque<Chunk> spare = new ArrayDeque<>();
  private @Nullable Chunk last;
  private int chunks;

  /** Where the parts of an entry lie. */
  final class Place {
    private final Chunk chunk;
    private final int offset;
    private final int count;

    private Place(Chunk chunk, int offset, int count) {
      this.chunk = chunk;
      this.offset = offset;
      this.count = count;
    }

    /** As they were kept; only before they are let go. */
    List<Optional<Bytes>> read() {
      List<Optional<Bytes>> parts = new ArrayList<>(count);
      int at = offset;
      for (int i = 0; i < count; i++) {
        byte[] part = new byte[chunk.memory.getInt(at)];
        at += Integer.BYTES;
        chunk.memory.get(at, part);
        at += part.length;
        parts.add(Optional.of(Bytes.wrap(part)));
      }
      return parts;
    }

    void letGo() {
      chunk.live--;
      if (chunk.live == 0) {
        chunk.memory.clear();
        if (chunk != last) {
          spare.push(chunk);
        }
      }
    }
  }

  /** Empty where there is no room, and for what is larger than a chunk. */
  Optional<Place> keep(List<Bytes> parts) {
    long bytes = 0;
    for (Bytes part : parts) {
      bytes += Integer.BYTES + part.length();
    }
    if (bytes > CHUNK) {
      return Optional.empty();
    }
    Chunk chunk = last;
    if (chunk == null || chunk.memory.remaining() < bytes) {
      chunk = next();
      if (chunk == null) {
        return Optional.empty();
      }
      last = chunk;
    }
    int offset = chunk.memory.position();
    for (Bytes part : parts) {
      chunk.memory.putInt(part.length()).put(part.array());
    }
    chunk.live++;
    return Optional.of(new Place(chunk, offset, parts.size()));
  }

  private @Nullable Chunk next() {
    if (!spare.isEmpty()) {
      return spare.pop();
    }
    if ((chunks + 1L) * CHUNK > MAX_BYTES) {
      return null;
    }
    chunks++;
    return new Chunk();
  }

  private static final class Chunk {
    final ByteBuffer memory = ByteBuffer.allocateDirect(CHUNK);

    /** Places in it that were not let go. */
    int live;
  }
}
