package dev.throughline.app;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A program on the unmodified Conversation API SDK for Node, from {@code src/test/npm}. */
final class NodeProgram {
  private static final Path ROOT = Path.of(System.getProperty("throughline.root", ".."));
  private static final Path MODULES = ROOT.resolve("app/target/npm/node_modules");

  private NodeProgram() {}

  /** Skips the test, by name, where the SDK is not installed. */
  static Process start(String script, String... arguments) throws IOException {
    assumeThat(MODULES.resolve("@sinch/sdk-core"))
        .as("npm packages @sinch/sdk-core and @sinch/conversation 1.4.0 in app/target/npm")
        .exists();
    // Below the modules' folder, where Node looks for them; several tests run at a time.
    Path folder = Files.createDirectories(MODULES.resolveSibling(script + ".run"));
    try (Stream<Path> sources = Files.list(ROOT.resolve("app/src/test/npm"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".mjs")).toList()) {
        Files.copy(
            source,
            folder.resolve(source.getFileName().toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    List<String> command = new ArrayList<>(List.of("node", folder.resolve(script).toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
