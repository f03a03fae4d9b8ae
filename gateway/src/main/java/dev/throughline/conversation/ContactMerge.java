package dev.throughline.conversation;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.Contact;
import dev.throughline.contract.Json;
import dev.throughline.contract.Languages;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Merges one contact into another, which remains (contract, 2.3): it gets all conversations, the
 * addresses of channels that it lacks, and what it has not said of itself. Where both have an
 * active conversation with an app, the messages of one go into the other.
 */
public final class ContactMerge {
  private static final int MAX_TRIES = 5;

  private static final String LOCK_BOTH =
      """
      select id, sealed from contact where id = any (?) and project = ? order by id for update
      """;

  private static final String CONVERSATIONS =
      "select id, app, active, sealed from conversation where contact = ? order by id for update";

  private static final String MOVE_CONVERSATION =
      "update conversation set contact = ?, sealed = ? where id = ?";
  private static final String MOVE_MESSAGES =
      "update message set conversation = ?, contact = ? where conversation = ?";
  private static final String MOVE_DISPATCHED =
      """
      update message set contact = ?
      where conversation is null and identity in (select id from identity where contact = ?)
      """;

  private static final String MOVE_PLANS =
      """
      update delivery_plan set contacts = array_replace(contacts, ?, ?)
      where open and contacts && array[?]::uuid[]
      """;

  private static final String MOVE_EVENTS = "update event set contact = ? where contact = ?";
  private static final String MOVE_EVENTS_ALONG =
      "update event set conversation = ? where conversation = ?";

  private static final String MOVE_UNSENT =
      """
      insert into unsent (conversation, platform_id, at)
      select ?, platform_id, at from unsent where conversation = ?
      on conflict do nothing
      """;

  private static final String UNSENT_GONE = "delete from unsent where conversation = ?";
  private static final String MOVE_ENTRIES =
      "update change_entry set conversation = ? where conversation = ?";
  private static final String CONVERSATION_GONE = "delete from conversation where id = ?";

  private static final String MOVE_IDENTITY =
      "update identity set contact = ?, position = ? where id = ?";

  private static final String IDENTITIES_FORGOTTEN =
      """
      update conversation set active_identity = null
      where contact = ? and active_identity in (select id from identity where contact = ?)
      """;

  private static final String MOVE_REPLY_TOKENS =
      "update reply_token set contact = ? where contact = ?";
  private static final String MOVE_CONTACT_ENTRIES =
      "update change_entry set contact = ? where contact = ?";

  /** With the addresses that were not moved. */
  private static final String CONTACT_GONE = "delete from contact where id = ?";

  private final Database database;
  private final Vault vault;
  private final ChangeEntries entries;
  private final ContactStore contacts;

  public ContactMerge(
      Database database, Vault vault, Log log, Drafts drafts, ContactStore contacts) {
    this.database = database;
    this.vault = vault;
    this.entries = new ChangeEntries(drafts, log);
    this.contacts = contacts;
  }

