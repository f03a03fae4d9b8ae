package dev.throughline.conversation;

import dev.throughline.contract.Identities;
import dev.throughline.conversation.Rows.Friend;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import dev.throughline.policy.Permission;
import dev.throughline.policy.RecipientZone;
import dev.throughline.policy.SendPolicy;
import dev.throughline.policy.Standing;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Whether a message might go to somebody, for those who ask before they send. */
public final class SendPermissions {
  private static final String CONTACT = "select contact from identity where hash = ?";
  private static final String ADDRESSES =
      """
      select id, sealed from identity
      where contact = ? and channel = ? and (app is null or app = ?)
        and contact in (select id from contact where project = ?)
      order by position, id
      """;

  private final Database database;
  private final Vault vault;

  public SendPermissions(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /** Whom a message would go to on a channel, as far as the recipient has an address there. */
  public Optional<Identity> address(
      App app, Recipient recipient, ChannelName channel, boolean phone) {
    return addresses(app, recipient, channel).stream().min(Identities.preference(phone));
  }

  public Permission of(App app, Identity identity, MessageClass sent, boolean urgent, Instant now) {
    SendPolicy policy = app.settings().policy();
    Bytes hash = vault.hash(Owners.person(app.project(), app.id(), identity));
    return database.read(c -> {
      StandingRows.Known known =
          StandingRows.read(c, List.of(hash)).get(new StandingRows.Place(app.id(), hash));
      Standing standing = known == null ? Standing.UNKNOWN : known.standing();
      Optional<Reason> refusal = policy.refusal(identity.channel(), sent, standing, now);
      if (refusal.isPresent()) {
        return new Permission.Refused(refusal.get());
      }
      return policy.mayHold(sent, urgent)
          ? policy.hours(sent, now, zone(c, hash, identity, policy))
          : new Permission.Granted();
    });
  }

  /**
   * What is known of somebody on an account.
   *
   * @param blocked they are known to have blocked it
   * @param silence for how long they have not written to it
   */
  public record Acquaintance(boolean blocked, Duration silence) {}

  public Acquaintance with(App app, AccountId account, Identity identity, Instant now) {
    Bytes hash = vault.hash(Owners.person(app.project(), app.id(), identity));
    return database.read(c -> {
      Optional<IdentityRow> row = ConverseStore.seen(c, List.of(hash)).stream().findFirst();
      return new Acquaintance(
          row.filter(known -> known.friend() == Friend.BLOCKED).isPresent(),
          Heard.silence(c, account, row.map(IdentityRow::id), now));
    });
  }

  private RecipientZone zone(Connection c, Bytes hash, Identity identity, SendPolicy policy)
      throws SQLException {
    Optional<ContactId> contact = Optional.empty();
    try (PreparedStatement s = c.prepareStatement(CONTACT)) {
      s.setBytes(1, hash.array());
      try (ResultSet row = s.executeQuery()) {
        if (row.next()) {
          contact = Optional.of(new ContactId(Ulids.of(row.getObject(1, UUID.class))));
        }
      }
    }
    return ContactZone.find(c, vault, contact, identity, policy.quietHours().zone());
  }

  private List<Identity> addresses(App app, Recipient recipient, ChannelName channel) {
    return switch (recipient) {
      case Recipient.ByIdentities(List<Identity> named) ->
          named.stream().filter(identity -> identity.channel().equals(channel)).toList();
      case Recipient.ByContact(ContactId contact) ->
          database.read(c -> {
            List<Identity> found = new ArrayList<>();
            try (PreparedStatement s = c.prepareStatement(ADDRESSES)) {
              s.setObject(1, contact.value().toUuid());
              s.setString(2, channel.value());
              s.setObject(3, app.id().value().toUuid());
              s.setString(4, app.project().value());
              try (ResultSet row = s.executeQuery()) {
                while (row.next()) {
                  vault
                      .open(
                          Bytes.wrap(row.getBytes(2)),
                          Rows.associated("identity", Ulids.of(row.getObject(1, UUID.class))))
                      .ifPresent(value -> found.add(new Identity(channel, value.asUtf8())));
                }
              }
            }
            return found;
          });
    };
  }
}
