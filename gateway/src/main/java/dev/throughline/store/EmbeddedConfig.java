package dev.throughline.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A PostgreSQL of our own.
 *
 * @param data the data directory; PostgreSQL lies in {@code postgres} below it
 * @param walMegabytes how much write-ahead log is kept for reuse, and written between two
 *     checkpoints at most; more makes the tail of commits shorter under load, and takes that much
 *     disk once there was load
 * @param maxConnections as PostgreSQL counts them
 * @param binaries where the programs are unpacked, instead of the data directory
 */
public record EmbeddedConfig(
    Path data, int walMegabytes, int maxConnections, Optional<Path> binaries) {
  /** A gigabyte: 64 segments, a minute of the heaviest load that two cores make. */
  public static final int WAL_MEGABYTES = 1024;

  public static final int MAX_CONNECTIONS = 100;

  public EmbeddedConfig {
    data = data.toAbsolutePath().normalize();
    if (walMegabytes < PostgresSettings.LEAST_WAL_MEGABYTES) {
      throw new IllegalArgumentException(
          "walMegabytes must be at least "
              + PostgresSettings.LEAST_WAL_MEGABYTES
              + ", not "
              + walMegabytes);
    }
    if (maxConnections < 10) {
      throw new IllegalArgumentException(
          "maxConnections must be at least 10, not " + maxConnections);
    }
  }

  public static EmbeddedConfig in(Path data) {
    return new EmbeddedConfig(data, WAL_MEGABYTES, MAX_CONNECTIONS, Optional.empty());
  }

  public EmbeddedConfig withWalMegabytes(int megabytes) {
    return new EmbeddedConfig(data, megabytes, maxConnections, binaries);
  }

  public EmbeddedConfig withMaxConnections(int connections) {
    return new EmbeddedConfig(data, walMegabytes, connections, binaries);
  }

  public EmbeddedConfig withBinaries(Path folder) {
    return new EmbeddedConfig(data, walMegabytes, maxConnections, Optional.of(folder));
  }
}
