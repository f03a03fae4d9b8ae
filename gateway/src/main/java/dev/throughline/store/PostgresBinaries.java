package dev.throughline.store;

import dev.throughline.store.StoreUnusable.Code;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked once from the archive on the class path and proved to run.
 *
 * @param home holds {@code bin}, {@code lib} and {@code share}
 * @param major the major version, which the data must have been made by
 */
record PostgresBinaries(Path home, int major) {
  /** Written last, with the size of each file: what a crash or a full disk left is not used. */
  private static final String MANIFEST = "MANIFEST";

  /** Held by who unpacks, so that nobody takes what another has just put there for damaged. */
  private static final String LOCK = ".lock";

  private static final Duration LOCK_PATIENCE = Duration.ofMinutes(1);
  private static final Duration LOCK_PAUSE = Duration.ofMillis(50);

  /** The decoder's dictionary; the archive needs 65 MiB, a damaged one may ask for gigabytes. */
  private static final int XZ_MEMORY_KIB = 128 << 10;

  Path program(String name) {
    return home.resolve("bin").resolve(name);
  }

  /**
   * Takes the first of the folders in which the programs run under that account. One fails when its
   * parents let nobody else through, or its file system is mounted noexec.
   */
  static PostgresBinaries find(Platform platform, List<Path> folders, RunAs account) {
    URL archive = PostgresBinaries.class.getClassLoader().getResource(platform.archive());
    if (archive == null) {
      throw StoreUnusable.embedded(
          Code.STORE_PLATFORM_UNSUPPORTED,
          "The class path has no PostgreSQL for this machine ("
              + platform.archive()
              + "): build on the kind of machine that will run it, or add "
              + platform.artifact()
              + " to the class path.",
          null);
    }
    List<String> failures = new ArrayList<>();
    for (Path folder : folders) {
      try {
        Path home = unpack(archive, reachable(folder, account));
        return new PostgresBinaries(home, major(home, account));
      } catch (IOException e) {
        if (isDiskFull(e)) {
          throw StoreUnusable.embedded(
              Code.STORE_DISK_FULL,
              "There is no space left to unpack PostgreSQL (60 MB) in " + folder + ": make room.",
              e);
        }
        failures.add(folder + ": " + Folders.reason(e));
      }
    }
    throw StoreUnusable.embedded(
        Code.STORE_BINARIES_UNUSABLE,
        "The embedded PostgreSQL does not run on this machine ("
            + String.join("; ", failures)
            + ").",
        null);
  }

  static boolean isDiskFull(IOException e) {
    return String.valueOf(e.getMessage()).contains("No space left on device");
  }

