package dev.throughline.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a fold does with entries. */
public interface Folder {
  /**
   * Applies the entries, in order, in the given transaction, which the fold commits together with
   * its new position. May run again for the same entries after a failure: it changes nothing but
   * the transaction before {@link Folded#committed} is called.
   */
  Folded fold(List<LogEntry> entries, Connection transaction) throws SQLException;

  /** Applies one entry that {@link #fold} fails on, by setting aside what fails of it. */
  Folded foldCarefully(LogEntry entry, Connection transaction) throws SQLException;

  /** What follows in memory, once the transaction is committed. */
  interface Folded {
    void committed();
  }
}
