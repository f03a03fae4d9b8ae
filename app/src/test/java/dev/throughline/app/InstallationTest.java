package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.throughline.store.DebianPostgres;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The command itself, on a machine as people have them: whoever starts it, whatever was before. */
final class InstallationTest {
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
  private static final String NOBODY = "65534";
  private static final int SIGTERMED = 128 + 15;

  @TempDir private Path home = Path.of("");

  /** Starts it five times on one directory: each start finds what the last one knew. */
  @Test
  void whatWasThereIsThereAgainHoweverItEnded() throws Exception {
    Path data = home.resolve("data");
    Path log = home.resolve("log");
    JsonNode facts;
    List<String> messages = new ArrayList<>();
    try (SandboxProcess first = SandboxProcess.start(data, log).ready()) {
      facts = first.facts();
      messages.add(first.send("at first"));
      assertSecondStartIsRefused(data);
      messages.add(first.send("still there"));
      ProcessHandle postgres = first.postgres().orElseThrow();
      assertThat(first.stop()).isIn(0, SIGTERMED);
      assertThat(postgres.isAlive()).isFalse();
    }
    try (SandboxProcess second = SandboxProcess.start(data, log).ready()) {
      assertKnows(second, facts, messages);
      messages.add(second.send("after a stop"));
      ProcessHandle orphan = second.postgres().orElseThrow();
      second.kill();
      assertThat(orphan.isAlive()).as("PostgreSQL outlives its parent").isTrue();
      try (SandboxProcess third = SandboxProcess.start(data, log).ready()) {
        assertKnows(third, facts, messages);
        assertThat(third.postgres().orElseThrow().pid()).isNotEqualTo(orphan.pid());
        assertThat(orphan.isAlive()).isFalse();
        messages.add(third.send("beside no orphan"));
        ProcessHandle server = third.postgres().orElseThrow();
        server.destroyForcibly();
        third.kill();
        server.onExit().get(1, TimeUnit.MINUTES);
      }
    }
    try (SandboxProcess fourth = SandboxProcess.start(data, log).ready()) {
      assertKnows(fourth, facts, messages);
      messages.add(fourth.send("after both were killed"));
    }
    // The pid in it is now that of a process which is no PostgreSQL: ours.
    Files.writeString(
        data.resolve("postgres/cluster/postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + data + "\n1\n1\n\n127.0.0.1\n1 1\nready\n");
    try (SandboxProcess fifth = SandboxProcess.start(data, log).ready()) {
      assertKnows(fifth, facts, messages);
    }
  }

  @Test
  void aBusyPortIsSaidInOneSentence() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path log = home.resolve("log");
      String port = Integer.toString(taken.getLocalPort());
      try (SandboxProcess process =
          SandboxProcess.start(home.resolve("data"), log, "--port", port)) {
        assertThat(process.exit()).isNotZero();
        assertThat(process.output()).contains(port).doesNotContain("\tat ");
        assertThat(process.postgres()).isEmpty();
      }
    }
  }

  @Test
  void anExternalPostgresqlServes() throws Exception {
    try (DebianPostgres postgres = DebianPostgres.start(home)) {
      Path settings =
          Files.writeString(
              home.resolve("throughline.yaml"),
              """
              database:
                url: %s
                user: %s
                password: %s
              """
                  .formatted(
                      postgres.jdbcUrl("postgres"), DebianPostgres.USER, DebianPostgres.PASSWORD));
      Path data = home.resolve("data");
      String[] config = {"--config", settings.toString()};
      List<String> messages = new ArrayList<>();
      JsonNode facts;
      try (SandboxProcess first = SandboxProcess.start(data, home.resolve("log"), config).ready()) {
        facts = first.facts();
        messages.add(first.send("over JDBC"));
        assertThat(data.resolve("postgres")).doesNotExist();
      }
      try (SandboxProcess second =
          SandboxProcess.start(data, home.resolve("log"), config).ready()) {
        assertKnows(second, facts, messages);
      }
    }
  }

  @Test
  void anOrdinaryUserMayStartIt() throws Exception {
    assumeTrue(
        Files.isExecutable(SETPRIV),
        "setpriv is not installed: apt-get install util-linux brings it");
    assumeTrue(
        Files.isWritable(Path.of("/root")), "only root can become an ordinary user: run as root");
    // Below the system's folder for temporary files, which lets everybody pass.
    Path open = Files.createTempDirectory("throughline-ordinary-");
    try {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
      List<String> become =
          List.of(SETPRIV.toString(), "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
      try (SandboxProcess process =
          SandboxProcess.start(
                  become, copiedClassPath(open), open.resolve("data"), home.resolve("log"))
              .ready()) {
        process.send("from an ordinary user");
        ProcessHandle postgres = process.postgres().orElseThrow();
        assertThat(Files.getAttribute(Path.of("/proc/" + postgres.pid()), "unix:uid"))
            .hasToString(NOBODY);
        assertThat(process.stop()).isIn(0, SIGTERMED);
        assertThat(postgres.isAlive()).isFalse();
      }
    } finally {
      DataFixture.delete(open);
    }
  }

  private void assertSecondStartIsRefused(Path data) throws Exception {
    try (SandboxProcess second = SandboxProcess.start(data, home.resolve("second-log"))) {
      assertThat(second.exit()).isNotZero();
      assertThat(second.output()).contains(data.toString()).doesNotContain("\tat ");
    }
  }

  private static void assertKnows(SandboxProcess process, JsonNode before, List<String> messages)
      throws IOException {
    JsonNode now = process.facts();
    for (String same : List.of("project_id", "key_id", "key_secret", "app_id", "line_user_id")) {
      assertThat(now.path(same)).as(same).isEqualTo(before.path(same));
    }
    for (String id : messages) {
      assertThat(process.api().get("/messages/" + id).ok().path("id").asString()).isEqualTo(id);
    }
  }

  /** The build's own may lie below a folder that is closed to others. */
  private static String copiedClassPath(Path open) throws IOException {
    Path target = Files.createDirectory(open.resolve("classes"));
    List<String> copied = new ArrayList<>();
    for (String name : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path entry = Path.of(name);
      Path copy = target.resolve(copied.size() + "-" + entry.getFileName());
      if (Files.isDirectory(entry)) {
        copyTree(entry, copy);
      } else if (Files.exists(entry)) {
        Files.copy(entry, copy);
      }
      copied.add(copy.toString());
    }
    return String.join(File.pathSeparator, copied);
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
