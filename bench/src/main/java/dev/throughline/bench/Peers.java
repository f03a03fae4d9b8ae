package dev.throughline.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Builds and starts what the gateway is held against. Peers come from Maven Central and npm at
 * bench time, in the newest version that resolves and runs here; one that cannot be had is skipped
 * by name, and the reason is part of the output.
 */
final class Peers {
  static final String NO_OP = "noop";
  static final String SPRING = "spring";
  static final String EXPRESS = "express";

  /** The newest release of LINE's Spring Boot module when this was written. */
  private static final String SPRING_FALLBACK = "8.6.0";

  private static final Pattern SPRING_JAR =
      Pattern.compile("line-bot-spring-boot-webmvc-(.+)\\.jar");
  private static final Pattern SPRING_BOOT_JAR = Pattern.compile("spring-boot-(\\d.*)\\.jar");
  private static final Pattern STABLE = Pattern.compile("\\d+(\\.\\d+)*");

  /** How far back from the newest release we look for one that this Node runs. */
  private static final int NPM_TRIES = 12;

  private static final Duration BUILT_WITHIN = Duration.ofMinutes(5);
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final Path cache;
  private final Path logs;
  private final Consumer<String> progress;
  private final JsonMapper json = JsonMapper.builder().build();

  Peers(Path cache, Path logs, Consumer<String> progress) {
    this.cache = cache;
    this.logs = logs;
    this.progress = progress;
  }

  /** A peer that runs, or why it does not. */
  sealed interface Outcome {
    record Running(Candidate candidate, ServerProcess process) implements Outcome {}

    record Skipped(String name, String reason) implements Outcome {}
  }

  /** (a) our HTTP server, answering 200 to everything. */
  Outcome noOp(String channelSecret) throws InterruptedException {
    try {
      int port = ServerProcess.freePort();
      List<String> command =
          JavaProcess.command(NoOpServer.class, List.of(), List.of(Integer.toString(port)));
      return run(
          NO_OP,
          "the gateway's HTTP server, reads the body and answers 200",
          command,
          Map.of(),
          URI.create("http://127.0.0.1:" + port + "/callback"),
          channelSecret,
          false);
    } catch (IOException e) {
      return new Outcome.Skipped(NO_OP, message(e));
    }
  }

  /** (b) LINE's own Spring Boot module. */
  Outcome spring(String channelSecret) throws InterruptedException {
    try {
      Path home = Files.createDirectories(cache.resolve("spring"));
      copy("spring/pom.xml", home.resolve("pom.xml"));
      copy("spring/EchoWithoutMemory.java.txt", home.resolve("EchoWithoutMemory.java"));
      Path libraries = home.resolve("lib");
      Path classes = home.resolve("classes");
      resolveSpring(home, libraries);
      command(
          home,
          "spring-javac",
          List.of(
              JavaProcess.java().resolveSibling("javac").toString(),
              "-proc:none",
              "-nowarn",
              "-parameters",
              // Spring 6.1 reads class files up to Java 22; it still runs on this JDK.
              "--release",
              "21",
              "-cp",
              libraries + "/*",
              "-d",
              classes.toString(),
              home.resolve("EchoWithoutMemory.java").toString()));
      int port = ServerProcess.freePort();
      return run(
          SPRING,
          "line-bot-spring-boot-webmvc %s on Spring Boot %s"
              .formatted(version(libraries, SPRING_JAR), version(libraries, SPRING_BOOT_JAR)),
          List.of(
              JavaProcess.java().toString(),
              "-cp",
              classes + ":" + libraries + "/*",
              "peer.EchoWithoutMemory",
              "--server.address=127.0.0.1",
              "--server.port=" + port,
              // Tomcat hangs up after 100 requests otherwise, and reconnecting would be measured.
              "--server.tomcat.max-keep-alive-requests=-1",
              "--line.bot.channel-token=unused",
              "--line.bot.channel-secret=" + channelSecret,
              // Nothing is sent; if it were, it would not leave this machine.
              "--line.bot.api-end-point=http://127.0.0.1:9/"),
          Map.of(),
          URI.create("http://127.0.0.1:" + port + "/callback"),
          channelSecret,
          true);
    } catch (IOException e) {
      return new Outcome.Skipped(SPRING, message(e));
    }
  }

  /** (c) Express with LINE's npm package. */
  Outcome express(String channelSecret) throws InterruptedException {
    try {
      Path home = Files.createDirectories(cache.resolve("express"));
      copy("express/server.mjs", home.resolve("server.mjs"));
      resolveExpress(home);
      int port = ServerProcess.freePort();
      String node = output(home, "node-version", List.of("node", "--version")).strip();
      return run(
          EXPRESS,
          "@line/bot-sdk %s on Express %s, Node %s"
              .formatted(npmVersion(home, "@line/bot-sdk"), npmVersion(home, "express"), node),
          List.of("node", home.resolve("server.mjs").toString()),
          Map.of(
              "NODE_ENV",
              "production",
              "PORT",
              Integer.toString(port),
              "CHANNEL_SECRET",
              channelSecret),
          URI.create("http://127.0.0.1:" + port + "/callback"),
          channelSecret,
          true);
    } catch (IOException e) {
      return new Outcome.Skipped(EXPRESS, message(e));
    }
  }

