package dev.throughline.app;

import dev.throughline.ledger.Ulid;
import dev.throughline.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/**
 * Looks at the gateway's tables to tell whether there is anything left for it to do now, so that a
 * test need not wait to see that nothing happens.
 */
final class Work {
  private static final String FOLDED =
      """
      select coalesce((select max(next) from step where reader = 'converse'), 0)
        >= coalesce((select max(next) from batch), 0)
      """;

  /** The head of each lane, unless its target is held. */
  private static final String LANES =
      """
      select count(*) filter (where due <= ?), min(due)
      from (
        select distinct on (lane) lane, due, target
        from task where state = 'ready' and app = ?
        order by lane, seq
      ) head left join webhook on webhook.id = head.target
      where webhook.id is null or webhook.state = 'active'
      """;

  private Work() {}

  /**
   * @param done whether all that came in is folded and all that is due is done
   * @param next when the next of the app's tasks is due
   */
  record State(boolean done, Optional<Instant> next) {}

  static State of(Database database, String app, Instant now) {
    return database.read(c -> {
      // In this order: what is folded later may make tasks, what is done later may not hide any.
      boolean folded = folded(c);
      State lanes = lanes(c, Ulid.parse(app).toUuid(), now);
      return new State(folded && lanes.done && folded(c), lanes.next);
    });
  }

  private static boolean folded(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FOLDED);
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  private static State lanes(Connection connection, UUID app, Instant now) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LANES)) {
      statement.setObject(1, now.atOffset(ZoneOffset.UTC));
      statement.setObject(2, app);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new State(
            row.getInt(1) == 0,
            Optional.ofNullable(row.getObject(2, OffsetDateTime.class))
                .map(OffsetDateTime::toInstant));
      }
    }
  }
}