  /** Looks before two seconds of unpacking are spent where the account cannot go. */
  private static Path reachable(Path folder, RunAs account) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    if (account.switched()) {
      List<String> command = new ArrayList<>(account.become());
      command.addAll(List.of("/bin/sh", "-c", "cd \"$0\"", folder.toString()));
      if (Command.run(command, Path.of("/"), "").exit() != 0) {
        throw new IOException(
            "a folder above it is closed to the account that runs PostgreSQL (user id "
                + account.uid()
                + ")");
      }
    }
    return folder;
  }

  private static Path unpack(URL archive, Path folder) throws IOException {
    Path home = folder.resolve(fingerprint(archive));
    if (isComplete(home)) {
      return home;
    }
    // A lock of a file is the process's: two threads of one would not keep each other out.
    synchronized (PostgresBinaries.class) {
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = lock(channel)) {
        if (!isComplete(home)) {
          Folders.delete(home);
          unpack(archive, folder, home);
        }
      }
    }
    return home;
  }

  private static void unpack(URL archive, Path folder, Path home) throws IOException {
    Path fresh = Files.createTempDirectory(folder, ".unpacking-");
    try {
      extract(archive, fresh);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
      Folders.sync(folder);
    } finally {
      Folders.delete(fresh);
    }
  }

  /** Whoever else holds it unpacks the same: a moment later there is nothing left to do. */
  private static FileLock lock(FileChannel channel) throws IOException {
    long end = System.nanoTime() + LOCK_PATIENCE.toNanos();
    while (true) {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
      if (System.nanoTime() > end) {
        throw new IOException(
            "another process has been unpacking there for " + LOCK_PATIENCE.toSeconds() + " s");
      }
      LockSupport.parkNanos(LOCK_PAUSE.toNanos());
    }
  }

  /** Names the archive by what the jar knows of it, so that 15 MB need no hashing at each start. */
  private static String fingerprint(URL archive) throws IOException {
    URLConnection connection = archive.openConnection();
    connection.setUseCaches(false);
    if (connection instanceof JarURLConnection jar) {
      try (JarFile file = jar.getJarFile()) {
        return HexFormat.of().toHexDigits(file.getEntry(jar.getEntryName()).getCrc(), 8);
      }
    }
    try (InputStream content = connection.getInputStream()) {
      CRC32 crc = new CRC32();
      crc.update(content.readAllBytes());
      return HexFormat.of().toHexDigits(crc.getValue(), 8);
    }
  }

  private static boolean isComplete(Path home) throws IOException {
    Path manifest = home.resolve(MANIFEST);
    if (!Files.exists(manifest)) {
      return false;
    }
    for (String line : Files.readAllLines(manifest)) {
      int space = line.indexOf(' ');
      Path file = home.resolve(line.substring(space + 1));
      if (!Files.exists(file) || Files.size(file) != Long.parseLong(line.substring(0, space))) {
        return false;
      }
    }
    return true;
  }

  private static void extract(URL archive, Path target) throws IOException {
    StringBuilder manifest = new StringBuilder();
    try (InputStream packed = new BufferedInputStream(archive.openStream(), 1 << 16);
        InputStream unpacked = new XZInputStream(packed, XZ_MEMORY_KIB);
        TarArchiveInputStream tar = new TarArchiveInputStream(unpacked)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive names a file outside itself: " + entry.getName());
        }
        if (entry.isDirectory() || !isNeeded(entry.getName())) {
          continue;
        }
        createParents(target, path);
        if (entry.isSymbolicLink()) {
          link(target, path, entry.getLinkName());
        } else {
          Files.copy(tar, path);
          boolean program = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
          manifest
              .append(Files.size(path))
              .append(' ')
              .append(target.relativize(path))
              .append('\n');
        }
      }
    }
    Path file = target.resolve(MANIFEST);
    Files.writeString(file, manifest);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Leaves out what only compilers of clients and extensions want. */
  private static boolean isNeeded(String name) {
    return !name.endsWith(".a") && !name.contains("/pkgconfig/") && !name.contains("/pgxs/");
  }

  private static void createParents(Path target, Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      createParents(target, parent);
      Files.createDirectory(parent);
      Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private static void link(Path target, Path path, String to) throws IOException {
    if (!path.resolveSibling(to).normalize().startsWith(target)) {
      throw new IOException("the archive links to a file outside itself: " + to);
    }
    Files.createSymbolicLink(path, Path.of(to));
  }

  /** Runs the server's program once, which no look at modes and mounts can stand in for. */
  private static int major(Path home, RunAs account) throws IOException {
    List<String> command = new ArrayList<>(account.become());
    command.add(home.resolve("bin/postgres").toString());
    command.add("--version");
    Command.Result result = Command.run(command, home, "");
    if (result.exit() != 0) {
      throw new IOException(explain(result.output()));
    }
    // postgres (PostgreSQL) 18.6
    String version = result.output().strip().replaceFirst(".* ", "");
    return Integer.parseInt(version.replaceFirst("\\D.*", ""));
  }

  private static String explain(String output) {
    String text = output.strip();
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.contains("glibc") || lower.contains("shared librar") || lower.contains("no such f")) {
      return "it lacks a library or was made for another C library: " + text;
    }
    if (lower.contains("permission denied")) {
      return "the folder is mounted noexec: " + text;
    }
    return text;
  }
}
