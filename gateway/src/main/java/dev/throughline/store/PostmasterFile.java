package dev.throughline.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What PostgreSQL writes into {@code postmaster.pid} while it runs.
 *
 * @see <a href="https://www.postgresql.org/docs/18/storage-file-layout.html">its place</a>; the
 *     lines are those of {@code src/include/utils/pidfile.h}
 */
record PostmasterFile(long pid, boolean ready) {
  private static final int STATUS_LINE = 7;

  /** Empty while it is being written, and when a crash cut it short. */
  static Optional<PostmasterFile> parse(List<String> lines) {
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    try {
      // A server in single-user mode writes its pid negated.
      long pid = Math.abs(Long.parseLong(lines.getFirst().strip()));
      boolean ready = lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
      return Optional.of(new PostmasterFile(pid, ready));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  static Path in(Path cluster) {
    return cluster.resolve("postmaster.pid");
  }

  static Optional<PostmasterFile> read(Path cluster) throws IOException {
    Path file = in(cluster);
    try {
      return parse(Files.readAllLines(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
