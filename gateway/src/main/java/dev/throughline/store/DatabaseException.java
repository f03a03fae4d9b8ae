package dev.throughline.store;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The database did not do what it was asked. Each kind asks something else of the caller, so they
 * are types. Messages hold the statement's SQLSTATE and names from the schema, never values.
 */
public abstract sealed class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String UNIQUE_VIOLATION = "23505";
  private static final String QUERY_CANCELED = "57014";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String READ_ONLY_TRANSACTION = "25006";
  private static final String COMPLETION_UNKNOWN = "40003";

  private final String sqlState;

  private DatabaseException(String message, String sqlState, @Nullable Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
  }

  /** As PostgreSQL's appendix A lists them; empty when the failure was not the server's. */
  public String sqlState() {
    return sqlState;
  }

  /**
   * The database is away, full, or has no connection free in time. Nothing was committed. Nothing
   * is wrong with the work: it is to be done again when the database is back.
   */
  public static final class DatabaseUnavailable extends DatabaseException {
    private static final long serialVersionUID = 1L;

    DatabaseUnavailable(String message, String sqlState, @Nullable Throwable cause) {
      super(message, sqlState, cause);
    }
  }

  /**
   * The connection was lost while committing: the work may be durable or undone. Look for what it
   * would have written before doing it again.
   */
  public static final class CommitUnknown extends DatabaseException {
    private static final long serialVersionUID = 1L;

    CommitUnknown(String sqlState, Throwable cause) {
      super("The connection was lost during a commit (" + sqlState + ")", sqlState, cause);
    }
  }

  /** A row with that key exists. Rolled back. */
  public static final class UniqueViolation extends DatabaseException {
    private static final long serialVersionUID = 1L;
    private final String constraint;

    UniqueViolation(String constraint, Throwable cause) {
      super("A row exists already by " + constraint, UNIQUE_VIOLATION, cause);
      this.constraint = constraint;
    }

    /** The name of the constraint or unique index. In a partition it is the partition's own. */
    public String constraint() {
      return constraint;
    }
  }

  /**
   * Serialization failure, deadlock, or a lock not had in time. Rolled back; may be tried again.
   */
  public static final class Conflict extends DatabaseException {
    private static final long serialVersionUID = 1L;

    Conflict(String sqlState, Throwable cause) {
      super("Another transaction was in the way (" + sqlState + ")", sqlState, cause);
    }
  }

  /** The statement took longer than it may. Rolled back. */
  public static final class TimedOut extends DatabaseException {
    private static final long serialVersionUID = 1L;

    TimedOut(Throwable cause) {
      super("A statement was cancelled: it took too long", QUERY_CANCELED, cause);
    }
  }

  /** The statement is wrong, or its data breaks a rule of the schema: a bug. Rolled back. */
  public static final class StatementRefused extends DatabaseException {
    private static final long serialVersionUID = 1L;

    StatementRefused(String sqlState, String constraint, Throwable cause) {
      super(
          "The database refused a statement ("
              + sqlState
              + (constraint.isEmpty() ? "" : ", " + constraint)
              + ")",
          sqlState,
          cause);
    }
  }

  /** For a failure before or outside of a commit: the transaction is undone. */
  public static DatabaseException of(SQLException failure) {
    String state = stateOf(failure);
    if (isLost(failure, state)) {
      return new DatabaseUnavailable(
          "The database is not available (" + describe(failure, state) + ")", state, failure);
    }
    return switch (state) {
      case UNIQUE_VIOLATION -> new UniqueViolation(constraintOf(failure), failure);
      case QUERY_CANCELED -> new TimedOut(failure);
      case LOCK_NOT_AVAILABLE -> new Conflict(state, failure);
      default ->
          state.startsWith("40")
              ? new Conflict(state, failure)
              : new StatementRefused(state, constraintOf(failure), failure);
    };
  }

  /**
   * For a failure of COMMIT, or of a statement that commits by itself: unless the server says that
   * it refused, it may have committed.
   */
  public static DatabaseException atCommit(SQLException failure) {
    String state = stateOf(failure);
    return isRefusal(state) ? of(failure) : new CommitUnknown(state, failure);
  }

  /** Classes of errors that the server raises only before a commit is written. */
  private static boolean isRefusal(String state) {
    if (state.length() < 2 || state.equals(COMPLETION_UNKNOWN)) {
      return false;
    }
    return switch (state.substring(0, 2)) {
      case "22", "23", "25", "40", "42", "44", "53", "54", "55", "P0" -> true;
      default -> state.equals(QUERY_CANCELED);
    };
  }

  private static boolean isLost(SQLException failure, String state) {
    if (failure instanceof SQLTransientConnectionException
        || failure.getCause() instanceof IOException) {
      return true;
    }
    if (state.length() < 2) {
      return false;
    }
    return switch (state.substring(0, 2)) {
      // Connection; account refused; database gone; resources (disk, memory, connections); system.
      case "08", "28", "3D", "53", "58" -> true;
      // Shutting down, starting up, connection ended by an administrator.
      case "57" -> !state.equals(QUERY_CANCELED);
      // A primary that became a standby.
      default -> state.equals(READ_ONLY_TRANSACTION);
    };
  }

  private static String stateOf(SQLException failure) {
    if (failure.getSQLState() != null) {
      return failure.getSQLState();
    }
    return failure.getCause() instanceof SQLException inner && inner.getSQLState() != null
        ? inner.getSQLState()
        : "";
  }

  private static String describe(SQLException failure, String state) {
    return state.isEmpty() ? failure.getClass().getSimpleName() : state;
  }

  private static String constraintOf(SQLException failure) {
    if (failure instanceof PSQLException postgres) {
      ServerErrorMessage server = postgres.getServerErrorMessage();
      if (server != null && server.getConstraint() != null) {
        return server.getConstraint();
      }
    }
    return "";
  }
}
