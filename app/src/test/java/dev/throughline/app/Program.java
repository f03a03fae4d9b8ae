package dev.throughline.app;

import dev.throughline.store.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/**
 * How tests start the program in a process of its own: as an installation does, from jars alone and
 * with what the JVM kept of an earlier start (an AOT cache), which halves what a start costs. Both
 * are made by the first test that asks, once after each build, whichever JVM it runs in.
 */
public final class Program {
  private static final Duration REHEARSED_WITHIN = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(20);

  /** Those of the cache have to be those of who uses it. */
  private static final List<String> OPTIONS =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED");

  private static final Path HOME = Path.of("target", "program").toAbsolutePath();
  private static final Path CACHE = HOME.resolve("start.aot");

  private Program() {}

  /**
   * @param words the program's own
   */
  public static List<String> command(String heap, List<String> words) {
    return command(heap, Prepared.CLASS_PATH, Files.exists(CACHE), words);
  }

  /** From another copy of the classes, and so without the cache. */
  static List<String> command(String heap, String classPath, List<String> words) {
    return command(heap, classPath, false, words);
  }

  private static List<String> command(
      String heap, String classPath, boolean cached, List<String> words) {
    List<String> command = new ArrayList<>(OPTIONS);
    command.add("-Xmx" + heap);
    if (cached) {
      command.add("-XX:AOTCache=" + CACHE);
      command.add("-Xlog:aot*=off,cds*=off");
      // A process of a few seconds does not get to use what would be compiled at once.
      command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTReplayTraining"));
    }
    command.addAll(List.of("-cp", classPath, Main.class.getName()));
    command.addAll(words);
    return command;
  }

  private static final class Prepared {
    static final String CLASS_PATH = prepare();

    private static String prepare() {
      try {
        Files.createDirectories(HOME);
        try (FileChannel channel =
                FileChannel.open(
                    HOME.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock _ = channel.lock()) {
          Path made = HOME.resolve("made-of");
          String build = build();
          if (!Files.exists(made) || !Files.readString(made).equals(build)) {
            Files.deleteIfExists(made);
            Files.deleteIfExists(CACHE);
            String classPath = jars(true);
            rehearse(classPath);
            Files.writeString(made, build);
            return classPath;
          }
          return jars(false);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    /** What is on the class path, and how new it is. */
    private static String build() throws IOException {
      StringBuilder build = new StringBuilder();
      for (Path entry : classPath()) {
        try (Stream<Path> files = Files.walk(entry)) {
          for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
            build.append(file).append(' ').append(Files.size(file)).append(' ');
            build.append(Files.getLastModifiedTime(file)).append('\n');
          }
        }
      }
      return build.toString();
    }

    private static List<Path> classPath() {
      return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(Path::of)
          .filter(Files::exists)
          .toList();
    }

    /** The class path with a jar for each folder: the JVM keeps nothing of classes in folders. */
    private static String jars(boolean make) throws IOException {
      List<String> jars = new ArrayList<>();
      for (Path entry : classPath()) {
        if (Files.isDirectory(entry)) {
          Path jar = HOME.resolve(jars.size() + "-" + entry.getFileName() + ".jar");
          if (make) {
            jar(entry, jar);
          }
          jars.add(jar.toString());
        } else {
          jars.add(entry.toString());
        }
      }
      return String.join(File.pathSeparator, jars);
    }

    private static void jar(Path folder, Path jar) throws IOException {
      try (OutputStream out = Files.newOutputStream(jar);
          JarOutputStream archive = new JarOutputStream(out);
          Stream<Path> files = Files.walk(folder)) {
        archive.setLevel(Deflater.NO_COMPRESSION);
        for (Path file : files.skip(1).sorted().toList()) {
          boolean isFolder = Files.isDirectory(file);
          // With entries for folders: what looks for all files in one needs them.
          archive.putNextEntry(new JarEntry(folder.relativize(file) + (isFolder ? "/" : "")));
          if (!isFolder) {
            Files.copy(file, archive);
          }
        }
      }
    }

    /** Without a cache, starts only take longer: so nothing is done about what goes wrong here. */
    private static void rehearse(String classPath) throws IOException, InterruptedException {
      Path data = Files.createTempDirectory("throughline-rehearsal-");
      TestDatabase.lendBinaries(data.resolve("data"));
      Path log = HOME.resolve("rehearsal.log");
      List<String> command =
          new ArrayList<>(
              command(
                  "208m",
                  classPath,
                  false,
                  List.of(
                      "sandbox",
                      "--headless",
                      "--data",
                      data.resolve("data").toString(),
                      "--port",
                      "0",
                      "--ops-port",
                      "0",
                      "--line-port",
                      "0")));
      command.add(1, "-XX:AOTCacheOutput=" + CACHE);
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      long deadline = System.nanoTime() + REHEARSED_WITHIN.toNanos();
      while (process.isAlive()
          && System.nanoTime() < deadline
          && Files.readAllLines(log).stream().noneMatch(line -> line.startsWith("ready "))) {
        Thread.sleep(POLL);
      }
      process.destroy();
      if (!process.waitFor(REHEARSED_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        Files.deleteIfExists(CACHE);
      }
      DataFixture.delete(data);
    }
  }
}
