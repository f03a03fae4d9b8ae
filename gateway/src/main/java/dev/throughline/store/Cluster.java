package dev.throughline.store;

import dev.throughline.store.StoreUnusable.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * PostgreSQL's own data: made once, completely or not at all, with one role and one database that
 * are ours. The superuser that initdb insists on gets a password that nobody keeps.
 *
 * @param folder {@code PGDATA}
 * @param name tells its processes from those of any other cluster
 */
record Cluster(Path folder, String name, String password) {
  static final String ROLE = "throughline";
  static final String DATABASE = "throughline";

  /** 24 random bytes, in hexadecimal so that they need no quoting anywhere. */
  private static final int PASSWORD_BYTES = 24;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Opens the cluster below that folder, and makes it when there is none. */
  static Cluster open(Platform platform, Path home, PostgresBinaries binaries, RunAs account)
      throws IOException {
    Path folder = home.resolve("cluster");
    Path passwordFile = home.resolve("password");
    if (!Files.exists(folder)) {
      create(platform, home, folder, passwordFile, binaries, account);
    }
    requireVersion(folder, binaries);
    if (!Files.exists(passwordFile)) {
      throw new StoreUnusable(
          Code.STORE_FOLDER_UNUSABLE,
          "The password of the embedded database is missing: put back "
              + passwordFile
              + ", which was made together with "
              + folder
              + ".");
    }
    return new Cluster(folder, nameOf(folder), Files.readString(passwordFile).strip());
  }

  /**
   * How programs of PostgreSQL are told where the data is. On Linux they find it as the folder that
   * they are started in, so that no folder above it needs to let their account through.
   */
  static String argument(Platform platform, Path folder) {
    return platform.isLinux() ? "/proc/self/cwd" : folder.toString();
  }

  private static void create(
      Platform platform,
      Path home,
      Path folder,
      Path passwordFile,
      PostgresBinaries binaries,
      RunAs account)
      throws IOException {
    Path fresh = home.resolve("cluster.new");
    Path superuserPassword = home.resolve("superuser.new");
    String password = randomPassword();
    Folders.delete(fresh);
    Folders.create(fresh);
    Folders.write(superuserPassword, randomPassword());
    if (account.switched()) {
      Folders.giveTo(fresh, account.uid(), account.gid());
      Folders.giveTo(superuserPassword, account.uid(), account.gid());
    }
    try {
      initialise(platform, fresh, binaries, account);
      createDatabase(platform, fresh, binaries, account, password);
      sync(platform, fresh, binaries, account);
    } finally {
      Files.deleteIfExists(superuserPassword);
    }
    Folders.write(passwordFile, password + "\n");
    Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
    Folders.sync(home);
  }

  private static void initialise(
      Platform platform, Path fresh, PostgresBinaries binaries, RunAs account) throws IOException {
    List<String> command = new ArrayList<>(account.become());
    command.addAll(
        List.of(
            binaries.program("initdb").toString(),
            "--pgdata=" + argument(platform, fresh),
            "--username=postgres",
            "--pwfile=../superuser.new",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            // PostgreSQL's own code point order: the same on every machine and C library.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            // All of it at once, when it is complete.
            "--no-sync",
            "--no-instructions"));
    Command.Result result = Command.run(command, fresh, "");
    if (result.exit() != 0) {
      throw failed("initdb ended with " + result.exit(), result.output());
    }
  }

  /** In single-user mode, which needs no port, no password and no waiting. */
  private static void createDatabase(
      Platform platform, Path fresh, PostgresBinaries binaries, RunAs account, String password)
      throws IOException {
    List<String> command = new ArrayList<>(account.become());
    command.addAll(
        List.of(
            binaries.program("postgres").toString(), "--single", "-D", argument(platform, fresh)));
    command.addAll(PostgresSettings.arguments(PostgresSettings.quiet()));
    command.addAll(List.of("-c", "log_min_messages=error", "-c", "fsync=off"));
    // What is drawn at random cannot be guessed, so hashing it thousands of times protects nothing,
    // and would be done again for every connection.
    command.addAll(List.of("-c", "scram_iterations=1", "template1"));
    // Not a superuser: pg_monitor and pg_checkpoint are for `doctor` and for warming the log.
    String sql =
        """
        CREATE ROLE %1$s LOGIN CREATEDB PASSWORD '%3$s'
        GRANT pg_monitor, pg_checkpoint TO %1$s
        GRANT EXECUTE ON FUNCTION pg_switch_wal() TO %1$s
        CREATE DATABASE %2$s OWNER %1$s
        """
            .formatted(ROLE, DATABASE, password);
    Command.Result result = Command.run(command, fresh, sql);
    if (result.exit() != 0 || result.output().matches("(?s).*\\b(ERROR|FATAL|PANIC):.*")) {
      throw failed(
          "the database could not be created", result.output().replace(password, "<password>"));
    }
  }

  /** Nothing reached the disk for sure before; only then does the folder get its name. */
  private static void sync(Platform platform, Path fresh, PostgresBinaries binaries, RunAs account)
      throws IOException {
    List<String> command = new ArrayList<>(account.become());
    command.addAll(
        List.of(
            binaries.program("initdb").toString(),
            "--sync-only",
            "--pgdata=" + argument(platform, fresh)));
    Command.Result result = Command.run(command, fresh, "");
    if (result.exit() != 0) {
      throw failed("initdb --sync-only ended with " + result.exit(), result.output());
    }
  }

  private static StoreUnusable failed(String what, String output) {
    if (output.contains("No space left on device")) {
      return StoreUnusable.embedded(
          Code.STORE_DISK_FULL, "There is no space left for the database: make room.", null);
    }
    return StoreUnusable.embedded(
        Code.STORE_START_FAILED,
        "The embedded PostgreSQL could not be set up, " + what + ": " + output.strip() + ".",
        null);
  }

  private static void requireVersion(Path folder, PostgresBinaries binaries) throws IOException {
    String version = Files.readString(folder.resolve("PG_VERSION")).strip();
    if (!version.equals(Integer.toString(binaries.major()))) {
      throw new StoreUnusable(
          Code.STORE_CLUSTER_VERSION,
          "The database in "
              + folder
              + " was made by PostgreSQL "
              + version
              + ", and this version brings "
              + binaries.major()
              + ": start it with the version of Throughline that made it, dump it, and load it into"
              + " a new directory.");
    }
  }

  /** The same for as long as the folder is where it is, and different for a copy of it. */
  private static String nameOf(Path folder) throws IOException {
    Path real = folder.toRealPath();
    String place = real + "\n" + Files.getAttribute(real, "unix:ino");
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(place.getBytes(Folders.UTF_8));
      return "throughline-" + HexFormat.of().formatHex(Arrays.copyOf(hash, 6));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String randomPassword() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
