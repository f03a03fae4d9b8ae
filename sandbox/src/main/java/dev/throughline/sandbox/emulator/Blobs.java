package dev.throughline.sandbox.emulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Pictures, films and files by name: in memory, or in a folder so that they survive a restart. When
 * they grow past a limit the oldest go; a platform gives no guarantee for how long it keeps them
 * either.
 */
public final class Blobs {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,120}");

  private final Optional<Path> folder;
  private final long bytesLimit;
  private final LinkedHashMap<String, Integer> sizes = new LinkedHashMap<>();
  private final LinkedHashMap<String, Bytes> held = new LinkedHashMap<>();
  private long bytes;

  public Blobs(Optional<Path> folder, long bytesLimit) {
    this.folder = folder;
    this.bytesLimit = bytesLimit;
    folder.filter(Files::isDirectory).ifPresent(this::list);
  }

  private void list(Path existing) {
    try (var files = Files.list(existing)) {
      for (Path file : files.sorted().toList()) {
        remember(file.getFileName().toString(), (int) Files.size(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void remember(String name, int size) {
    sizes.put(name, size);
    bytes += size;
  }

  public synchronized void put(String name, Bytes content) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("a name is like " + NAME + ", got " + name.length());
    }
    delete(name);
    while (!sizes.isEmpty() && bytes + content.length() > bytesLimit) {
      delete(sizes.firstEntry().getKey());
    }
    if (folder.isEmpty()) {
      held.put(name, content);
    } else {
      try {
        Files.createDirectories(folder.get());
        Files.write(folder.get().resolve(name), content.array());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    remember(name, content.length());
  }

  public synchronized Optional<Bytes> get(String name) {
    if (!sizes.containsKey(name)) {
      return Optional.empty();
    }
    if (folder.isEmpty()) {
      return Optional.ofNullable(held.get(name));
    }
    try {
      return Optional.of(Bytes.of(Files.readAllBytes(folder.get().resolve(name))));
    } catch (IOException e) {
      return Optional.empty(); // somebody emptied the folder
    }
  }

  public synchronized void delete(String name) {
    Integer size = sizes.remove(name);
    if (size == null) {
      return;
    }
    bytes -= size;
    held.remove(name);
    if (folder.isPresent()) {
      try {
        Files.deleteIfExists(folder.get().resolve(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
