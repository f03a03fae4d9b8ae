package dev.throughline.app;

import dev.throughline.Gateway;
import dev.throughline.app.Failures.CommandFailed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The operations port of the gateway on a data directory: of the one that runs, else of one that is
 * started for the purpose, on free ports of loopback, and stopped afterwards.
 */
final class Administration implements AutoCloseable {
  private final OpsClient ops;
  private final @Nullable Gateway own;

  private Administration(OpsClient ops, @Nullable Gateway own) {
    this.ops = ops;
    this.own = own;
  }

  static Administration of(Path data, Settings settings) throws IOException, InterruptedException {
    Optional<OpsClient> running = OpsClient.connect(data);
    if (running.isPresent()) {
      return new Administration(running.get(), null);
    }
    Gateway own =
        Gateway.administer(
            settings.config(data, Optional.of(0), Optional.of(0), Optional.empty(), false),
            InstantSource.system());
    try {
      return new Administration(
          OpsClient.connect(data)
              .orElseThrow(() -> new CommandFailed("The operations port does not answer.")),
          own);
    } catch (IOException | InterruptedException | RuntimeException e) {
      own.close();
      throw e;
    }
  }

  JsonNode call(String method, String path, Optional<JsonNode> body)
      throws IOException, InterruptedException {
    return ops.call(method, path, body);
  }

  /** Hands on each line of an answer as it comes. */
  void stream(String path, Consumer<String> lines) throws IOException, InterruptedException {
    ops.stream(path, lines);
  }

  @Override
  public void close() {
    ops.close();
    if (own != null) {
      own.close();
    }
  }
}
