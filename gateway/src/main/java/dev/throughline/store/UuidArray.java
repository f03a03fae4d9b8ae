package dev.throughline.store;

import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgArray;

/**
 * Arrays of uuid in PostgreSQL's binary form. The driver would spell each out in 36 digits, for the
 * server to read them again.
 */
public final class UuidArray {
  private static final int UUID_BYTES = 16;
  private static final int NULL = -1;

  /** Dimensions, whether there are nulls, the element's type, length, index of the first. */
  private static final int HEADER_BYTES = 5 * Integer.BYTES;

  private UuidArray() {}

  public static Array of(Connection connection, Collection<? extends @Nullable UUID> ids)
      throws SQLException {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_BYTES + ids.size() * (Integer.BYTES + UUID_BYTES))
            .putInt(1)
            .putInt(Collections.frequency(ids, null) > 0 ? 1 : 0)
            .putInt(Oid.UUID)
            .putInt(ids.size())
            .putInt(1);
    for (UUID id : ids) {
      if (id == null) {
        out.putInt(NULL);
      } else {
        out.putInt(UUID_BYTES)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits());
      }
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return new PgArray(connection.unwrap(BaseConnection.class), Oid.UUID_ARRAY, bytes);
  }
}
