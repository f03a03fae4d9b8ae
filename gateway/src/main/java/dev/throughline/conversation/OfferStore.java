package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/** SQL of table {@code offer}. */
final class OfferStore {
  /** To the address that the message goes to now. */
  private static final String KEEP =
      """
      insert into offer (step, identity, app, message, at, sealed)
      select ?, m.identity, m.app, m.id, ?, ? from message m join identity i on i.id = m.identity
      where m.id = ?
      on conflict (step) do update set at = excluded.at, sealed = excluded.sealed
      """;

  private static final String LAST =
      """
      select message, sealed from offer
      where identity = ? and app = ? and at > ?
      order by at desc, step desc limit 1
      """;

  private static final String WITHDRAW = "delete from offer where step = ?";

  private static final String EARLIER_GONE =
      """
      delete from offer o using offer mine
      where mine.step = ? and o.identity = mine.identity and o.app = mine.app
        and (o.at, o.step) < (mine.at, mine.step)
      """;

  private static final String FORGET = "delete from offer where at <= ?";

  private OfferStore() {}

  record Offer(MessageId message, Bytes sealed) {}

  static void keep(Connection c, Ulid step, MessageId message, Instant at, Bytes sealed)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(KEEP)) {
      s.setObject(1, step.toUuid());
      s.setObject(2, at.atOffset(ZoneOffset.UTC));
      s.setBytes(3, sealed.array());
      s.setObject(4, message.value().toUuid());
      s.executeUpdate();
    }
  }

  static Optional<Offer> last(Connection c, Ulid identity, AppId app, Instant after)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(LAST)) {
      s.setObject(1, identity.toUuid());
      s.setObject(2, app.value().toUuid());
      s.setObject(3, after.atOffset(ZoneOffset.UTC));
      try (ResultSet row = s.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Offer(
                    new MessageId(Ulids.of(row.getObject(1, UUID.class))),
                    Bytes.wrap(row.getBytes(2))))
            : Optional.empty();
      }
    }
  }

  static void withdraw(Connection c, Ulid step) throws SQLException {
    run(c, WITHDRAW, step);
  }

  static void forgetEarlier(Connection c, Ulid step) throws SQLException {
    run(c, EARLIER_GONE, step);
  }

  static void forget(Connection c, Instant until) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(FORGET)) {
      s.setObject(1, until.atOffset(ZoneOffset.UTC));
      s.executeUpdate();
    }
  }

  private static void run(Connection c, String sql, Ulid step) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(sql)) {
      s.setObject(1, step.toUuid());
      s.executeUpdate();
    }
  }
}
