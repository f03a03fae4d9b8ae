package dev.throughline.conversation;

import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.Contact;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Contacts and their addresses as the API reads and changes them. A change and its entry are one
 * transaction, begun again if others changed the row meanwhile.
 */
public final class ContactStore {
  private static final int MAX_TRIES = 5;
  private static final String ADDRESS_CONSTRAINT = "identity_hash_key";

  /** Above every id: where a list that starts with the newest starts. */
  static final UUID NEWEST = new UUID(-1, -1);

  static final Ulid NEWEST_ID = Ulids.of(NEWEST);
  static final Ulid OLDEST = new Ulid(0, 0);

  private static final String PAGE =
      """
      select id, language, sealed from contact
      where project = ? and shown and id < ?
      order by id desc limit ?
      """;

  private static final String BY_ID =
      "select id, language, sealed from contact where project = ? and shown and id = any (?)";

  private static final String BY_ADDRESS =
      """
      select distinct c.id, c.language, c.sealed
      from contact c join identity i on i.contact = c.id
      where c.project = ? and c.shown and i.hash = any (?) and c.id < ?
      order by c.id desc limit ?
      """;

  private static final String BY_EXTERNAL_ID =
      """
      select id, language, sealed from contact
      where project = ? and external_hash = ? and id < ?
      order by id desc limit ?
      """;

  private static final String ADDRESSES =
      """
      select id, contact, channel, app, sealed from identity
      where contact = any (?) order by contact, position, id
      """;

  private static final String ADDRESS_OWNER = "select contact from identity where hash = any (?)";

  private static final String INSERT =
      """
      insert into contact (id, project, created, language, external_hash, hash_epoch, sealed)
      values (?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String UPDATE =
      """
      update contact set language = ?, external_hash = ?, hash_epoch = ?, sealed = ? where id = ?
      """;

  private static final String LOCK =
      "select sealed from contact where id = ? and project = ? for update";

  private static final String INSERT_ADDRESS =
      """
      insert into identity (id, contact, channel, app, position, hash, hash_epoch, sealed, kin_hash)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String MOVE_ADDRESS = "update identity set position = ? where id = ?";
  private static final String DELETE_OTHER_ADDRESSES =
      "delete from identity where contact = ? and id <> all (?)";
  private static final String DELETE = "delete from contact where id = ?";
  private static final String DELETE_REPLY_TOKENS = "delete from reply_token where contact = ?";

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Ulids ulids;
  private final InstantSource clock;
  private final ChangeEntries entries;
  private final MessageRemoval removal;

  public ContactStore(
      Database database, Vault vault, Log log, Drafts drafts, Ulids ulids, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.ulids = ulids;
    this.clock = clock;
    this.entries = new ChangeEntries(drafts, log);
    this.removal = new MessageRemoval(database, log);
  }

  public Optional<Contact> find(ProjectId project, ContactId id) {
    return found(project, id).map(Found::contact);
  }

