package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The world between two runs: one JSON file, replaced as a whole. It is written at most once a
 * second, and never for more than a tenth of the time, so that a load test does not pay for it;
 * what a kill loses is the last moments, of everything alike.
 */
final class StateFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
  private static final int FORMAT = 2;
  private static final long SHORTEST_PAUSE_MILLIS = 1_000;
  private static final int SHARE_OF_TIME = 10;

  /**
   * @param parts what each further feature keeps, by its name
   */
  record Parts(Map<String, JsonNode> parts) {
    /** Empty, with a word in the log, if an earlier version kept it in another form. */
    <T> Optional<T> part(String name, Class<T> type) {
      try {
        return Optional.ofNullable(parts.get(name)).map(tree -> Json.value(tree, type));
      } catch (JacksonException e) {
        LOG.warn("The {} of the state file cannot be read and start empty", name);
        return Optional.empty();
      }
    }
  }

  /**
   * @param before the number before the first item
   */
  record Chat(String id, long before, List<ChatItem> items) {}

  record State(
      int format,
      List<LineUser> users,
      List<LineGroup> groups,
      List<Chat> chats,
      Optional<String> webhookUrl,
      List<AccessTokens.Token> tokens,
      Map<String, ObjectNode> keys,
      List<RetryKeys.Accepted> retryKeys,
      List<ReplyTokens.Token> replyTokens,
      Counts.Saved counts,
      List<Narrowcasts.Progress> narrowcasts,
      List<Webhooks.Waiting> redeliveries,
      Parts features,
      long lastMessageId) {}

  private final Path file;
  private final LongSupplier version;
  private final Supplier<State> snapshot;
  private final Thread thread;
  private long written;
  private boolean closed;

  StateFile(Path file, LongSupplier version, Supplier<State> snapshot) {
    this.file = file;
    this.version = version;
    this.snapshot = snapshot;
    this.written = version.getAsLong();
    this.thread = Thread.ofVirtual().name("line-state").start(this::run);
  }

  static int format() {
    return FORMAT;
  }

  /**
   * What an earlier run left; empty if there is none. A file that cannot be read is set aside and
   * named in the log, not overwritten.
   */
  static Optional<State> load(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      State state = Json.read(Files.readAllBytes(file), State.class);
      if (state.format() == FORMAT) {
        return Optional.of(state);
      }
      LOG.warn("{} has format {}, this version reads {}", file, state.format(), FORMAT);
    } catch (JacksonException | IOException e) {
      LOG.warn("{} cannot be read ({})", file, e.getClass().getSimpleName());
    }
    Path aside = file.resolveSibling(file.getFileName() + ".unreadable");
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      LOG.warn("It is kept as {}, and the sandbox starts empty", aside);
    } catch (IOException e) {
      LOG.warn("It could not be set aside as {}", aside, e);
    }
    return Optional.empty();
  }

  private void run() {
    long pause = SHORTEST_PAUSE_MILLIS;
    try {
      while (true) {
        synchronized (this) {
          if (!closed) {
            wait(pause);
          }
          if (closed) {
            return;
          }
        }
        long start = System.nanoTime();
        writeIfChanged();
        long millis = (System.nanoTime() - start) / 1_000_000;
        pause = Math.max(SHORTEST_PAUSE_MILLIS, SHARE_OF_TIME * millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeIfChanged() {
    long now = version.getAsLong();
    if (now == written) {
      return;
    }
    try {
      write(Json.write(snapshot.get()));
      written = now;
    } catch (IOException | JacksonException e) {
      LOG.error("The sandbox could not write {}; it tries again", file, e);
    }
  }

  private void write(byte[] bytes) throws IOException {
    // One fixed name, so that a kill leaves at most one behind.
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.deleteIfExists(fresh);
    Files.createFile(fresh);
    if (fresh.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      // it holds access tokens
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
    }
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Writes once more what has changed. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    writeIfChanged();
  }
}
