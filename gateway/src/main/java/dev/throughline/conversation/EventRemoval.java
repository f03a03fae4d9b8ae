package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.log.Log;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.EventId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Deletes events, and what the log's entries say of them, in the caller's transaction. */
final class EventRemoval {
  private static final String OF_CONTACT = "delete from event where contact = ? returning entries";
  private static final String OF_CONVERSATION =
      "delete from event where conversation = ? returning entries";
  private static final String ONE = "delete from event where id = ? returning entries";

  /** No entry of an event has more: an attempt's record and its request. */
  private static final int MOST_PARTS = 2;

  private EventRemoval() {}

  static void forget(Connection c, ContactId contact) throws SQLException {
    forget(c, OF_CONTACT, contact.value());
  }

  static void forget(Connection c, ConversationId conversation) throws SQLException {
    forget(c, OF_CONVERSATION, conversation.value());
  }

  /** False if there is none. */
  static boolean forget(Connection c, EventId event) throws SQLException {
    return forget(c, ONE, event.value());
  }

  private static boolean forget(Connection c, String delete, Ulid of) throws SQLException {
    List<Long> entries = new ArrayList<>();
    try (PreparedStatement s = c.prepareStatement(delete)) {
      s.setObject(1, of.toUuid());
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          for (Object index : (Object[]) row.getArray(1).getArray()) {
            entries.add((Long) index);
          }
        }
      }
    }
    for (long index : entries.stream().sorted().toList()) {
      Log.deleteParts(c, index, 0, MOST_PARTS);
    }
    return !entries.isEmpty();
  }
}
