package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.throughline.FreePort;
import dev.throughline.Patience;
import dev.throughline.store.DatabaseConfig.Limits;
import dev.throughline.store.DatabaseException.DatabaseUnavailable;
import dev.throughline.store.StoreUnusable.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database that somebody else runs is used as it is, and what is wrong with it is said plainly.
 */
class ExternalDatabaseTest {
  @TempDir private static Path folder;
  private static DebianPostgres server;

  @BeforeAll
  static void start() throws IOException {
    server = DebianPostgres.start(folder);
  }

  @AfterAll
  static void stop() throws IOException, InterruptedException {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void isMigratedAndAskedForItsSettings() {
    try (Database database = Database.open(server.config())) {
      DurabilitySettings settings = database.show();
      assertThat(database.embedded()).isEmpty();
      assertThat(settings.value("server_version")).isNotEmpty();
      assertThat(settings.value("synchronous_commit")).as("overruled").isEqualTo("on");
      assertThat(settings.value("full_page_writes")).as("not ours to set").isEqualTo("off");
      assertThat(settings.durable()).isFalse();
    }
  }

  @Test
  void comesBackAfterARestart() throws Exception {
    try (Database database = Database.open(server.config())) {
      assertThat(one(database)).isEqualTo(1);
      server.stop();
      assertThatExceptionOfType(DatabaseUnavailable.class).isThrownBy(() -> one(database));
      assertThatExceptionOfType(DatabaseUnavailable.class)
          .isThrownBy(() -> database.connect("sequencer"));
      server.restart();
      Patience.await()
          .ignoreExceptionsInstanceOf(DatabaseUnavailable.class)
          .until(() -> one(database) == 1);
    }
  }

  @Test
  void aWrongPasswordIsRefusedAtOnceAndNotRepeated() {
    DatabaseConfig config =
        DatabaseConfig.external(
            server.jdbcUrl("postgres") + "?password=swordfish", DebianPostgres.USER, "");
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(() -> Database.open(config))
        .withMessageContaining("database.password")
        .matches(e -> e.code() == Code.DATABASE_REFUSED)
        .matches(e -> !e.toString().contains("swordfish"));
    assertThat(config.toString()).doesNotContain("swordfish");
  }

  @Test
  void aMissingDatabaseIsNamed() {
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(() ->
            Database.open(
                DatabaseConfig.external(
                    server.jdbcUrl("absent"), DebianPostgres.USER, DebianPostgres.PASSWORD)))
        .withMessageContaining("/absent")
        .matches(e -> e.code() == Code.DATABASE_REFUSED);
  }

  @Test
  void oneThatDoesNotAnswerIsWaitedForAndThenNamed() throws IOException {
    int closed = FreePort.find();
    Limits standard = Limits.DEFAULT;
    Limits impatient =
        new Limits(
            standard.connections(),
            standard.borrow(),
            standard.statement(),
            standard.lock(),
            standard.idle(),
            Duration.ofMillis(600));
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(() ->
            Database.open(
                DatabaseConfig.external("jdbc:postgresql://127.0.0.1:" + closed + "/x", "", "")
                    .withLimits(impatient)))
        .withMessageContaining("127.0.0.1:" + closed)
        .matches(e -> e.code() == Code.DATABASE_UNREACHABLE);
  }

  @Test
  void otherDatabasesAreNotUnderstood() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DatabaseConfig.external("jdbc:mysql://localhost/x", "", ""))
        .withMessageContaining("jdbc:postgresql:");
  }

  private static int one(Database database) {
    return database.read(connection -> {
      try (var statement = connection.createStatement();
          var row = statement.executeQuery("SELECT 1")) {
        row.next();
        return row.getInt(1);
      }
    });
  }
}
