package dev.throughline.bench;

import java.io.IOException;
import java.nio.file.Path;

/** Something that keeps entries. Called by many threads at once. */
interface AppendTarget extends AutoCloseable {
  /** As in tables. */
  String name();

  /** Returns when these bytes are durable. */
  void append(byte[] entry) throws IOException, InterruptedException;

  @Override
  void close() throws IOException;

  /** Opens a fresh one in an empty folder. */
  @FunctionalInterface
  interface Factory {
    AppendTarget open(Path folder) throws IOException, InterruptedException;
  }
}
