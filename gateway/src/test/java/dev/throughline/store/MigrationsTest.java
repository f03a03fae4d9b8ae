package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.throughline.store.StoreUnusable.Code;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** A schema only goes forward, and a program that does not know it leaves it alone. */
class MigrationsTest {
  @Test
  void bringsAnEmptyDatabaseForwardAndThenLeavesItAlone() {
    try (TestDatabase test = TestDatabase.empty()) {
      for (int start = 0; start < 2; start++) {
        try (Database database = Database.open(config(test, "store-test"))) {
          assertThat(tableExists(database, "deferred")).isTrue();
        }
      }
    }
  }

  @Test
  void refusesADatabaseThatANewerVersionMigrated() {
    try (TestDatabase test = TestDatabase.empty()) {
      Database.open(config(test, "store-test")).close();
      assertThatExceptionOfType(StoreUnusable.class)
          .isThrownBy(() -> Database.open(config(test, "store-test-older")))
          .withMessageContaining("schema version 2 by a newer version")
          .matches(e -> e.code() == Code.SCHEMA_NEWER);
    }
  }

  @Test
  void goesOnFromAnOlderVersion() {
    try (TestDatabase test = TestDatabase.empty()) {
      Database.open(config(test, "store-test-older")).close();
      try (Database database = Database.open(config(test, "store-test"))) {
        assertThat(tableExists(database, "deferred")).isTrue();
      }
    }
  }

  @Test
  void refusesAMigrationThatWasChangedAfterItWasApplied() {
    try (TestDatabase test = TestDatabase.empty()) {
      Database.open(config(test, "store-test")).close();
      assertThatExceptionOfType(StoreUnusable.class)
          .isThrownBy(() -> Database.open(config(test, "store-test-changed")))
          .matches(e -> e.code() == Code.SCHEMA_BROKEN);
    }
  }

  @Test
  void aMigrationThatFailsChangesNothing() {
    try (TestDatabase test = TestDatabase.empty()) {
      assertThatExceptionOfType(StoreUnusable.class)
          .isThrownBy(() -> Database.open(config(test, "store-test-broken")))
          .matches(e -> e.code() == Code.SCHEMA_BROKEN);
      assertThat(tableExists(test.database(), "half")).isFalse();
      assertThat(tableExists(test.database(), "deferred")).isTrue();
    }
  }

  private static DatabaseConfig config(TestDatabase test, String migrations) {
    return test.config().withMigrations("classpath:db/" + migrations);
  }

  private static boolean tableExists(Database database, String table) {
    return database.read(connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery("SELECT to_regclass('" + table + "') IS NOT NULL")) {
        row.next();
        return row.getBoolean(1);
      }
    });
  }
}
