package dev.throughline.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.throughline.store.StoreUnusable.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One process a data directory. The lock is the operating system's, on {@code <data>/lock}, so it
 * goes with the process however that dies; the process id inside is only for the message.
 */
public final class DataLock implements AutoCloseable {
  private static final int LONGEST_PID = 20;

  /**
   * What this JVM holds. The operating system would grant a process its own lock again, and take it
   * away when the second channel closes.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private DataLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Locks the directory, which must exist, until closed.
   *
   * @throws StoreUnusable with {@link Code#STORE_IN_USE} when another process or another part of
   *     this one holds it, naming the process
   */
  public static DataLock take(Path data) {
    Path file;
    try {
      file = data.toRealPath().resolve("lock");
    } catch (IOException e) {
      throw unusable(data, e);
    }
    if (!HELD.add(file)) {
      throw inUse(data, Long.toString(ProcessHandle.current().pid()));
    }
    try {
      return lock(data, file);
    } catch (RuntimeException e) {
      HELD.remove(file);
      throw e;
    }
  }

  private static DataLock lock(Path data, Path file) {
    try {
      FileChannel channel =
          FileChannel.open(file, Set.of(CREATE, READ, WRITE), Folders.ownerOnlyFile());
      FileLock lock = null;
      try {
        lock = channel.tryLock();
        if (lock == null) {
          throw inUse(data, readPid(channel));
        }
        channel.truncate(0);
        channel.write(
            ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(Folders.UTF_8)), 0);
        return new DataLock(file, channel);
      } finally {
        if (lock == null) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw unusable(data, e);
    }
  }

  private static String readPid(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST_PID);
    channel.read(bytes, 0);
    String pid = new String(bytes.array(), 0, bytes.position(), Folders.UTF_8).strip();
    return pid.isEmpty() ? "unknown" : pid;
  }

  private static StoreUnusable inUse(Path data, String pid) {
    return new StoreUnusable(
        Code.STORE_IN_USE,
        "The data directory "
            + data
            + " is in use by process "
            + pid
            + ": stop that one first, or give this one a directory of its own with --data.");
  }

  private static StoreUnusable unusable(Path data, IOException e) {
    return new StoreUnusable(
        Code.STORE_FOLDER_UNUSABLE,
        "The data directory "
            + data
            + " cannot be locked ("
            + Folders.reason(e)
            + "): it must exist, and this user must be able to write to it.",
        e);
  }

  /** Gives the directory up. The file stays: removing it would let two processes lock two files. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StoreUnusable(
          Code.STORE_FOLDER_UNUSABLE, "The lock " + file + " cannot be given up.", e);
    } finally {
      HELD.remove(file);
    }
  }
}
