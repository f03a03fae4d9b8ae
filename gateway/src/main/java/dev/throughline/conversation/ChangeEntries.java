package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** Makes the entries that tell the fold and the ledger of a change made through the API. */
final class ChangeEntries {
  private static final String INSERT =
      "insert into change_entry (id, contact, conversation) values (?, ?, ?)";
  private static final String OF_CONTACT = "select id from change_entry where contact = ?";
  private static final String OF_CONVERSATION =
      "select id from change_entry where conversation = ?";
  private static final String GONE = "delete from change_entry where id = any (?)";

  private final Drafts drafts;
  private final Log log;

  ChangeEntries(Drafts drafts, Log log) {
    this.drafts = drafts;
    this.log = log;
  }

  /** Sealed for the contact, so that erasing them erases what the entry says. */
  Draft draft(ProjectId project, ContactId contact, String change, ObjectNode facts) {
    ObjectNode record = Json.object();
    record.put(Changes.CHANGE, change);
    record.put(Changes.CONTACT, contact.toString());
    record.setAll(facts);
    return drafts
        .draft(Changes.KIND, new Subject.Project(project.value()))
        .part(new Owner.Contact(contact), Json.bytes(record))
        .build();
  }

  /** The key that the entry is sealed with; its row travels in the draft if it is fresh. */
  static DataKey key(Draft draft, ContactId contact) {
    DataKey key = draft.keys().get(new Owner.Contact(contact));
    if (key == null) {
      throw new AssertionError("a draft holds the keys of its owners");
    }
    return key;
  }

  /**
   * Appends and commits the caller's transaction. What the entry quotes goes when the contact goes,
   * or the conversation.
   */
  Appended append(
      Connection c, Draft draft, ContactId contact, Optional<ConversationId> conversation)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(INSERT)) {
      statement.setObject(1, draft.id().toUuid());
      statement.setObject(2, contact.value().toUuid());
      statement.setObject(3, conversation.map(id -> id.value().toUuid()).orElse(null));
      statement.executeUpdate();
    }
    return log.append(draft, c);
  }

  /** Deletes what earlier entries quote of a contact and of all their conversations. */
  void forget(Connection c, ContactId contact) throws SQLException {
    forget(c, OF_CONTACT, contact.value());
  }

  void forget(Connection c, ConversationId conversation) throws SQLException {
    forget(c, OF_CONVERSATION, conversation.value());
  }

  private void forget(Connection c, String which, Ulid of) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    try (PreparedStatement statement = c.prepareStatement(which)) {
      statement.setObject(1, of.toUuid());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ids.add(row.getObject(1, UUID.class));
        }
      }
    }
    for (long index : Log.indexesOf(c, ids)) {
      Log.deleteParts(c, index, 0, 1);
    }
    try (PreparedStatement statement = c.prepareStatement(GONE)) {
      statement.setArray(1, UuidArray.of(c, ids));
      statement.executeUpdate();
    }
  }
}
