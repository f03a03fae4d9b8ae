package dev.throughline.evidence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where the files of a ledger lie below the data directory: in {@code ledger/<origin>/} what
 * everybody may see, as C2SP tlog-tiles lays it out, with the verifier key beside it; in {@code
 * keys/} the signing key and what it last signed.
 */
record LedgerFiles(Path data) {
  private static final String CHECKPOINT = "checkpoint";
  private static final String VKEY = "vkey";

  /** For all to read. */
  private static final FileAttribute<?> PUBLIC =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));

  private static final FileAttribute<?> SECRET =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final FileAttribute<?> SECRET_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** The folder whose content is served: {@code checkpoint}, {@code tile/…}, {@code vkey}. */
  Path published(String origin) {
    Path folder = data.resolve("ledger");
    for (String segment : origin.split("/", -1)) {
      folder = folder.resolve(fileName(segment));
    }
    return folder;
  }

  Path checkpoint(String origin) {
    return published(origin).resolve(CHECKPOINT);
  }

  Path vkey(String origin) {
    return published(origin).resolve(VKEY);
  }

  Path key(String origin) {
    return data.resolve("keys").resolve("ledger-" + fileName(origin));
  }

  /** What the key last signed. */
  Path memory(String origin) {
    return data.resolve("keys").resolve("ledger-" + fileName(origin) + ".signed");
  }

  /** Replaces the file as a whole and for good: after a crash it has the old text or the new. */
  static void publish(Path file, String text) throws IOException {
    Files.createDirectories(parent(file));
    replace(file, text, PUBLIC);
  }

  /** The same, for its owner's eyes only. */
  static void keep(Path file, String text) throws IOException {
    Path folder = parent(file);
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(parent(folder));
      Files.createDirectory(folder, SECRET_FOLDER);
    }
    replace(file, text, SECRET);
  }

  private static void replace(Path file, String text, FileAttribute<?> mode) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, mode);
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder = FileChannel.open(parent(file), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /** One file name for each text: what is not plainly harmless is written as {@code %XX}. */
  private static String fileName(String text) {
    StringBuilder name = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) Byte.toUnsignedInt(b);
      boolean plain =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '-'
              || c == '_'
              || c == '.' && !name.isEmpty();
      name.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return name.isEmpty() ? "%" : name.toString();
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " lies in no folder");
    }
    return parent;
  }
}
