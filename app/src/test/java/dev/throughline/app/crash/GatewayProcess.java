package dev.throughline.app.crash;

import dev.throughline.app.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One life of {@code throughline serve} on a data directory, and of the PostgreSQL that it runs.
 */
final class GatewayProcess implements AutoCloseable {
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(10);

  private final Process process;
  private final Path data;
  private final Path log;
  private final Thread withUs;

  private GatewayProcess(Process process, Path data, Path log) {
    this.process = process;
    this.data = data;
    this.log = log;
    this.withUs = new Thread(process::destroyForcibly, "kill-gateway");
  }

  /**
   * @param log what it prints is added here
   */
  static GatewayProcess start(Path data, Path settings, Path log, int port, int operationsPort)
      throws IOException {
    List<String> command =
        Program.command(
            "320m",
            List.of(
                "serve",
                "--data",
                data.toString(),
                "--config",
                settings.toString(),
                "--port",
                Integer.toString(port),
                "--ops-port",
                Integer.toString(operationsPort)));
    Process process =
        new ProcessBuilder(command)
            .directory(data.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    GatewayProcess gateway = new GatewayProcess(process, data, log);
    Runtime.getRuntime().addShutdownHook(gateway.withUs);
    return gateway;
  }

  /** Returns when the probe says that it answers. */
  void await(Probe answers, Duration within) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!answers.ask()) {
      if (!process.isAlive()) {
        throw new IOException(
            "the gateway ended by itself with exit code " + process.exitValue() + "; see " + log);
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("the gateway did not answer within " + within + "; see " + log);
      }
      Thread.sleep(POLL);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() throws IOException, InterruptedException {
    process.destroyForcibly();
    ended();
  }

  /** SIGKILL for the server process of PostgreSQL; its children notice by themselves. */
  boolean killPostgres() throws IOException {
    Optional<ProcessHandle> server = postgres();
    return server.isPresent() && server.get().destroyForcibly();
  }

  /** SIGTERM, and time to stop in order. */
  void stop() throws IOException, InterruptedException {
    process.destroy();
    ended();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void ended() throws IOException, InterruptedException {
    if (!process.waitFor(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("the gateway did not end within " + ENDS_WITHIN);
    }
    Runtime.getRuntime().removeShutdownHook(withUs);
  }

  private Optional<ProcessHandle> postgres() throws IOException {
    Path file = data.resolve("postgres/cluster/postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    return lines.isEmpty()
        ? Optional.empty()
        : ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).filter(ProcessHandle::isAlive);
  }

  /** Whether a server that was just started does its work yet. */
  @FunctionalInterface
  interface Probe {
    boolean ask() throws InterruptedException;
  }
}
