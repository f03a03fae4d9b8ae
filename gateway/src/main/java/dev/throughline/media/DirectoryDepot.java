package dev.throughline.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Files of a directory, in 1,024 folders by the last two characters of their names, which are
 * random in a ULID.
 */
final class DirectoryDepot implements Depot {
  private final Path root;
  private final AtomicLong drafts = new AtomicLong();

  DirectoryDepot(Path root) {
    this.root = root;
  }

  @Override
  public Draft create(String name) throws IOException {
    Path target = file(name);
    Files.createDirectories(target.getParent());
    Path draft = target.resolveSibling(name + "." + drafts.incrementAndGet() + ".part");
    FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    return new FileDraft(channel, draft, target);
  }

  @Override
  public Optional<byte[]> read(String name, long from, int count) throws IOException {
    try (FileChannel channel = FileChannel.open(file(name), StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(count);
      while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
        // on to the end of what is wanted, or of the file
      }
      return Optional.of(Arrays.copyOf(buffer.array(), buffer.position()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(file(name));
  }

  private Path file(String name) {
    return root.resolve(name.substring(name.length() - 2)).resolve(name);
  }

  private static final class FileDraft implements Draft {
    private final FileChannel channel;
    private final Path draft;
    private final Path target;

    FileDraft(FileChannel channel, Path draft, Path target) {
      this.channel = channel;
      this.draft = draft;
      this.target = target;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, from, count);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    /** The file and its folder are flushed: what the log says is there is there after a crash. */
    @Override
    public void keep() throws IOException {
      channel.force(true);
      channel.close();
      Files.move(
          draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      Files.deleteIfExists(draft);
    }
  }
}
