package dev.throughline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.stream.Stream;

/**
 * Where a run keeps what it writes: peers are cached from run to run, everything else lies in a
 * folder of the run and goes with it.
 */
record Workspace(Path peers, Path run) {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  /** Below {@code <root>/bench/target} in a checkout, unless a directory is given. */
  static Workspace create(Path root, Path data, Instant now) throws IOException {
    Path run = Files.createTempDirectory(Files.createDirectories(data), NAME.format(now) + "-");
    Path peers = Files.createDirectories(root.resolve("bench/target/peers"));
    return new Workspace(peers.toRealPath(), run.toRealPath());
  }

  void remove() throws IOException {
    try (Stream<Path> all = Files.walk(run)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