  /** The newest first, older than {@code before}. */
  public List<Contact> page(ProjectId project, Optional<Ulid> before, int limit) {
    return contacts(
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(PAGE)) {
            statement.setString(1, project.value());
            statement.setObject(2, before.map(Ulid::toUuid).orElse(NEWEST));
            statement.setInt(3, limit);
            return rows(c, statement);
          }
        }));
  }

  /** Whom one of these addresses belongs to. */
  public List<Contact> byAddress(
      ProjectId project, Collection<Owner.Person> addresses, Optional<Ulid> before, int limit) {
    byte[][] hashes = hashes(addresses);
    return contacts(
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(BY_ADDRESS)) {
            statement.setString(1, project.value());
            statement.setArray(2, c.createArrayOf("bytea", hashes));
            statement.setObject(3, before.map(Ulid::toUuid).orElse(NEWEST));
            statement.setInt(4, limit);
            return rows(c, statement);
          }
        }));
  }

  public List<Contact> byExternalId(
      ProjectId project, String externalId, Optional<Ulid> before, int limit) {
    Bytes hash = externalHash(project, externalId);
    return contacts(
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(BY_EXTERNAL_ID)) {
            statement.setString(1, project.value());
            statement.setBytes(2, hash.array());
            statement.setObject(3, before.map(Ulid::toUuid).orElse(NEWEST));
            statement.setInt(4, limit);
            return rows(c, statement);
          }
        }));
  }

  /** The ids of a contact's addresses. */
  public List<Ulid> addressIds(ProjectId project, ContactId id) {
    return found(project, id)
        .map(found -> List.copyOf(found.addresses().keySet()))
        .orElse(List.of());
  }

  /** {@link Written.Taken} if one of the addresses belongs to another contact already. */
  public Written<Contact> create(ProjectId project, Contact contact) {
    Draft draft = entries.draft(project, contact.id(), Changes.CONTACT_CREATED, shown(contact));
    DataKey key = ChangeEntries.key(draft, contact.id());
    Map<ChannelIdentity, Ulid> ids = new LinkedHashMap<>();
    contact.identities().forEach(identity -> ids.put(identity, ulids.next()));
    Map<Owner, DataKey> keys = keys(project, contact.identities());
    try {
      database.transaction(c -> {
        Vault.insert(c, keys.values());
        insert(c, project, contact, key);
        addresses(c, project, contact, ids, Set.copyOf(ids.values()), keys);
        return entries.append(c, draft, contact.id(), Optional.empty());
      });
    } catch (DatabaseException.UniqueViolation e) {
      return taken(e, project, contact);
    }
    vault.admit(keys);
    return new Written.Done<>(contact);
  }

  /**
   * Changes a contact. Addresses that stay keep what is known of them.
   *
   * @param change from the contact as it stands to what it shall be; may run several times
   */
  public Written<Contact> update(ProjectId project, ContactId id, UnaryOperator<Contact> change) {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      Optional<Found> found = found(project, id);
      if (found.isEmpty()) {
        return new Written.Missing<>();
      }
      Contact changed = change.apply(found.get().contact());
      try {
        if (update(project, found.get(), changed)) {
          return new Written.Done<>(changed);
        }
      } catch (DatabaseException.UniqueViolation e) {
        return taken(e, project, changed);
      } catch (DatabaseException.Conflict again) {
        // a deadlock with the fold: both lock people, and it was chosen to go on
      }
    }
    return new Written.Contended<>();
  }

  /** Deletes a contact with their conversations and messages; what was said goes at once. */
  public Written<Contact> delete(ProjectId project, ContactId id) {
    Optional<Found> found = found(project, id);
    if (found.isEmpty()) {
      return new Written.Missing<>();
    }
    Contact contact = found.get().contact();
    removal.deleteAll(MessageRemoval.Of.contact(id));
    removal.deleteAll(MessageRemoval.Of.dispatched(id));
    Draft draft = entries.draft(project, id, Changes.CONTACT_DELETED, shown(contact));
    boolean deleted =
        database.transaction(c -> {
          if (lock(c, project, id).isEmpty()) {
            return false;
          }
          entries.forget(c, id);
          EventRemoval.forget(c, id);
          execute(c, DELETE_REPLY_TOKENS, id.value());
          execute(c, DELETE, id.value());
          log.append(draft, c);
          return true;
        });
    return deleted ? new Written.Done<>(contact) : new Written.Missing<>();
  }

  private boolean update(ProjectId project, Found found, Contact changed) {
    ContactId id = changed.id();
    Draft draft = entries.draft(project, id, Changes.CONTACT_UPDATED, shown(changed));
    DataKey key = ChangeEntries.key(draft, id);
    Map<ChannelIdentity, Ulid> known = new HashMap<>();
    found.addresses().forEach((address, identity) -> known.put(identity, address));
    Map<ChannelIdentity, Ulid> ids = new LinkedHashMap<>();
    Set<Ulid> fresh = new LinkedHashSet<>();
    for (ChannelIdentity identity : changed.identities()) {
      Ulid address = known.get(identity);
      if (address == null) {
        address = ulids.next();
        fresh.add(address);
      }
      ids.put(identity, address);
    }
    Map<Owner, DataKey> keys =
        keys(
            project,
            ids.entrySet().stream()
                .filter(entry -> fresh.contains(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList());
    boolean written =
        database.transaction(c -> {
          Optional<Bytes> sealed = lock(c, project, id);
          if (sealed.isEmpty() || !sealed.get().equals(found.sealed())) {
            return false;
          }
          Vault.insert(c, keys.values());
          update(c, project, changed, key);
          FormerAddresses.keep(c, id, ids.values());
          try (PreparedStatement statement = c.prepareStatement(DELETE_OTHER_ADDRESSES)) {
            statement.setObject(1, id.value().toUuid());
            statement.setArray(2, uuids(c, ids.values()));
            statement.executeUpdate();
          }
          addresses(c, project, changed, ids, fresh, keys);
          entries.append(c, draft, id, Optional.empty());
          return true;
        });
    if (written) {
      vault.admit(keys);
    }
    return written;
  }

  private Written<Contact> taken(
      DatabaseException.UniqueViolation violation, ProjectId project, Contact contact) {
    if (!violation.constraint().equals(ADDRESS_CONSTRAINT)) {
      throw violation;
    }
    byte[][] hashes = hashes(persons(project, contact.identities()));
    Optional<Ulid> owner =
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(ADDRESS_OWNER)) {
            statement.setArray(1, c.createArrayOf("bytea", hashes));
            try (ResultSet row = statement.executeQuery()) {
              Optional<Ulid> other = Optional.empty();
              while (row.next() && other.isEmpty()) {
                other =
                    Optional.of(Ulids.of(row.getObject(1, UUID.class)))
                        .filter(by -> !by.equals(contact.id().value()));
              }
              return other;
            }
          }
        });
    return owner.<Written<Contact>>map(Written.Taken::new).orElseGet(Written.Contended::new);
  }

  private void insert(Connection c, ProjectId project, Contact contact, DataKey key)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(INSERT)) {
      statement.setObject(1, contact.id().value().toUuid());
      statement.setString(2, project.value());
      statement.setObject(3, clock.instant().atOffset(ZoneOffset.UTC));
      statement.setString(4, contact.language());
      statement.setBytes(5, externalHashOf(project, contact));
      statement.setInt(6, vault.epoch());
      statement.setBytes(7, seal(contact, key).array());
      statement.executeUpdate();
    }
  }

  void update(Connection c, ProjectId project, Contact contact, DataKey key) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(UPDATE)) {
      statement.setString(1, contact.language());
      statement.setBytes(2, externalHashOf(project, contact));
      statement.setInt(3, vault.epoch());
      statement.setBytes(4, seal(contact, key).array());
      statement.setObject(5, contact.id().value().toUuid());
      statement.executeUpdate();
    }
  }

  /** Writes the fresh addresses, and where each of the others stands now. */
  private void addresses(
      Connection c,
      ProjectId project,
      Contact contact,
      Map<ChannelIdentity, Ulid> ids,
      Set<Ulid> fresh,
      Map<Owner, DataKey> keys)
      throws SQLException {
    List<byte[]> wanted = new ArrayList<>();
    ids.forEach((identity, id) -> {
      if (fresh.contains(id)) {
        wanted.add(vault.hash(person(project, identity)).array());
      }
    });
    Map<Bytes, Ulid> taken = UnshownContacts.takeOver(c, contact.id(), wanted);
    int position = 0;
    try (PreparedStatement insert = c.prepareStatement(INSERT_ADDRESS);
        PreparedStatement move = c.prepareStatement(MOVE_ADDRESS)) {
      for (Map.Entry<ChannelIdentity, Ulid> entry : ids.entrySet()) {
        ChannelIdentity identity = entry.getKey();
        Ulid id = entry.getValue();
        Owner.Person person = person(project, identity);
        Ulid known = fresh.contains(id) ? taken.get(vault.hash(person)) : id;
        if (known == null) {
          DataKey key = keys.get(person);
          if (key == null) {
            throw new AssertionError("the vault answers for each owner");
          }
          insert.setObject(1, id.toUuid());
          insert.setObject(2, contact.id().value().toUuid());
          insert.setString(3, identity.channel().value());
          insert.setObject(4, identity.app().map(app -> app.value().toUuid()).orElse(null));
          insert.setInt(5, position);
          insert.setBytes(6, vault.hash(person).array());
          insert.setInt(7, vault.epoch());
          insert.setBytes(
              8,
              vault
                  .seal(
                      key, Bytes.utf8(identity.identity()).array(), Rows.associated("identity", id))
                  .array());
          insert.setBytes(9, Kin.hash(vault, person).map(Bytes::array).orElse(null));
          insert.executeUpdate();
        } else {
          move.setInt(1, position);
          move.setObject(2, known.toUuid());
          move.executeUpdate();
        }
        position++;
      }
    }
  }

  Optional<Found> found(ProjectId project, ContactId id) {
    return open(
            database.read(c -> {
              try (PreparedStatement statement = c.prepareStatement(BY_ID)) {
                statement.setString(1, project.value());
                statement.setArray(2, uuids(c, List.of(id.value())));
                return rows(c, statement);
              }
            }))
        .stream()
        .findFirst();
  }

  private List<Contact> contacts(Rowset rows) {
    return open(rows).stream().map(Found::contact).toList();
  }

  private List<Found> open(Rowset rows) {
    List<UUID> keys = new ArrayList<>();
    rows.contacts().forEach(row -> keys.add(Vault.keyId(row.sealed())));
    rows.addresses().forEach(row -> keys.add(Vault.keyId(row.sealed())));
    vault.load(keys);
    Map<ContactId, Map<Ulid, ChannelIdentity>> addresses = new HashMap<>();
    for (AddressRow row : rows.addresses()) {
      String value =
          vault
              .open(row.sealed(), Rows.associated("identity", row.id()))
              .map(Bytes::asUtf8)
              .orElse("");
      addresses
          .computeIfAbsent(row.contact(), contact -> new LinkedHashMap<>())
          .put(row.id(), new ChannelIdentity(row.channel(), value, row.app()));
    }
    List<Found> found = new ArrayList<>();
    for (ContactRow row : rows.contacts()) {
      ObjectNode json =
          vault
              .open(row.sealed(), Rows.associated("contact", row.id().value()))
              .map(Json::object)
              .orElseGet(Json::object);
      Map<Ulid, ChannelIdentity> own = addresses.getOrDefault(row.id(), Map.of());
      found.add(new Found(contact(row, json, own.values()), row.sealed(), own));
    }
    return found;
  }

  private static Contact contact(
      ContactRow row, ObjectNode json, Collection<ChannelIdentity> identities) {
    List<ChannelName> priority = new ArrayList<>();
    json.path("channel_priority").forEach(name -> priority.add(new ChannelName(name.asString(""))));
    return new Contact(
        row.id(),
        List.copyOf(identities),
        priority,
        Json.string(json, "display_name").orElse(""),
        Json.string(json, "email").orElse(""),
        Json.string(json, "external_id").orElse(""),
        Json.string(json, "metadata").orElse(""),
        row.language(),
        Json.string(json, Contact.TIME_ZONE).orElse(""));
  }

  private Bytes seal(Contact contact, DataKey key) {
    ObjectNode json = Json.object();
    json.put("display_name", contact.displayName());
    json.put("email", contact.email());
    json.put("external_id", contact.externalId());
    json.put("metadata", contact.metadata());
    if (!contact.timeZone().isEmpty()) {
      json.put(Contact.TIME_ZONE, contact.timeZone());
    }
    ArrayNode priority = json.putArray("channel_priority");
    contact.priority().forEach(channel -> priority.add(channel.value()));
    return vault.seal(
        key, Json.bytes(json).array(), Rows.associated("contact", contact.id().value()));
  }

  private Map<Owner, DataKey> keys(ProjectId project, List<ChannelIdentity> identities) {
    return identities.isEmpty() ? Map.of() : vault.keysFor(persons(project, identities));
  }

  private static List<Owner.Person> persons(ProjectId project, List<ChannelIdentity> identities) {
    return identities.stream().map(identity -> person(project, identity)).toList();
  }

  private static Owner.Person person(ProjectId project, ChannelIdentity identity) {
    return new Owner.Person(project, identity.channel(), identity.app(), identity.identity());
  }

  private byte[][] hashes(Collection<Owner.Person> persons) {
    return persons.stream().map(person -> vault.hash(person).array()).toArray(byte[][]::new);
  }

  private byte @Nullable [] externalHashOf(ProjectId project, Contact contact) {
    return contact.externalId().isEmpty()
        ? null
        : externalHash(project, contact.externalId()).array();
  }

  private Bytes externalHash(ProjectId project, String externalId) {
    return vault.hash("external", project + "\n" + externalId);
  }

  private static ObjectNode shown(Contact contact) {
    ObjectNode facts = Json.object();
    facts.set(Changes.SHOWN, contact.json());
    return facts;
  }

  private static Optional<Bytes> lock(Connection c, ProjectId project, ContactId id)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(LOCK)) {
      statement.setObject(1, id.value().toUuid());
      statement.setString(2, project.value());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(Bytes.wrap(row.getBytes(1))) : Optional.empty();
      }
    }
  }

  private static void execute(Connection c, String sql, Ulid id) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setObject(1, id.toUuid());
      statement.executeUpdate();
    }
  }

  private static java.sql.Array uuids(Connection c, Collection<Ulid> ids) throws SQLException {
    return UuidArray.of(c, ids.stream().map(Ulid::toUuid).toList());
  }

  private static Rowset rows(Connection c, PreparedStatement contacts) throws SQLException {
    List<ContactRow> found = new ArrayList<>();
    try (ResultSet row = contacts.executeQuery()) {
      while (row.next()) {
        found.add(
            new ContactRow(
                new ContactId(Ulids.of(row.getObject(1, UUID.class))),
                row.getString(2),
                Bytes.wrap(row.getBytes(3))));
      }
    }
    List<AddressRow> addresses = new ArrayList<>();
    try (PreparedStatement statement = c.prepareStatement(ADDRESSES)) {
      statement.setArray(1, uuids(c, found.stream().map(row -> row.id().value()).toList()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          @Nullable UUID app = row.getObject(4, UUID.class);
          addresses.add(
              new AddressRow(
                  Ulids.of(row.getObject(1, UUID.class)),
                  new ContactId(Ulids.of(row.getObject(2, UUID.class))),
                  new ChannelName(row.getString(3)),
                  Optional.ofNullable(app).map(id -> new AppId(Ulids.of(id))),
                  Bytes.wrap(row.getBytes(5))));
        }
      }
    }
    return new Rowset(found, addresses);
  }

  /** A contact with the sealed bytes that tell whether it was changed meanwhile. */
  record Found(Contact contact, Bytes sealed, Map<Ulid, ChannelIdentity> addresses) {}

  private record Rowset(List<ContactRow> contacts, List<AddressRow> addresses) {}

  private record ContactRow(ContactId id, String language, Bytes sealed) {}

  private record AddressRow(
      Ulid id, ContactId contact, ChannelName channel, Optional<AppId> app, Bytes sealed) {}
}
