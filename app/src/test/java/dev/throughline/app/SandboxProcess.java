package dev.throughline.app;

import dev.throughline.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code throughline sandbox --headless} in a process of its own, and somebody who tries it. */
final class SandboxProcess implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final Duration ENDS_WITHIN = Duration.ofMinutes(1);
  private static final Duration POLL = Duration.ofMillis(20);

  private final Process process;
  private final Path data;
  private final Path log;

  private SandboxProcess(Process process, Path data, Path log) {
    this.process = process;
    this.data = data;
    this.log = log;
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /**
   * From a copy of the classes, as somebody else.
   *
   * @param become a command that runs the rest as somebody else
   */
  static SandboxProcess start(List<String> become, String classPath, Path data, Path log)
      throws IOException {
    List<String> command = new ArrayList<>(become);
    command.addAll(Program.command("208m", classPath, words(data)));
    return start(command, data, log);
  }

  /**
   * @param more options of the command
   */
  static SandboxProcess start(Path data, Path log, String... more) throws IOException {
    return start(Program.command("208m", words(data, more)), data, log);
  }

  /**
   * @param heap the most that it may take, as the JVM's option has it
   */
  static SandboxProcess within(String heap, Path data, Path log) throws IOException {
    return start(Program.command(heap, words(data)), data, log);
  }

  private static List<String> words(Path data, String... more) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "sandbox",
                "--headless",
                "--data",
                data.toString(),
                "--line-port",
                Integer.toString(FreePort.find())));
    List<String> options = List.of(more);
    if (!options.contains("--port")) {
      words.addAll(List.of("--port", Integer.toString(FreePort.find())));
    }
    words.addAll(List.of("--ops-port", Integer.toString(FreePort.find())));
    words.addAll(options);
    return words;
  }

  private static SandboxProcess start(List<String> command, Path data, Path log)
      throws IOException {
    Files.deleteIfExists(log);
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new SandboxProcess(process, data, log);
  }

  /** Waits until it says that it is ready. */
  SandboxProcess ready() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (output().lines().noneMatch(line -> line.startsWith("ready "))) {
      if (!process.isAlive()) {
        throw new AssertionError("it ended with " + process.exitValue() + ": " + output());
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not ready within " + READY_WITHIN + ": " + output());
      }
      Thread.sleep(POLL);
    }
    return this;
  }

  /** Waits until it ends by itself; the exit code. */
  int exit() throws InterruptedException {
    if (!process.waitFor(READY_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  String output() throws IOException {
    return Files.readString(log, StandardCharsets.UTF_8);
  }

  JsonNode facts() throws IOException {
    return Api.json(Files.readString(data.resolve("sandbox.json")));
  }

  Api api() throws IOException {
    JsonNode facts = facts();
    return new Api(
        facts.path("api").asString() + "/v1/projects/" + facts.path("project_id").asString(),
        Api.basic(facts.path("key_id").asString(), facts.path("key_secret").asString()));
  }

  /** A text through the API; returns when the phone shows it; the message's id. */
  String send(String text) throws IOException {
    JsonNode facts = facts();
    String user = facts.path("line_user_id").asString();
    ObjectNode send = (ObjectNode) Api.json("{}");
    send.put("app_id", facts.path("app_id").asString());
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "LINE")
        .put("identity", user);
    send.putObject("message").putObject("text_message").put("text", text);
    String id = api().post("/messages:send", send.toString()).ok().path("message_id").asString();
    Api phone = new Api(facts.path("line").asString(), "");
    World.eventually(() -> {
      String page = phone.get("/_sandbox/users/" + user + "/messages?after=0").text();
      if (!page.contains(text)) {
        throw new AssertionError("not on the phone: " + page);
      }
    });
    return id;
  }

  long pid() {
    return process.pid();
  }

  /** The process of the embedded PostgreSQL, if it runs. */
  Optional<ProcessHandle> postgres() throws IOException {
    Path file = data.resolve("postgres/cluster/postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS);
  }

  /** SIGTERM; the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not stop");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    try {
      if (process.isAlive()) {
        stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    postgres().ifPresent(ProcessHandle::destroyForcibly);
  }
}
