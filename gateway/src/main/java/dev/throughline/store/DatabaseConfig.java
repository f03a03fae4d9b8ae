package dev.throughline.store;

import java.time.Duration;

/**
 * Which database, and how much of it is used.
 *
 * @param migrations where the numbered migrations lie, in Flyway's notation
 */
public record DatabaseConfig(Location location, Limits limits, String migrations) {
  public static final String MIGRATIONS = "classpath:db/migration";

  /** Where the database is. */
  public sealed interface Location {
    /** A server of our own, which lives and ends with the {@link Database}. */
    record Embedded(EmbeddedConfig config) implements Location {}

    /**
     * One that somebody else runs. The URL may name several hosts; the primary among them is used.
     */
    record External(String jdbcUrl, String user, String password) implements Location {
      private static final String SCHEME = "jdbc:postgresql:";

      public External {
        if (!jdbcUrl.startsWith(SCHEME)) {
          throw new IllegalArgumentException(
              "database.url must begin with jdbc:postgresql:, as in"
                  + " jdbc:postgresql://localhost:5432/throughline");
        }
      }

      /** The URL without its parameters, which may hold a password. */
      String place() {
        return jdbcUrl.replaceFirst("\\?.*", "").replaceFirst("//[^/@]*@", "//");
      }

      @Override
      public String toString() {
        return "External[" + place() + ", user=" + user + "]";
      }
    }
  }

  /**
   * @param connections in the pool, and pieces of work at a time; the waiting queue is fair
   * @param borrow how long a piece of work waits for a connection
   * @param statement how long a statement of pooled work may run
   * @param lock how long a statement waits for a lock
   * @param idle how long a transaction may stand still before the server ends it
   * @param start how long to wait for an external database that does not answer yet
   */
  public record Limits(
      int connections,
      Duration borrow,
      Duration statement,
      Duration lock,
      Duration idle,
      Duration start) {
    /**
     * Sixteen connections saturate PostgreSQL on a few cores; one second to borrow leaves a webhook
     * half of LINE's two.
     */
    public static final Limits DEFAULT =
        new Limits(
            16,
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(15));

    public Limits {
      if (connections < 1) {
        throw new IllegalArgumentException("connections must be at least 1, not " + connections);
      }
      // The pool's own least time-out; shorter ones would be ignored in silence.
      if (borrow.toMillis() < 250) {
        throw new IllegalArgumentException("borrow must be at least 250 ms, not " + borrow);
      }
    }

    public Limits withConnections(int number) {
      return new Limits(number, borrow, statement, lock, idle, start);
    }
  }

  public static DatabaseConfig embedded(EmbeddedConfig config) {
    return new DatabaseConfig(new Location.Embedded(config), Limits.DEFAULT, MIGRATIONS);
  }

  public static DatabaseConfig external(String jdbcUrl, String user, String password) {
    return new DatabaseConfig(
        new Location.External(jdbcUrl, user, password), Limits.DEFAULT, MIGRATIONS);
  }

  public DatabaseConfig withLimits(Limits changed) {
    return new DatabaseConfig(location, changed, migrations);
  }

  public DatabaseConfig withMigrations(String changed) {
    return new DatabaseConfig(location, limits, changed);
  }
}
