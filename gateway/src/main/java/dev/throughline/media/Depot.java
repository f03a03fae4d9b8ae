package dev.throughline.media;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Where bytes lie, under names that we give. Whoever can read there sees ciphertext only. */
interface Depot {
  /** Begins to write; an object of that name is there from {@link Draft#keep} on, or replaced. */
  Draft create(String name) throws IOException;

  /**
   * Reads {@code count} bytes from {@code from} on, or as many as there are; empty if there is no
   * such object.
   */
  Optional<byte[]> read(String name, long from, int count) throws IOException;

  /** Makes sure that there is no such object. */
  void delete(String name) throws IOException;

  /** Bytes on their way; unless they are kept, closing throws them away. */
  interface Draft extends Closeable {
    void write(byte[] bytes, int from, int count) throws IOException;

    /** Makes them durable under their name. */
    void keep() throws IOException;
  }
}