  /**
   * @return the contact that remains; {@link Written.Missing} if there is no such contact, or none
   *     to merge into it
   */
  public Written<Contact> merge(ProjectId project, ContactId into, ContactId from) {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Optional<ContactStore.Found> preserved = contacts.found(project, into);
      Optional<ContactStore.Found> gone = contacts.found(project, from);
      if (preserved.isEmpty() || gone.isEmpty()) {
        return new Written.Missing<>();
      }
      try {
        Contact merged = merged(preserved.get(), gone.get());
        if (merge(project, preserved.get(), gone.get(), merged)) {
          return new Written.Done<>(merged);
        }
      } catch (DatabaseException.Conflict again) {
        // a deadlock with the fold: both lock people, and it was chosen to go on
      }
    }
    return new Written.Contended<>();
  }

  private boolean merge(
      ProjectId project, ContactStore.Found preserved, ContactStore.Found gone, Contact merged) {
    ContactId into = merged.id();
    ContactId from = gone.contact().id();
    ObjectNode facts = Json.object();
    facts.set(Changes.SHOWN, merged.json());
    facts.set(Changes.MERGED, gone.contact().json());
    Draft draft = entries.draft(project, into, Changes.CONTACT_MERGED, facts);
    DataKey key = ChangeEntries.key(draft, into);
    return database.transaction(c -> {
      if (!lock(c, project, Map.of(into, preserved.sealed(), from, gone.sealed()))) {
        return false;
      }
      conversations(c, into, from, key);
      execute(c, MOVE_DISPATCHED, into.value(), from.value());
      identities(c, preserved, gone, merged);
      execute(c, IDENTITIES_FORGOTTEN, into.value(), from.value());
      execute(c, MOVE_REPLY_TOKENS, into.value(), from.value());
      execute(c, MOVE_CONTACT_ENTRIES, into.value(), from.value());
      contacts.update(c, project, merged, key);
      execute(c, MOVE_EVENTS, into.value(), from.value());
      FormerAddresses.merged(c, from, into);
      execute(c, MOVE_PLANS, from.value(), into.value(), from.value());
      execute(c, CONTACT_GONE, from.value());
      entries.append(c, draft, into, Optional.empty());
      return true;
    });
  }

  /** Optional fields are taken over where the remaining contact has none. */
  private static Contact merged(ContactStore.Found into, ContactStore.Found from) {
    Contact kept = into.contact();
    Contact gone = from.contact();
    List<ChannelIdentity> identities = new ArrayList<>(kept.identities());
    Set<ChannelName> priority = new LinkedHashSet<>(kept.priority());
    for (ChannelIdentity identity : gone.identities()) {
      if (lacks(kept.identities(), identity)) {
        identities.add(identity);
        if (!kept.priority().isEmpty()) {
          priority.add(identity.channel());
        }
      }
    }
    boolean named = !kept.displayName().isEmpty() && !kept.displayName().equals(Contact.NAMELESS);
    return new Contact(
        kept.id(),
        identities,
        List.copyOf(priority),
        named || gone.displayName().isEmpty() ? kept.displayName() : gone.displayName(),
        or(kept.email(), gone.email()),
        or(kept.externalId(), gone.externalId()),
        or(kept.metadata(), gone.metadata()),
        kept.language().equals(Languages.UNSPECIFIED) ? gone.language() : kept.language(),
        or(kept.timeZone(), gone.timeZone()));
  }

  private static String or(String kept, String gone) {
    return kept.isEmpty() ? gone : kept;
  }

  /** Another app's addresses are a channel of their own. */
  private static boolean lacks(List<ChannelIdentity> kept, ChannelIdentity identity) {
    return kept.stream()
        .noneMatch(
            own -> own.channel().equals(identity.channel()) && own.app().equals(identity.app()));
  }

  private boolean lock(Connection c, ProjectId project, Map<ContactId, Bytes> versions)
      throws SQLException {
    Map<ContactId, Bytes> found = new HashMap<>();
    try (PreparedStatement statement = c.prepareStatement(LOCK_BOTH)) {
      statement.setArray(
          1, UuidArray.of(c, versions.keySet().stream().map(id -> id.value().toUuid()).toList()));
      statement.setString(2, project.value());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.put(
              new ContactId(Ulids.of(row.getObject(1, UUID.class))), Bytes.wrap(row.getBytes(2)));
        }
      }
    }
    return found.equals(versions);
  }

  private void conversations(Connection c, ContactId into, ContactId from, DataKey key)
      throws SQLException {
    Map<UUID, UUID> active = new HashMap<>();
    for (ConversationRow row : rows(c, into)) {
      if (row.active()) {
        active.put(row.app(), row.id());
      }
    }
    for (ConversationRow row : rows(c, from)) {
      UUID other = row.active() ? active.get(row.app()) : null;
      if (other == null) {
        move(c, row, into, key);
      } else {
        join(c, row.id(), other, into);
      }
    }
  }

  /** A conversation is sealed for its contact, so that erasing them erases it. */
  private void move(Connection c, ConversationRow row, ContactId into, DataKey key)
      throws SQLException {
    byte[] associated = Rows.associated("conversation", Ulids.of(row.id()));
    byte @Nullable [] sealed =
        row.sealed()
            .flatMap(bytes -> vault.open(bytes, associated))
            .map(plain -> vault.seal(key, plain.array(), associated).array())
            .orElse(null);
    try (PreparedStatement statement = c.prepareStatement(MOVE_CONVERSATION)) {
      statement.setObject(1, into.value().toUuid());
      statement.setBytes(2, sealed);
      statement.setObject(3, row.id());
      statement.executeUpdate();
    }
    moveMessages(c, row.id(), row.id(), into);
  }

  private static void join(Connection c, UUID from, UUID other, ContactId into)
      throws SQLException {
    moveMessages(c, from, other, into);
    execute(c, MOVE_UNSENT, Ulids.of(other), Ulids.of(from));
    execute(c, UNSENT_GONE, Ulids.of(from));
    execute(c, MOVE_ENTRIES, Ulids.of(other), Ulids.of(from));
    execute(c, MOVE_EVENTS_ALONG, Ulids.of(other), Ulids.of(from));
    execute(c, CONVERSATION_GONE, Ulids.of(from));
  }

  private static void moveMessages(Connection c, UUID from, UUID to, ContactId into)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(MOVE_MESSAGES)) {
      statement.setObject(1, to);
      statement.setObject(2, into.value().toUuid());
      statement.setObject(3, from);
      statement.executeUpdate();
    }
  }

  private static void identities(
      Connection c, ContactStore.Found preserved, ContactStore.Found gone, Contact merged)
      throws SQLException {
    int position = preserved.contact().identities().size();
    try (PreparedStatement statement = c.prepareStatement(MOVE_IDENTITY)) {
      for (Map.Entry<Ulid, ChannelIdentity> address : gone.addresses().entrySet()) {
        if (lacks(preserved.contact().identities(), address.getValue())) {
          statement.setObject(1, merged.id().value().toUuid());
          statement.setInt(2, position++);
          statement.setObject(3, address.getKey().toUuid());
          statement.executeUpdate();
        }
      }
    }
  }

  private static List<ConversationRow> rows(Connection c, ContactId contact) throws SQLException {
    List<ConversationRow> rows = new ArrayList<>();
    try (PreparedStatement statement = c.prepareStatement(CONVERSATIONS)) {
      statement.setObject(1, contact.value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          byte @Nullable [] sealed = row.getBytes(4);
          rows.add(
              new ConversationRow(
                  row.getObject(1, UUID.class),
                  row.getObject(2, UUID.class),
                  row.getBoolean(3),
                  Optional.ofNullable(sealed).map(Bytes::wrap)));
        }
      }
    }
    return rows;
  }

  private static void execute(Connection c, String sql, Ulid... ids) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      for (int i = 0; i < ids.length; i++) {
        statement.setObject(i + 1, ids[i].toUuid());
      }
      statement.executeUpdate();
    }
  }

  private record ConversationRow(UUID id, UUID app, boolean active, Optional<Bytes> sealed) {}
}
