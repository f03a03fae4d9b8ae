package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ulids;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Whom dispatched messages alone know: an address with what is known of it, of a contact that is
 * shown to nobody. Once a contact is made of that address, it goes over to it.
 */
final class UnshownContacts {
  private static final String FIND =
      """
      select i.hash, i.id, i.contact from identity i join contact c on c.id = i.contact
      where i.hash = any (?) and not c.shown
      order by c.id for update of c
      """;

  private static final String MOVE_MESSAGES =
      "update message set contact = ? where conversation is null and identity = ?";
  private static final String MOVE_REPLY_TOKENS =
      "update reply_token set contact = ? where contact = ?";
  private static final String MOVE_IDENTITY = "update identity set contact = ? where id = ?";
  private static final String GONE = "delete from contact where id = ? and not shown";

  private UnshownContacts() {}

  /** An address, and the contact that it is to leave. */
  private record Address(UUID id, UUID contact) {}

  /**
   * Moves those of these addresses that belong to nobody who is shown; answers which, by hash. The
   * contact that gets them exists already.
   */
  static Map<Bytes, Ulid> takeOver(Connection c, ContactId into, Collection<byte[]> hashes)
      throws SQLException {
    Map<Bytes, Address> found = new HashMap<>();
    try (PreparedStatement statement = c.prepareStatement(FIND)) {
      statement.setArray(1, c.createArrayOf("bytea", hashes.toArray(byte[][]::new)));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.put(
              Bytes.wrap(row.getBytes(1)),
              new Address(row.getObject(2, UUID.class), row.getObject(3, UUID.class)));
        }
      }
    }
    Map<Bytes, Ulid> taken = new HashMap<>();
    for (Map.Entry<Bytes, Address> entry : found.entrySet()) {
      Address address = entry.getValue();
      execute(c, MOVE_MESSAGES, into.value().toUuid(), address.id());
      execute(c, MOVE_REPLY_TOKENS, into.value().toUuid(), address.contact());
      execute(c, MOVE_IDENTITY, into.value().toUuid(), address.id());
      execute(c, GONE, address.contact());
      taken.put(entry.getKey(), Ulids.of(address.id()));
    }
    return taken;
  }

  private static void execute(Connection c, String sql, UUID... ids) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      for (int i = 0; i < ids.length; i++) {
        statement.setObject(i + 1, ids[i]);
      }
      statement.executeUpdate();
    }
  }
}
