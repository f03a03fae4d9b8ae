package dev.throughline.store;

import dev.throughline.store.StoreUnusable.Code;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the server process on one cluster, and starts it again when it dies without having been told
 * to. The caller holds the {@link DataLock}, so whatever else runs on the cluster is left over from
 * a process of ours that is dead.
 */
final class Postmaster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);

  /** Replaying two gigabytes of log on a slow disk takes minutes; a start without takes 0.1 s. */
  private static final Duration READY_DEADLINE = Duration.ofMinutes(5);

  /** A fast shutdown writes out at most shared_buffers. */
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(20);

  private static final Duration QUIT_DEADLINE = Duration.ofSeconds(5);
  private static final Duration KILL_DEADLINE = Duration.ofSeconds(5);

  /**
   * Children notice within a moment that their postmaster died; until then they hold its memory.
   */
  private static final Duration CHILDREN_DEADLINE = Duration.ofSeconds(3);

  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** After so long a run, the next death is a new trouble, not the same one again. */
  private static final Duration SETTLED = Duration.ofMinutes(1);

  private static final int PORT_TRIES = 10;
  private static final long LOG_BYTES = 8L << 20;
  private static final int TAIL_BYTES = 2_000;

  private final EmbeddedConfig config;
  private final Platform platform;
  private final PostgresBinaries binaries;
  private final RunAs account;
  private final Cluster cluster;
  private final ClusterProcesses processes;
  private final Path portFile;
  private final Path log;

  private final CountDownLatch firstStart = new CountDownLatch(1);
  private final ReentrantLock changing = new ReentrantLock();
  private volatile @Nullable Throwable firstFailure;
  private volatile @Nullable Process running;
  private volatile int port;
  private volatile boolean closing;
  private final Thread keeper;

  Postmaster(
      EmbeddedConfig config,
      Platform platform,
      PostgresBinaries binaries,
      RunAs account,
      Cluster cluster,
      Path home) {
    this.config = config;
    this.platform = platform;
    this.binaries = binaries;
    this.account = account;
    this.cluster = cluster;
    this.processes = new ClusterProcesses(cluster.name(), account.uid());
    this.portFile = home.resolve("port");
    this.log = home.resolve("postgres.log");
    // A platform thread, and one that lives as long as this process: the kernel sends the signal
    // of --pdeathsig when the *thread* that started the server ends.
    this.keeper = Thread.ofPlatform().daemon().name("postgres-keeper").unstarted(this::keep);
  }

  /** Returns when the server takes connections. */
  void start() {
    keeper.start();
    try {
      if (!firstStart.await(READY_DEADLINE.plusMinutes(1).toMillis(), TimeUnit.MILLISECONDS)) {
        close();
        throw startFailed("it did not become ready in time", "", null);
      }
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw startFailed("the start was interrupted", "", e);
    }
    switch (firstFailure) {
      case null -> {}
      case StoreUnusable unusable -> throw unusable;
      case Throwable other -> throw startFailed(String.valueOf(other.getMessage()), "", other);
    }
  }

  int port() {
    return port;
  }

  /** Of the server's process; empty while it is down. */
  Optional<Long> pid() {
    Process process = running;
    return process != null && process.isAlive() ? Optional.of(process.pid()) : Optional.empty();
  }

  private void keep() {
    Duration pause = FIRST_PAUSE;
    boolean first = true;
    while (!closing) {
      long started = System.nanoTime();
      try {
        clearRemains();
        Process process = launch();
        first = false;
        firstStart.countDown();
        int exit = process.waitFor();
        if (closing) {
          return;
        }
        LOG.warn("PostgreSQL ended by itself (exit code {}); starting it again", exit);
      } catch (IOException | RuntimeException e) {
        if (first) {
          firstFailure = e;
          firstStart.countDown();
          return;
        }
        LOG.error("PostgreSQL could not be started again: {}", e.getMessage());
      } catch (InterruptedException e) {
        // Closed while starting: nobody interrupts the keeper itself.
        firstFailure = first ? e : firstFailure;
        firstStart.countDown();
        return;
      }
      boolean settled = System.nanoTime() - started > SETTLED.toNanos();
      pause = settled ? FIRST_PAUSE : pause;
      if (!sleep(pause)) {
        return;
      }
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
  }

  /**
   * Stops what a dead process of ours left running, and takes away a lock that names a stranger.
   */
  private void clearRemains() throws IOException {
    List<ClusterProcesses.Found> servers =
        processes.find().stream().filter(ClusterProcesses.Found::postmaster).toList();
    for (ClusterProcesses.Found server : servers) {
      LOG.warn("Stopping PostgreSQL {}, left over from an earlier run", server.pid());
      stop(server.pid());
    }
    awaitChildren();
    Optional<PostmasterFile> file = PostmasterFile.read(cluster.folder());
    boolean broken = file.isEmpty() && Files.exists(PostmasterFile.in(cluster.folder()));
    boolean stranger =
        file.isPresent()
            && ProcessHandle.of(file.get().pid()).map(ProcessHandle::isAlive).orElse(false);
    // One that names a dead process is left: PostgreSQL frees that one's shared memory by it.
    if (broken || stranger) {
      Files.delete(PostmasterFile.in(cluster.folder()));
    }
  }

  private void awaitChildren() throws IOException {
    long deadline = System.nanoTime() + CHILDREN_DEADLINE.toNanos();
    List<ClusterProcesses.Found> children = processes.find();
    while (!children.isEmpty() && System.nanoTime() < deadline) {
      sleep(POLL);
      children = processes.find();
    }
    children.forEach(ClusterProcesses.Found::kill);
    deadline = System.nanoTime() + KILL_DEADLINE.toNanos();
    while (children.stream().anyMatch(ClusterProcesses.Found::isAlive)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("processes of an earlier PostgreSQL do not end: " + children);
      }
      sleep(POLL);
    }
  }

  private Process launch() throws IOException, InterruptedException {
    int candidate = remembered();
    for (int i = 0; ; i++) {
      if (!isFree(candidate)) {
        candidate = anyFree();
      }
      Attempt attempt = attempt(candidate);
      if (attempt.process().isPresent()) {
        port = candidate;
        Folders.write(portFile, candidate + "\n");
        return attempt.process().get();
      }
      // Somebody took the port between our look and PostgreSQL's.
      boolean portTaken = attempt.output().contains("could not create any TCP/IP sockets");
      if (!portTaken || i == PORT_TRIES) {
        throw explain(attempt.output());
      }
      candidate = anyFree();
    }
  }

  private record Attempt(Optional<Process> process, String output) {}

  private Attempt attempt(int candidate) throws IOException, InterruptedException {
    rotateLog();
    long from = Files.exists(log) ? Files.size(log) : 0;
    List<String> command = new ArrayList<>(account.attend());
    command.add(binaries.program("postgres").toString());
    command.add("-D");
    command.add(Cluster.argument(platform, cluster.folder()));
    command.addAll(
        PostgresSettings.arguments(PostgresSettings.server(config, cluster.name(), candidate)));
    Process process;
    changing.lock();
    try {
      if (closing) {
        throw new InterruptedException("closed while starting");
      }
      process =
          Command.prepare(command, cluster.folder())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      running = process;
    } finally {
      changing.unlock();
    }
    try {
      return awaitReady(process)
          ? new Attempt(Optional.of(process), "")
          : new Attempt(Optional.empty(), tail(from));
    } catch (IOException | RuntimeException e) {
      stop(process.pid());
      throw e;
    }
  }

  /** A pid file may be an earlier server's, which would answer, and vanish: the pid must match. */
  private boolean awaitReady(Process process) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + READY_DEADLINE.toNanos();
    while (process.isAlive()) {
      Optional<PostmasterFile> file = PostmasterFile.read(cluster.folder());
      if (file.isPresent() && file.get().ready() && file.get().pid() == process.pid()) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        stop(process.pid());
        return false;
      }
      Thread.sleep(POLL);
    }
    return false;
  }

  private StoreUnusable explain(String output) {
    if (output.contains("No space left on device")) {
      return StoreUnusable.embedded(
          Code.STORE_DISK_FULL,
          "There is no space left for the database in " + cluster.folder() + ": make room.",
          null);
    }
    return startFailed("see " + log, output, null);
  }

  private static StoreUnusable startFailed(String why, String output, @Nullable Throwable cause) {
    return StoreUnusable.embedded(
        Code.STORE_START_FAILED,
        "The embedded PostgreSQL did not start, "
            + why
            + (output.isEmpty() ? "" : ":\n" + output.strip() + "\n")
            + ".",
        cause);
  }

  private int remembered() throws IOException {
    if (port != 0) {
      return port;
    }
    if (Files.exists(portFile)) {
      try {
        int value = Integer.parseInt(Files.readString(portFile).strip());
        if (value > 0 && value <= 0xFFFF) {
          return value;
        }
      } catch (NumberFormatException e) {
        LOG.warn("{} holds no port; taking another", portFile);
      }
    }
    return anyFree();
  }

  private static boolean isFree(int candidate) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(loopback(candidate));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int anyFree() throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(loopback(0));
      return socket.getLocalPort();
    }
  }

  private static InetSocketAddress loopback(int candidate) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), candidate);
  }

  private void rotateLog() throws IOException {
    if (!Files.exists(log)) {
      Files.createFile(log, Folders.ownerOnlyFile());
    } else if (Files.size(log) > LOG_BYTES) {
      Files.move(log, log.resolveSibling("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
      Files.createFile(log, Folders.ownerOnlyFile());
    }
  }

  private String tail(long from) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(Math.max(from, file.length() - TAIL_BYTES));
      byte[] bytes = new byte[TAIL_BYTES];
      int length = Math.max(0, file.read(bytes));
      return new String(bytes, 0, length, Folders.UTF_8);
    }
  }

  /** First asks (fast shutdown), then insists (immediate shutdown), then kills. */
  private static void stop(long pid) throws IOException {
    // Whoever is interrupted while closing still wants it closed.
    boolean interrupted = Thread.interrupted();
    try {
      stopUninterrupted(pid);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void stopUninterrupted(long pid) throws IOException {
    if (!ClusterProcesses.isAlive(pid)) {
      return;
    }
    // CONT: one that somebody stopped (Ctrl-Z, a debugger) hears the other only when it goes on.
    Command.signal(pid, "INT", "CONT");
    if (awaitEnd(pid, STOP_DEADLINE)) {
      return;
    }
    LOG.warn("PostgreSQL {} does not stop within {}; aborting it", pid, STOP_DEADLINE);
    Command.signal(pid, "QUIT");
    if (awaitEnd(pid, QUIT_DEADLINE)) {
      return;
    }
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    if (!awaitEnd(pid, KILL_DEADLINE)) {
      throw new InterruptedIOException("PostgreSQL " + pid + " cannot be stopped");
    }
  }

  private static boolean awaitEnd(long pid, Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    while (ClusterProcesses.isAlive(pid)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      sleep(POLL);
    }
    return true;
  }

  /** False when interrupted. */
  private static boolean sleep(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Stops the server cleanly; open connections are ended, what they had not committed is undone.
   */
  @Override
  public void close() {
    Process process;
    changing.lock();
    try {
      closing = true;
      process = running;
    } finally {
      changing.unlock();
    }
    if (process == null || !process.isAlive()) {
      return;
    }
    try {
      stop(process.pid());
    } catch (IOException e) {
      throw startFailed("and it does not stop either", String.valueOf(e.getMessage()), e);
    }
  }
}
