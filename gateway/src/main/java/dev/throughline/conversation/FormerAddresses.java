package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ulids;
import dev.throughline.store.UuidArray;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What is left of addresses and contacts that a merge or a change took away: what was sent to an
 * address is still told of, and what was accepted for a contact goes to the one that took over.
 */
final class FormerAddresses {
  private static final String KEEP =
      """
      insert into former_address (id, contact, sealed)
      select id, ?, sealed from identity where contact = ? and id <> all (?)
      """;

  private static final String MOVE = "update former_address set contact = ? where contact = ?";
  private static final String SUCCEED_AGAIN =
      "update merged_contact set successor = ? where successor = ?";
  private static final String SUCCEED =
      "insert into merged_contact (contact, successor) values (?, ?)";

  private static final String SUCCESSORS =
      "select contact, successor from merged_contact where contact = any (?)";

  private FormerAddresses() {}

  /** All addresses of a contact but these are about to be deleted. */
  static void keep(Connection c, ContactId contact, Collection<Ulid> but) throws SQLException {
    keep(c, contact, contact, but);
  }

  /** A contact, with the addresses that it has left, is about to be deleted: another takes over. */
  static void merged(Connection c, ContactId from, ContactId into) throws SQLException {
    keep(c, from, into, List.of());
    execute(c, MOVE, into, from);
    execute(c, SUCCEED_AGAIN, into, from);
    execute(c, SUCCEED, from, into);
  }

  /** Who took over from those of these contacts that were merged. */
  static Map<ContactId, ContactId> successors(Connection c, Collection<ContactId> contacts)
      throws SQLException {
    Map<ContactId, ContactId> found = new HashMap<>();
    if (contacts.isEmpty()) {
      return found;
    }
    try (PreparedStatement statement = c.prepareStatement(SUCCESSORS)) {
      statement.setArray(
          1, UuidArray.of(c, contacts.stream().map(id -> id.value().toUuid()).toList()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.put(
              new ContactId(Ulids.of(row.getObject(1, UUID.class))),
              new ContactId(Ulids.of(row.getObject(2, UUID.class))));
        }
      }
    }
    return found;
  }

  private static void keep(Connection c, ContactId contact, ContactId whose, Collection<Ulid> but)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(KEEP)) {
      statement.setObject(1, whose.value().toUuid());
      statement.setObject(2, contact.value().toUuid());
      statement.setArray(3, UuidArray.of(c, but.stream().map(Ulid::toUuid).toList()));
      statement.executeUpdate();
    }
  }

  private static void execute(Connection c, String sql, ContactId first, ContactId second)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setObject(1, first.value().toUuid());
      statement.setObject(2, second.value().toUuid());
      statement.executeUpdate();
    }
  }
}
