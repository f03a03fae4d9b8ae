package dev.throughline.app;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The configuration that the server on the same data directory is started with. */
final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The server's configuration file, needed only when no server runs.")
  private Optional<Path> file = Optional.empty();

  Settings settings() {
    return file.map(Settings::read).orElseGet(Settings::none);
  }
}
