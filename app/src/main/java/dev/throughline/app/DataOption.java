package dev.throughline.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a command finds its data. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = ".throughline/data",
      description = "The data directory (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of(".throughline/data");

  /** The directory, made where it is not there yet. */
  Path path() {
    try {
      return Files.createDirectories(directory.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw new UncheckedIOException("the data directory " + directory + " cannot be made", e);
    }
  }
}
