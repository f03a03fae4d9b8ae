package dev.throughline.store;

import dev.throughline.store.StoreUnusable.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A real PostgreSQL as a child of this process: nothing to install, nothing to configure, and as
 * durable as one that somebody else runs. It lies in {@code <data>/postgres}, listens on loopback
 * with a random password, goes down cleanly with this process, is started again when it dies first,
 * and takes over what a killed process left behind.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private final DataLock lock;
  private final Cluster cluster;
  private final Postmaster postmaster;

  private EmbeddedPostgres(DataLock lock, Cluster cluster, Postmaster postmaster) {
    this.lock = lock;
    this.cluster = cluster;
    this.postmaster = postmaster;
  }

  /**
   * Starts it and returns when it takes connections: 3 s the first time, which unpacks and
   * initialises, well under 1 s later, minutes if a large log must be replayed after a crash.
   *
   * @throws StoreUnusable when it cannot run here, saying what to do
   */
  public static EmbeddedPostgres start(EmbeddedConfig config) {
    Platform platform = Platform.current();
    platform.requireSupported();
    try {
      Folders.create(config.data());
      DataLock lock = DataLock.take(config.data());
      try {
        return start(platform, config, lock);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      if (PostgresBinaries.isDiskFull(e)) {
        throw StoreUnusable.embedded(
            Code.STORE_DISK_FULL, "There is no space left in " + config.data() + ".", e);
      }
      throw StoreUnusable.embedded(
          Code.STORE_FOLDER_UNUSABLE,
          "The data directory "
              + config.data()
              + " cannot be used ("
              + Folders.reason(e)
              + "): choose one that this user can write to.",
          e);
    }
  }

  private static EmbeddedPostgres start(Platform platform, EmbeddedConfig config, DataLock lock)
      throws IOException {
    Path data = config.data().toRealPath();
    Path home = data.resolve("postgres");
    Folders.create(home);
    RunAs account = RunAs.choose(platform, home.resolve("cluster"));
    if (account.switched()) {
      Folders.letPass(data, account.gid());
      Folders.letPass(home, account.gid());
    }
    PostgresBinaries binaries =
        PostgresBinaries.find(platform, binaryFolders(config, home, account), account);
    Cluster cluster = Cluster.open(platform, home, binaries, account);
    Postmaster postmaster = new Postmaster(config, platform, binaries, account, cluster, home);
    postmaster.start();
    return new EmbeddedPostgres(lock, cluster, postmaster);
  }

  /**
   * With the data; and where that is closed to the account (a clone below {@code /root}) or mounted
   * noexec, where programs may lie that can be unpacked again at any time.
   */
  private static List<Path> binaryFolders(EmbeddedConfig config, Path home, RunAs account) {
    List<Path> folders = new ArrayList<>();
    folders.add(config.binaries().orElse(home.resolve("binaries")));
    if (account.switched()) {
      folders.add(Path.of("/var/cache/throughline/postgres"));
    } else {
      folders.add(Path.of(System.getProperty("user.home"), ".cache/throughline/postgres"));
    }
    return folders;
  }

  public String jdbcUrl() {
    return jdbcUrl(Cluster.DATABASE);
  }

  /** Of another database on the same server. The port changes if another process takes it. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + postmaster.port() + "/" + database;
  }

  /** Owns the database and may create others; not a superuser. */
  public String user() {
    return Cluster.ROLE;
  }

  public String password() {
    return cluster.password();
  }

  /** Of the server's process; empty while it is down. */
  public Optional<Long> pid() {
    return postmaster.pid();
  }

  /** Where PostgreSQL's own files are. */
  public Path folder() {
    return cluster.folder();
  }

  /** Stops the server cleanly and gives up the data directory. */
  @Override
  public void close() {
    try {
      postmaster.close();
    } finally {
      lock.close();
    }
  }
}
