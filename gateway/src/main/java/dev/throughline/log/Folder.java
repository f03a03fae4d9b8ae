package dev.throughline.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a fold does with entries. */
public interface Folder {
  /**
   * Reads what the entries say: all of the work that needs no transaction. Runs ahead, while the
   * entries before them are applied; must not depend on those. Changes nothing.
   */
  Opened open(List<LogEntry> entries);

  /** Applies one entry that {@link Opened#fold} fails on, by setting aside what fails of it. */
  Folded foldCarefully(LogEntry entry, Connection transaction) throws SQLException;

  /**
   * Entries that are ready to be applied, in one transaction, which has done nothing before and
   * which the fold commits together with its new position. After a failure they are opened and
   * applied again: nothing but the transaction is changed before {@link Folded#committed} is
   * called.
   */
  @FunctionalInterface
  interface Opened {
    /**
     * Does what may be done while the entries before are still applied in a transaction of their
     * own, which has looked at all that it touches, and whose changes cannot be seen yet. Only
     * called where more waits than one transaction takes, and on another thread.
     */
    default void begin(Connection transaction) throws SQLException {}

    /**
     * Reads what the entries touch, and holds it against others; the entries before are applied.
     */
    default void look(Connection transaction) throws SQLException {}

    /** Applies the entries, in order. */
    Folded fold(Connection transaction) throws SQLException;
  }

  /** What follows in memory, once the transaction is committed. */
  interface Folded {
    void committed();
  }
}
