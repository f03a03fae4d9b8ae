package dev.throughline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What stands in the data directory for those who may administer: {@code admin.token}, and {@code
 * operations.url}, where the operations port of the running gateway answers.
 */
final class AdminToken {
  private static final int BYTES = 32;

  private AdminToken() {}

  /** The token, made at the first start. */
  static String of(Path data, SecureRandom random) throws IOException {
    Path file = data.resolve("admin.token");
    if (!Files.exists(file)) {
      byte[] token = new byte[BYTES];
      random.nextBytes(token);
      write(file, HexFormat.of().formatHex(token));
    }
    return Files.readString(file).strip();
  }

  static void announce(Path data, String url) throws IOException {
    write(data.resolve("operations.url"), url);
  }

  private static void write(Path file, String line) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, line + "\n");
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