  private Outcome run(
      String name,
      String product,
      List<String> command,
      Map<String, String> environment,
      URI webhook,
      String channelSecret,
      boolean verifies)
      throws IOException, InterruptedException {
    ServerProcess process =
        ServerProcess.start(name, command, environment, cache, logs.resolve(name + ".log"));
    Candidate candidate =
        new Candidate(
            name,
            product,
            "nothing",
            webhook,
            channelSecret,
            WebhookRequests.ANY_BOT_USER_ID,
            process.pid(),
            verifies);
    try (WebhookProbe probe = new WebhookProbe()) {
      process.awaitReady(() -> probe.status(webhook, channelSecret) == 200, READY_WITHIN);
      probe.proveVerification(candidate);
      return new Outcome.Running(candidate, process);
    } catch (IOException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  /** The newest release; else the known one; else what an earlier run left. */
  private void resolveSpring(Path home, Path libraries) throws IOException, InterruptedException {
    List<String> build =
        List.of("mvn", "-q", "-B", "-f", home.resolve("pom.xml").toString(), "package");
    boolean builtBefore = Files.isDirectory(libraries);
    Path kept = home.resolve("lib.before");
    if (builtBefore) {
      delete(kept);
      Files.move(libraries, kept);
    }
    try {
      try {
        command(home, "spring-maven", build);
      } catch (IOException newest) {
        progress.accept(
            "the newest line-bot-spring-boot-webmvc does not resolve: " + message(newest));
        command(
            home,
            "spring-maven",
            Stream.concat(build.stream(), Stream.of("-Dpeer.version=" + SPRING_FALLBACK)).toList());
      }
    } catch (IOException e) {
      if (!builtBefore) {
        throw e;
      }
      progress.accept("Maven resolved nothing, taking what an earlier run left: " + message(e));
      delete(libraries);
      Files.move(kept, libraries);
    }
  }

  /** The newest release of LINE's package whose engines allow this Node. */
  private void resolveExpress(Path home) throws IOException, InterruptedException {
    Files.writeString(
        home.resolve("package.json"),
        "{\"name\":\"peer\",\"version\":\"1.0.0\",\"private\":true,\"type\":\"module\"}\n");
    List<String> releases;
    try {
      String listed =
          output(home, "npm-view", List.of("npm", "view", "@line/bot-sdk", "versions", "--json"));
      releases =
          json.readTree(listed)
              .valueStream()
              .map(node -> node.asString())
              .filter(version -> STABLE.matcher(version).matches())
              .toList()
              .reversed();
    } catch (IOException | JacksonException e) {
      if (Files.isDirectory(home.resolve("node_modules/@line/bot-sdk"))) {
        progress.accept("npm answered nothing, taking what an earlier run left: " + message(e));
        return;
      }
      throw new IOException("npm view @line/bot-sdk: " + message(e), e);
    }
    IOException last = new IOException("npm knows no release of @line/bot-sdk");
    for (String release : releases.subList(0, Math.min(NPM_TRIES, releases.size()))) {
      try {
        command(
            home,
            "npm-install",
            List.of(
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--engine-strict",
                "--ignore-scripts",
                "--save-exact",
                "@line/bot-sdk@" + release,
                "express@latest"));
        return;
      } catch (IOException e) {
        progress.accept("@line/bot-sdk " + release + " does not install here, trying an older one");
        last = e;
      }
    }
    throw last;
  }

  private String npmVersion(Path home, String module) throws IOException {
    Path file = home.resolve("node_modules").resolve(module).resolve("package.json");
    return json.readTree(Files.readString(file)).path("version").asString();
  }

  private static String version(Path libraries, Pattern jar) throws IOException {
    try (Stream<Path> files = Files.list(libraries)) {
      return files
          .map(file -> jar.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .map(match -> match.group(1))
          .findFirst()
          .orElseThrow(() -> new IOException("no " + jar + " in " + libraries));
    }
  }

  private void command(Path directory, String name, List<String> command)
      throws IOException, InterruptedException {
    var _ = output(directory, name, command);
  }

  private String output(Path directory, String name, List<String> command)
      throws IOException, InterruptedException {
    Path errors = logs.resolve(name + ".log");
    Path output = logs.resolve(name + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(errors.toFile())
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      if (!process.waitFor(BUILT_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            command.getFirst() + " took more than " + BUILT_WITHIN.toMinutes() + " min");
      }
    } finally {
      process.destroy();
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "%s ended with exit code %d: %s"
              .formatted(
                  command.getFirst(),
                  process.exitValue(),
                  ServerProcess.complaint(Files.readString(output) + Files.readString(errors))));
    }
    return Files.readString(output);
  }

  private static void copy(String resource, Path to) throws IOException {
    try (InputStream in = Peers.class.getResourceAsStream("peers/" + resource)) {
      if (in == null) {
        throw new IOException("the distribution lacks peers/" + resource);
      }
      Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }
}
