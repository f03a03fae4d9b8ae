package dev.throughline.store;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What is done on a connection that is lent for it. The work neither commits nor rolls back nor
 * closes nor keeps the connection; an exception undoes all that it did.
 */
@FunctionalInterface
public interface SqlWork<T extends @Nullable Object> {
  T run(Connection connection) throws SQLException;
}
