package dev.throughline.app;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What both {@code serve} and {@code sandbox} take. */
final class ServerOptions {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The public port, of webhooks and API (default: 8080; 0 for a free one).")
  private Optional<Integer> port = Optional.empty();

  @Option(
      names = "--ops-port",
      paramLabel = "PORT",
      description = "The operations port, on loopback (default: 8081; 0 for a free one).")
  private Optional<Integer> opsPort = Optional.empty();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration file; docs/operations.md lists what it may hold.")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description = {
        "How the outside reaches the public port, such as https://gateway.example.",
        "LINE's webhooks are set to it when credentials are saved."
      })
  private Optional<String> publicUrl = Optional.empty();

  Optional<Integer> port() {
    return port;
  }

  Optional<Integer> opsPort() {
    return opsPort;
  }

  /** The configuration file, with what the command line says instead. */
  Settings settings() {
    Settings file = config.map(Settings::read).orElseGet(Settings::none);
    return publicUrl.map(url -> file.with("public", "url", url)).orElse(file);
  }
}
