package dev.throughline.bench;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The command line of another JVM of the same installation and class path. */
final class JavaProcess {
  private JavaProcess() {}

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  static List<String> command(Class<?> main, List<String> flags, List<String> args) {
    List<String> command = new ArrayList<>();
    command.add(java().toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(classPath());
    command.add(main.getName());
    command.addAll(args);
    return command;
  }

  /** Absolute, since the other JVM may start in another folder. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
