package dev.throughline.vault;

import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The epoch keys, from files {@code epoch-<n>} (64 hex digits, mode 0600) in a directory outside
 * the database. From each, HKDF-SHA256 derives one key that wraps person keys and one that makes
 * look-up hashes, so that neither use says anything about the other.
 */
final class EpochKeys {
  private static final String PREFIX = "epoch-";
  private static final int KEY_BYTES = 32;

  private final SortedMap<Integer, Epoch> epochs;

  private EpochKeys(SortedMap<Integer, Epoch> epochs) {
    this.epochs = epochs;
  }

  /**
   * Reads the keys of {@code directory}; makes {@code epoch-1} where there is none.
   *
   * @param inUse whether data is sealed under an epoch already: then a new key would only hide that
   *     the old one is missing, and none is made
   */
  static EpochKeys load(Path directory, BooleanSupplier inUse, SecureRandom random) {
    try {
      create(directory);
      SortedMap<Integer, Epoch> epochs = read(directory);
      if (epochs.isEmpty()) {
        if (inUse.getAsBoolean()) {
          throw new IllegalStateException(
              "There is no epoch key in "
                  + directory
                  + ", but the database holds data that is sealed under one: put the key files"
                  + " (epoch-<n>) back, or start with an empty database.");
        }
        create(directory, 1, random);
        epochs = read(directory);
      }
      return new EpochKeys(epochs);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or make the epoch keys in " + directory, e);
    }
  }

  Epoch current() {
    return epochs.lastEntry().getValue();
  }

  /** The epoch of that number; an unknown number means that its key was destroyed. */
  Optional<Epoch> find(int number) {
    return Optional.ofNullable(epochs.get(number));
  }

  private static SortedMap<Integer, Epoch> read(Path directory) throws IOException {
    SortedMap<Integer, Epoch> epochs = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (Path file : files) {
        String number = file.getFileName().toString().substring(PREFIX.length());
        if (number.matches("[1-9][0-9]{0,8}")) {
          byte[] key = HexFormat.of().parseHex(Files.readString(file).strip());
          if (key.length != KEY_BYTES) {
            throw new IOException(file + " must hold " + 2 * KEY_BYTES + " hex digits");
          }
          epochs.put(Integer.valueOf(number), Epoch.of(Integer.parseInt(number), key));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("an epoch key file in " + directory + " does not hold hex digits", e);
    }
    return epochs;
  }

  private static void create(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Path parent = directory.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  private static void create(Path directory, int number, SecureRandom random) throws IOException {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    Path fresh = directory.resolve(PREFIX + number + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, HexFormat.of().formatHex(key) + "\n");
    sync(fresh);
    Files.move(fresh, directory.resolve(PREFIX + number), StandardCopyOption.ATOMIC_MOVE);
    sync(directory);
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** One epoch's two derived keys. */
  record Epoch(int number, SecretKey wrapping, Hmac lookup) {
    static Epoch of(int number, byte[] key) {
      return new Epoch(
          number,
          new SecretKeySpec(derive(key, "throughline wrap v1"), "AES"),
          new Hmac(new SecretKeySpec(derive(key, "throughline lookup v1"), "HmacSHA256")));
    }

    Bytes hash(byte[] name) {
      return lookup.of(name);
    }

    private static byte[] derive(byte[] key, String use) {
      try {
        return KDF.getInstance("HKDF-SHA256")
            .deriveData(
                HKDFParameterSpec.ofExtract()
                    .addIKM(key)
                    .thenExpand(use.getBytes(StandardCharsets.US_ASCII), KEY_BYTES));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("HKDF-SHA256 must exist in JDK 25", e);
      }
    }

    @Override
    public String toString() {
      return "Epoch[" + number + "]";
    }
  }
}
