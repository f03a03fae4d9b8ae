package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Multicast;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.SealedAhead;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Table {@code broadcast_parts}: what each recipient's part of a request's entry is made of, sealed
 * when the audience is handed in. To seal 500 of them takes longer than all else that is done for a
 * request, and for a person nobody knew it needs a new key.
 */
final class PreparedParts {
  /** Before a recipient's parts an entry has what it is about, and what is everybody's. */
  static final int FIRST = 2;

  private static final String ADD =
      """
      insert into broadcast_parts (broadcast, number, entry, month, recipients, sealed)
      values (?, ?, ?, ?, ?, ?)
      """;

  private static final String FIND =
      """
      select entry, sealed from broadcast_parts
      where broadcast = ? and number = ? and month = ? and recipients = ?
      """;

  private static final String FORGET =
      "delete from broadcast_parts where broadcast = ? and number = ?";

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;

  PreparedParts(Database database, Vault vault, Log log, Drafts drafts, Ulids ulids) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
  }

  /**
   * Sealed, and not kept yet.
   *
   * @param recipients by which they are known again
   * @param keys whose rows have to stand before the parts can be opened
   */
  record Made(SealedAhead parts, int month, Bytes recipients, Collection<DataKey> keys) {}

  Made make(App app, Multicast multicast, List<Identity> recipients) {
    List<Owner> owners = recipients.stream().<Owner>map(each -> owner(app, each)).toList();
    int month = vault.month();
    Map<Owner, DataKey> keys = vault.keysFor(new HashSet<>(owners));
    SealedAhead parts = drafts.ahead(ulids.next(), FIRST, owners, multicast.runs(recipients), keys);
    return new Made(parts, month, name(recipients), keys.values());
  }

  /**
   * Keeps them with the rows of their keys. They are not handed to the vault's cache: what a
   * million strangers would push out of it is asked for sooner.
   */
  static void add(Connection c, Ulid broadcast, int number, Made made) throws SQLException {
    Vault.insert(c, made.keys());
    try (PreparedStatement s = c.prepareStatement(ADD)) {
      s.setObject(1, broadcast.toUuid());
      s.setInt(2, number);
      s.setObject(3, made.parts().entry().toUuid());
      s.setInt(4, made.month());
      s.setBytes(5, made.recipients().array());
      s.setBytes(6, made.parts().toBytes().array());
      s.executeUpdate();
    }
  }

  /**
   * Empty if there are none for exactly these, in this order and month, or if they are in the log:
   * then each is sealed anew.
   */
  Optional<SealedAhead> find(Ulid broadcast, int number, List<Identity> recipients) {
    Bytes name = name(recipients);
    Optional<SealedAhead> found =
        database.read(c -> {
          try (PreparedStatement s = c.prepareStatement(FIND)) {
            s.setObject(1, broadcast.toUuid());
            s.setInt(2, number);
            s.setInt(3, vault.month());
            s.setBytes(4, name.array());
            try (ResultSet row = s.executeQuery()) {
              return row.next()
                  ? Optional.of(
                      SealedAhead.of(
                          Ulids.of(row.getObject(1, UUID.class)),
                          FIRST,
                          Bytes.wrap(row.getBytes(2))))
                  : Optional.empty();
            }
          }
        });
    return found.filter(parts -> log.indexOf(parts.entry()).isEmpty());
  }

  static void forget(Connection c, Ulid broadcast, int number) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(FORGET)) {
      s.setObject(1, broadcast.toUuid());
      s.setInt(2, number);
      s.executeUpdate();
    }
  }

  static Owner owner(App app, Identity recipient) {
    return Owners.person(app.project(), app.id(), recipient);
  }

  private Bytes name(List<Identity> recipients) {
    StringBuilder all = new StringBuilder();
    recipients.forEach(
        each -> all.append(each.channel().value()).append(' ').append(each.value()).append('\n'));
    return vault.hash("broadcast recipients", all.toString());
  }
}
