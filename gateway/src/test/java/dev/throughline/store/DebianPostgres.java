package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.throughline.FreePort;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The distribution's PostgreSQL, on data of its own: the database that "somebody else runs". */
public final class DebianPostgres implements AutoCloseable {
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  public static final String USER = "postgres";
  public static final String PASSWORD = "external-secret";

  private final Path programs;
  private final Path folder;
  private final RunAs account;
  private final int port;
  private Process process;

  private DebianPostgres(Path programs, Path folder, RunAs account, int port) throws IOException {
    this.programs = programs;
    this.folder = folder;
    this.account = account;
    this.port = port;
    this.process = launch();
  }

  /** Skips the test where it is not installed. */
  public static DebianPostgres start(Path parent) throws IOException {
    Optional<Path> programs = programs();
    assumeTrue(
        programs.isPresent(), "PostgreSQL is not installed: apt-get install postgresql brings it");
    Path folder = Files.createDirectory(parent.resolve("external"), Folders.ownerOnlyFolder());
    Path password = Files.writeString(parent.resolve("external-password"), PASSWORD);
    RunAs account = RunAs.choose(Platform.current(), parent.resolve("none"));
    if (account.switched()) {
      Folders.letPass(parent, account.gid());
      Folders.giveTo(folder, account.uid(), account.gid());
      Folders.giveTo(password, account.uid(), account.gid());
    }
    List<String> command = new ArrayList<>(account.become());
    command.addAll(
        List.of(
            programs.get().resolve("initdb").toString(),
            "--pgdata=/proc/self/cwd",
            "--username=" + USER,
            "--pwfile=../external-password",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync"));
    Command.Result result = Command.run(command, folder, "");
    assertThat(result.exit()).as(result.output()).isZero();
    return new DebianPostgres(programs.get(), folder, account, FreePort.find());
  }

  private static Optional<Path> programs() throws IOException {
    if (!Files.isDirectory(INSTALLED)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> versions = Files.newDirectoryStream(INSTALLED)) {
      for (Path version : versions) {
        if (Files.isExecutable(version.resolve("bin/postgres"))) {
          return Optional.of(version.resolve("bin"));
        }
      }
    }
    return Optional.empty();
  }

  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  DatabaseConfig config() {
    return DatabaseConfig.external(jdbcUrl("postgres"), USER, PASSWORD)
        .withMigrations(StoreProcess.MIGRATIONS);
  }

  void restart() throws IOException {
    process = launch();
  }

  void stop() throws IOException {
    Command.signal(process.pid(), "INT");
    process.onExit().orTimeout(2, TimeUnit.MINUTES).join();
  }

  private Process launch() throws IOException {
    List<String> command = new ArrayList<>(account.become());
    command.addAll(
        List.of(
            programs.resolve("postgres").toString(),
            "-D",
            "/proc/self/cwd",
            "-c",
            "port=" + port,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            // As careless as somebody else's server may be.
            "-c",
            "synchronous_commit=off",
            "-c",
            "full_page_writes=off"));
    return Command.prepare(command, folder)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
