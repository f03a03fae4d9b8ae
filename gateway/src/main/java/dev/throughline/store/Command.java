package dev.throughline.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Short programs of the operating system and of PostgreSQL, run to their end. */
final class Command {
  /** Longer than an initdb on a slow disk. */
  private static final long SECONDS = 120;

  private static final int OUTPUT_CHARACTERS = 4_000;

  private Command() {}

  /**
   * @param output both streams, as far as the last {@value #OUTPUT_CHARACTERS} characters go
   */
  record Result(int exit, String output) {}

  static Result run(List<String> command, Path folder, String input) throws IOException {
    Path out = Files.createTempFile("throughline-", ".out");
    try {
      Process process =
          prepare(command, folder).redirectErrorStream(true).redirectOutput(out.toFile()).start();
      try (OutputStream in = process.getOutputStream()) {
        in.write(input.getBytes(Folders.UTF_8));
      } catch (IOException e) {
        // It ended without reading: its exit code and its output say why.
      }
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command.getLast() + " did not end within " + SECONDS + " s");
      }
      String text = Files.readString(out);
      return new Result(
          process.exitValue(), text.substring(Math.max(0, text.length() - OUTPUT_CHARACTERS)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + command.getLast());
    } finally {
      Files.deleteIfExists(out);
    }
  }

  /**
   * With an environment of our own: PGDATA, PGOPTIONS or LD_LIBRARY_PATH of whoever starts us would
   * otherwise reach into our server.
   */
  static ProcessBuilder prepare(List<String> command, Path folder) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    environment.put("LC_ALL", "C");
    environment.put("TZ", "UTC");
    return builder;
  }

  /** Signals by the shell's own {@code kill}: small images have no other. */
  static void signal(long pid, String... signals) throws IOException {
    StringBuilder script = new StringBuilder();
    for (String signal : signals) {
      script.append("kill -").append(signal).append(' ').append(pid).append("; ");
    }
    run(List.of("/bin/sh", "-c", script.toString()), Path.of("/"), "");
  }
}
