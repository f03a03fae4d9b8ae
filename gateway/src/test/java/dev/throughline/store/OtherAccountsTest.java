package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import dev.throughline.store.StoreUnusable.Code;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Root and an ordinary user can both start the store. As root the server runs as somebody else; as
 * an ordinary user it runs as that user.
 */
class OtherAccountsTest {
  private static final long NOBODY = 65534;

  private static Path folder;
  private static String classPath;
  private static Path binaries;

  private Path data;

  @BeforeAll
  static void prepare() throws IOException {
    assumeTrue(new UnixSystem().getUid() == 0, "not run as root, so it cannot become another user");
    assumeTrue(
        Platform.current().program("setpriv").isPresent(),
        "setpriv is not installed: apt-get install util-linux brings it");
    folder = Files.createTempDirectory("throughline-accounts-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    classPath = readableClassPath(folder.resolve("classes"));
    binaries = Files.createDirectory(folder.resolve("binaries"));
    Folders.giveTo(binaries, NOBODY, NOBODY);
  }

  @AfterAll
  static void remove() throws IOException {
    if (folder != null) {
      Folders.delete(folder);
    }
  }

  @BeforeEach
  void prepareData() throws IOException {
    data = Files.createTempDirectory(folder, "data-");
    Folders.giveTo(data, NOBODY, NOBODY);
  }

  @Test
  void anOrdinaryUserRunsItAsThemselves() throws Exception {
    try (StoreProcess process = startAsNobody()) {
      long postgres = Long.parseLong(process.await("ready"));
      assertThat(Folders.owner(Path.of("/proc", Long.toString(postgres)))).isEqualTo(NOBODY);
      process.await("committed 3");
      assertThat(process.stop()).isZero();
    }
    try (StoreProcess process = startAsNobody()) {
      process.await("ready");
      process.kill();
    }
    try (StoreProcess process = startAsNobody()) {
      process.await("ready");
      assertThat(process.stop()).isZero();
    }
  }

  @Test
  void rootRunsItAsSomebodyElse() throws IOException {
    Path own = Files.createTempDirectory("throughline-root-");
    try (EmbeddedPostgres server =
        EmbeddedPostgres.start(EmbeddedConfig.in(own).withBinaries(TestDatabase.binaries()))) {
      Path process = Path.of("/proc", Long.toString(server.pid().orElseThrow()));
      assertThat(Folders.owner(process)).isNotZero().isEqualTo(Folders.owner(server.folder()));
      assertThat(Files.readString(process.resolve("status"))).contains("Groups:\t \n");
      assertThat(Folders.owner(own)).as("owner of the data directory").isZero();
    } finally {
      Folders.delete(own);
    }
  }

  @Test
  void rootGoesOnWithWhatAnOrdinaryUserBegan() throws Exception {
    try (StoreProcess process = startAsNobody()) {
      process.await("committed 3");
      assertThat(process.stop()).isZero();
    }
    try (Database database = Database.open(StoreProcess.config(data, TestDatabase.binaries()))) {
      long postgres = database.embedded().orElseThrow().pid().orElseThrow();
      assertThat(Folders.owner(Path.of("/proc", Long.toString(postgres)))).isEqualTo(NOBODY);
    }
  }

  @Test
  void anOrdinaryUserIsToldThatRootBegan() throws Exception {
    Folders.giveTo(data, 0, 0);
    Database.open(StoreProcess.config(data, TestDatabase.binaries())).close();
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (StoreProcess process = startAsNobody()) {
      assertThat(process.await("store-folder-unusable")).contains("permission denied");
      assertThat(process.exit()).isEqualTo(3);
    }
  }

  @Test
  void aClusterOfAnUnknownOwnerIsRefused() throws IOException {
    Path cluster = Files.createDirectories(data.resolve("postgres/cluster"));
    Folders.giveTo(cluster, 4_000_000, 4_000_000);
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(() -> Database.open(StoreProcess.config(data, TestDatabase.binaries())))
        .withMessageContaining("user id 4000000")
        .matches(e -> e.code() == Code.STORE_ACCOUNT_MISSING);
  }

  private StoreProcess startAsNobody() throws IOException {
    List<String> become =
        List.of(
            Platform.current().program("setpriv").orElseThrow().toString(),
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups");
    return StoreProcess.start(become, classPath, data, binaries);
  }

  /** A copy that others may read: the build's own may lie below a closed home. */
  private static String readableClassPath(Path target) throws IOException {
    Files.createDirectory(target);
    List<String> entries = new ArrayList<>();
    for (String name : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path entry = Path.of(name);
      Path copy = target.resolve(entries.size() + "-" + entry.getFileName());
      if (Files.isDirectory(entry)) {
        copyTree(entry, copy);
      } else if (Files.exists(entry)) {
        Files.copy(entry, copy);
      }
      entries.add(copy.toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectory(to.resolve(from.relativize(visited).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
