package dev.throughline.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A server under test as a process of its own, with its output in a file. */
final class ServerProcess implements AutoCloseable {
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(20);
  private static final int COMPLAINT_CHARS = 300;

  private static final Pattern COMPLAINS =
      Pattern.compile("\\b(error|exception|caused by)\\b", Pattern.CASE_INSENSITIVE);

  private final String name;
  private final Process process;
  private final Path log;
  private final Thread stopWithUs;

  private ServerProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.stopWithUs = new Thread(process::destroy, "stop-" + name);
  }

  static ServerProcess start(
      String name, List<String> command, Map<String, String> environment, Path directory, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    ServerProcess server = new ServerProcess(name, builder.start(), log);
    Runtime.getRuntime().addShutdownHook(server.stopWithUs);
    return server;
  }

  /** Free now; whoever takes it first has it. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  String output() throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
  }

  /**
   * Asks the probe until it says yes; fails with the end of the log if the process ends or time
   * does.
   */
  void awaitReady(Probe probe, Duration within) throws IOException, InterruptedException {
    long until = System.nanoTime() + within.toNanos();
    while (!probe.ready()) {
      if (!process.isAlive() || System.nanoTime() > until) {
        throw new IOException(
            "%s %s: %s"
                .formatted(
                    name,
                    process.isAlive()
                        ? "was not ready within " + within.toSeconds() + " s"
                        : "ended with exit code " + process.exitValue(),
                    complaint(output())));
      }
      Thread.sleep(10);
    }
  }

  /** Whether a server that was just started does its work yet. */
  @FunctionalInterface
  interface Probe {
    boolean ready() throws IOException, InterruptedException;
  }

  /** SIGKILL, as {@code kill -9} sends it; returns when the process is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    Runtime.getRuntime().removeShutdownHook(stopWithUs);
  }

  /** Asks the process to end, waits, and ends it if it does not. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      }
      Runtime.getRuntime().removeShutdownHook(stopWithUs);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      // The JVM is going down already: the hook has done it.
      process.destroyForcibly();
    }
  }

  /** The one line of some output that says best what went wrong. */
  static String complaint(String output) {
    List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
    String found =
        lines.stream()
            .filter(line -> COMPLAINS.matcher(line).find())
            .findFirst()
            .orElse(lines.isEmpty() ? "no output" : lines.getLast());
    return found.strip().substring(0, Math.min(COMPLAINT_CHARS, found.strip().length()));
  }
}
