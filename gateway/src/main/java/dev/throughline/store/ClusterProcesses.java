package dev.throughline.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processes that run on one cluster, whoever started them. They are known by the cluster's
 * name, which the server carries among its arguments and each of its children in its title, and by
 * the account that they run under: a process id alone may long be somebody else's.
 *
 * @param name as given to PostgreSQL as {@code cluster_name}
 */
record ClusterProcesses(String name, long uid) {
  private static final Path PROC = Path.of("/proc");

  /**
   * @param postmaster the server itself, not one of its children
   */
  record Found(long pid, boolean postmaster) {
    boolean isAlive() {
      return ClusterProcesses.isAlive(pid);
    }

    void kill() {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  /**
   * Whether the process still runs. One that ended and that nobody has waited for (where process 1
   * is not an init, as in many containers, that is for ever) does not.
   */
  static boolean isAlive(long pid) {
    if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
      return false;
    }
    try {
      String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
      // pid (name) state ...; the name may hold anything.
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (NoSuchFileException e) {
      return !Files.isDirectory(PROC.resolve("self"));
    } catch (IOException e) {
      // It ended while we looked.
      return false;
    }
  }

  List<Found> find() throws IOException {
    return Files.isDirectory(PROC.resolve("self")) ? inProc() : inTable();
  }

  private List<Found> inProc() throws IOException {
    List<Found> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        try {
          if (Folders.owner(process) == uid) {
            String line = Files.readString(process.resolve("cmdline"), Folders.LATIN_1);
            recognise(Long.parseLong(process.getFileName().toString()), line.replace('\0', ' '))
                .ifPresent(found::add);
          }
        } catch (IOException e) {
          // Gone between listing and looking.
        }
      }
    }
    return found;
  }

  /** macOS has no /proc. */
  private List<Found> inTable() throws IOException {
    List<String> command = List.of("/bin/ps", "-axww", "-o", "pid=,uid=,command=");
    List<Found> found = new ArrayList<>();
    Command.run(command, Path.of("/"), "")
        .output()
        .lines()
        .map(line -> line.strip().split(" +", 3))
        .filter(fields -> fields.length == 3 && fields[1].equals(Long.toString(uid)))
        .forEach(fields -> recognise(Long.parseLong(fields[0]), fields[2]).ifPresent(found::add));
    return found;
  }

  /**
   * @param commandLine the arguments with spaces between, or the title that the process gave itself
   */
  Optional<Found> recognise(long pid, String commandLine) {
    if (commandLine.startsWith("postgres: " + name + ": ")) {
      return Optional.of(new Found(pid, false));
    }
    int space = commandLine.indexOf(' ');
    boolean server = space > 0 && commandLine.substring(0, space).endsWith("/postgres");
    return server && (commandLine + " ").contains(" cluster_name=" + name + " ")
        ? Optional.of(new Found(pid, true))
        : Optional.empty();
  }
}
