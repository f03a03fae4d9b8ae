package dev.throughline.store;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A database of a test's own, on a real PostgreSQL that all tests of the JVM share and that is as
 * durable as in production. The schema is migrated once, and copied for each test in some tens of
 * milliseconds.
 *
 * <pre>{@code
 * @AutoClose static TestDatabase test;
 *
 * @BeforeAll
 * static void create() {
 *   test = TestDatabase.create();
 * }
 * }</pre>
 */
public final class TestDatabase implements AutoCloseable {
  private static final int POOLED_CONNECTIONS = 8;
  private static final int SERVER_CONNECTIONS = 200;
  private static final int DROP_TRIES = 100;
  private static final Duration DROP_PAUSE = Duration.ofMillis(100);
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Map<String, String> TEMPLATES = new ConcurrentHashMap<>();

  private final String name;
  private final Database database;

  private TestDatabase(String name, Database database) {
    this.name = name;
    this.database = database;
  }

  /** One with the product's schema. */
  public static TestDatabase create() {
    return create(DatabaseConfig.MIGRATIONS);
  }

  /** One with the schema of other migrations, such as {@code classpath:db/mine}. */
  public static TestDatabase create(String migrations) {
    return copy(TEMPLATES.computeIfAbsent(migrations, TestDatabase::template));
  }

  /** One without any schema, for tests that open it themselves by {@link #config()}. */
  public static TestDatabase empty() {
    return copy("template1");
  }

  /** Programs of PostgreSQL that tests with servers of their own need not unpack again. */
  public static Path binaries() {
    Path folder =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "throughline-test-binaries-" + new UnixSystem().getUid());
    try {
      if (Files.exists(folder) && Folders.owner(folder) != new UnixSystem().getUid()) {
        throw new IllegalStateException(folder + " belongs to somebody else: remove it");
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets who starts on this data directory find those programs, as if it had unpacked them. */
  public static void lendBinaries(Path data) throws IOException {
    Path shared = binaries();
    if (!Files.isDirectory(shared)) {
      Files.createDirectories(shared);
      Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path home = Files.createDirectories(data.resolve("postgres"));
    Files.createSymbolicLink(home.resolve("binaries"), shared);
  }

  /** Open, migrated, with a small pool. */
  public Database database() {
    return database;
  }

  /** For opening the same database as an external one. */
  public DatabaseConfig config() {
    EmbeddedPostgres server = Shared.SERVER;
    return DatabaseConfig.external(server.jdbcUrl(name), server.user(), server.password())
        .withLimits(limits());
  }

  @Override
  public void close() {
    database.close();
    for (int tries = 1; ; tries++) {
      try {
        administer("DROP DATABASE " + name + " WITH (FORCE)");
        return;
      } catch (DatabaseException.StatementRefused vacuumed) {
        // The server's own vacuum is in it, which only a superuser may send away.
        if (tries == DROP_TRIES) {
          throw vacuumed;
        }
        LockSupport.parkNanos(DROP_PAUSE.toNanos());
      }
    }
  }

  private static String template(String migrations) {
    String name = "template_" + NUMBER.incrementAndGet();
    administer("CREATE DATABASE " + name);
    Migrations.run(
        connector(name, limits()).asDataSource("migration", Connector.UNLIMITED), migrations);
    return name;
  }

  private static TestDatabase copy(String template) {
    String name = "test_" + NUMBER.incrementAndGet();
    administer("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY FILE_COPY");
    return new TestDatabase(
        name, new Database(Optional.empty(), connector(name, limits()), limits()));
  }

  private static DatabaseConfig.Limits limits() {
    return DatabaseConfig.Limits.DEFAULT.withConnections(POOLED_CONNECTIONS);
  }

  /** To the same database, under other limits. */
  static Connector connector(TestDatabase test, DatabaseConfig.Limits limits) {
    return connector(test.name, limits);
  }

  private static Connector connector(String name, DatabaseConfig.Limits limits) {
    EmbeddedPostgres server = Shared.SERVER;
    return new Connector(() -> server.jdbcUrl(name), server.user(), server.password(), limits);
  }

  /** One at a time: PostgreSQL copies a template only while nobody else does. */
  private static synchronized void administer(String sql) {
    try (Connection connection =
            connector("throughline", limits()).open("test", Connector.UNLIMITED);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }

  /** Started by the first test that needs it, stopped and removed with the JVM. */
  private static final class Shared {
    static final EmbeddedPostgres SERVER = start();

    private static EmbeddedPostgres start() {
      try {
        Path data = Files.createTempDirectory("throughline-test-");
        EmbeddedPostgres server =
            EmbeddedPostgres.start(
                EmbeddedConfig.in(data)
                    .withWalMegabytes(256)
                    .withMaxConnections(SERVER_CONNECTIONS)
                    .withBinaries(binaries()));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, data)));
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void stop(EmbeddedPostgres server, Path data) {
      try {
        server.close();
        Folders.delete(data);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
