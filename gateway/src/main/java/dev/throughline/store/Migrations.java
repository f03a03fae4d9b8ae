package dev.throughline.store;

import dev.throughline.store.StoreUnusable.Code;
import java.util.Arrays;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

/** Brings the schema forward, and never back. */
final class Migrations {
  private Migrations() {}

  static void run(DataSource source, String location) {
    try {
      Flyway flyway =
          Flyway.configure(Migrations.class.getClassLoader())
              .dataSource(source)
              .locations(location)
              .failOnMissingLocations(true)
              .validateMigrationNaming(true)
              .validateOnMigrate(true)
              .outOfOrder(false)
              .baselineOnMigrate(false)
              .cleanDisabled(true)
              .load();
      refuseNewer(flyway.info().all());
      flyway.migrate();
    } catch (FlywayException e) {
      throw new StoreUnusable(
          Code.SCHEMA_BROKEN,
          "The database's schema could not be brought up to date: "
              + String.valueOf(e.getMessage()).strip()
              + " Nothing was changed by the migration that failed; restore the database to what an"
              + " unmodified release left, or report this.",
          e);
    }
  }

  /** Flyway by itself lets a database from the future pass. */
  private static void refuseNewer(MigrationInfo[] migrations) {
    Optional<MigrationInfo> newer =
        Arrays.stream(migrations)
            .filter(migration ->
                migration.getState() == MigrationState.FUTURE_SUCCESS
                    || migration.getState() == MigrationState.FUTURE_FAILED)
            .reduce((earlier, later) -> later);
    if (newer.isPresent()) {
      throw new StoreUnusable(
          Code.SCHEMA_NEWER,
          "The database was brought to schema version "
              + newer.get().getVersion()
              + " by a newer version of Throughline, which this one does not know: start that"
              + " version again, or restore a backup from before the upgrade.");
    }
  }
}
