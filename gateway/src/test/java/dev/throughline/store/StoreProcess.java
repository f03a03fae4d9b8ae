package dev.throughline.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of its own with an embedded store, for tests of how processes die. It writes rows until
 * told to stop, and prints each id after its commit.
 */
final class StoreProcess implements AutoCloseable {
  static final String MIGRATIONS = "classpath:db/store-test";
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private final Process process;
  private final BufferedReader output;

  private StoreProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** In the other JVM. */
  public static void main(String[] arguments) throws Exception {
    try (Database database = Database.open(config(Path.of(arguments[0]), Path.of(arguments[1])))) {
      long pid = database.embedded().orElseThrow().pid().orElseThrow();
      System.out.println("ready " + pid);
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (long id = next(database); !input.ready(); id++) {
        long inserted = id;
        database.transaction(connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement("INSERT INTO account (id) VALUES (?)")) {
            insert.setLong(1, inserted);
            return insert.executeUpdate();
          }
        });
        System.out.println("committed " + id);
      }
      System.out.println("stopping");
    } catch (StoreUnusable e) {
      System.out.println(e.code().word() + " " + e.getMessage());
      System.exit(3);
    }
    System.out.println("stopped");
  }

  /** Goes on where an earlier process ended. */
  private static long next(Database database) {
    return database.read(connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT coalesce(max(id) + 1, 0) FROM account")) {
        row.next();
        return row.getLong(1);
      }
    });
  }

  static DatabaseConfig config(Path data, Path binaries) {
    return DatabaseConfig.embedded(
            EmbeddedConfig.in(data).withWalMegabytes(80).withBinaries(binaries))
        .withMigrations(MIGRATIONS);
  }

  static StoreProcess start(Path data) throws IOException {
    return start(List.of(), System.getProperty("java.class.path"), data, TestDatabase.binaries());
  }

  /**
   * @param prefix words put before {@code java}, to run it as somebody else
   */
  static StoreProcess start(List<String> prefix, String classPath, Path data, Path binaries)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            classPath,
            StoreProcess.class.getName(),
            data.toString(),
            binaries.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    Path errors = Files.createTempFile("throughline-store-process-", ".err");
    errors.toFile().deleteOnExit();
    return new StoreProcess(builder.redirectError(errors.toFile()).start());
  }

  long pid() {
    return process.pid();
  }

  /** The next line that begins so, without that; fails when the process ends before. */
  String await(String word) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    StringBuilder seen = new StringBuilder();
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(word)) {
          return line.substring(word.length()).strip();
        }
        seen.append(line).append('\n');
        if (System.nanoTime() > deadline) {
          break;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("no line '" + word + "' but:\n" + seen);
  }

  /** SIGKILL, and the last id that it said was committed; -1 if it said none. */
  long kill() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    long last = -1;
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        // A line that the kill cut short names a smaller number, which was committed too.
        if (line.startsWith("committed ")) {
          last = Math.max(last, Long.parseLong(line.substring("committed ".length())));
        }
      }
    } catch (IOException e) {
      // The pipe went with the process.
    }
    return last;
  }

  int stop() throws IOException, InterruptedException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    await("stopped");
    return process.waitFor();
  }

  int exit() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
