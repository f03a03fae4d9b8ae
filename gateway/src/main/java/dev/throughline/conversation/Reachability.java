package dev.throughline.conversation;

import dev.throughline.conversation.Rows.Friend;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.policy.Permission;
import dev.throughline.policy.RecipientZone;
import dev.throughline.policy.Standing;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of many people beforehand: what they are reached by, and what forbids it. */
public final class Reachability {
  private final Database database;
  private final Vault vault;

  public Reachability(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /**
   * An address that the app has a channel for.
   *
   * @param blocked whether its owner is known to have blocked the account
   * @param permission whether messages of this class may go there now
   * @param zone by whose clock it is quiet there, if messages of this class are ever held
   */
  public record Address(
      Identity identity, boolean blocked, Permission permission, Optional<RecipientZone> zone) {}

  /**
   * For each recipient, in order, their addresses; none for a contact that is not there, and none
   * on channels that the app does not have.
   */
  public List<List<Address>> look(
      App app, MessageClass sent, List<Recipient> recipients, Instant now) {
    Map<Identity, Bytes> hashes = hashes(app, recipients);
    return database.read(c -> look(c, app, sent, recipients, hashes, now));
  }

  /** Of each address that they are named by, what it is found by. */
  public Map<Identity, Bytes> hashes(App app, List<Recipient> recipients) {
    Map<Identity, Bytes> hashes = HashMap.newHashMap(recipients.size());
    for (Recipient recipient : recipients) {
      if (recipient instanceof Recipient.ByIdentities(List<Identity> named)) {
        named.forEach(identity -> hashes.computeIfAbsent(identity, i -> hash(app, i)));
      }
    }
    return hashes;
  }

  /**
   * As {@link #look(App, MessageClass, List, Instant)}, for who works on the database already.
   *
   * @param named {@link #hashes} of the same recipients, under the epoch of now
   */
  public List<List<Address>> look(
      Connection c,
      App app,
      MessageClass sent,
      List<Recipient> recipients,
      Map<Identity, Bytes> named,
      Instant now)
      throws SQLException {
    Map<Identity, Bytes> hashes = new HashMap<>(named);
    Set<ContactId> contacts = new HashSet<>();
    for (Recipient recipient : recipients) {
      if (recipient instanceof Recipient.ByContact(ContactId contact)) {
        contacts.add(contact);
      }
    }
    Map<Bytes, IdentityRow> known = new HashMap<>();
    // One hash an identity: no two of them are the same.
    ConverseStore.seen(c, hashes.values()).forEach(row -> known.put(row.hash(), row));
    Map<ContactId, List<Identity>> ofContacts = addresses(c, app, contacts, hashes, known);
    Map<StandingRows.Place, StandingRows.Known> standings = StandingRows.read(c, hashes.values());
    boolean mayHold = app.settings().policy().mayHold(sent, false);
    List<List<Address>> found = new ArrayList<>(recipients.size());
    for (Recipient recipient : recipients) {
      List<Identity> all =
          switch (recipient) {
            case Recipient.ByContact(ContactId contact) ->
                ofContacts.getOrDefault(contact, List.of());
            case Recipient.ByIdentities(List<Identity> theirs) -> theirs;
          };
      List<Address> usable = new ArrayList<>(all.size());
      for (Identity identity : all) {
        Bytes hash = hashes.get(identity);
        if (hash != null && app.account(identity.channel()).isPresent()) {
          IdentityRow row = known.get(hash);
          boolean blocked = row != null && row.friend() == Friend.BLOCKED;
          Optional<Reason> refusal = refusal(app, identity, hash, standings, sent, now);
          Optional<RecipientZone> zone =
              mayHold && refusal.isEmpty()
                  ? Optional.of(zone(c, app, identity, row))
                  : Optional.empty();
          Permission permission =
              refusal
                  .<Permission>map(Permission.Refused::new)
                  .orElseGet(() ->
                      zone.map(local -> app.settings().policy().hours(sent, now, local))
                          .orElseGet(Permission.Granted::new));
          usable.add(new Address(identity, blocked, permission, zone));
        }
      }
      found.add(usable);
    }
    return found;
  }

  private Map<ContactId, List<Identity>> addresses(
      Connection c,
      App app,
      Set<ContactId> contacts,
      Map<Identity, Bytes> hashes,
      Map<Bytes, IdentityRow> known)
      throws SQLException {
    Map<ContactId, List<Identity>> found = new HashMap<>();
    List<IdentityRow> rows = ConverseStore.seenOf(c, contacts);
    vault.load(c, rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    for (IdentityRow row : rows) {
      if (row.app().isPresent() && !row.app().get().equals(app.id())) {
        continue;
      }
      vault
          .open(c, row.sealed(), Rows.associated("identity", row.id()))
          .map(value -> new Identity(row.channel(), value.asUtf8()))
          .ifPresent(identity -> {
            hashes.put(identity, row.hash());
            known.put(row.hash(), row);
            found.computeIfAbsent(row.contact(), contact -> new ArrayList<>()).add(identity);
          });
    }
    return found;
  }

  private static Optional<Reason> refusal(
      App app,
      Identity identity,
      Bytes hash,
      Map<StandingRows.Place, StandingRows.Known> standings,
      MessageClass sent,
      Instant now) {
    StandingRows.Known known = standings.get(new StandingRows.Place(app.id(), hash));
    return app.settings()
        .policy()
        .refusal(
            identity.channel(), sent, known == null ? Standing.UNKNOWN : known.standing(), now);
  }

  private RecipientZone zone(Connection c, App app, Identity identity, @Nullable IdentityRow row)
      throws SQLException {
    return ContactZone.find(
        c,
        vault,
        Optional.ofNullable(row).map(IdentityRow::contact),
        identity,
        app.settings().policy().quietHours().zone());
  }

  /** By which an address is found. */
  public Bytes hash(App app, Identity identity) {
    return vault.hash(Owners.person(app.project(), app.id(), identity));
  }
}
