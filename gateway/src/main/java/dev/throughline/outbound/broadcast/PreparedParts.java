package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Multicast;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Owners;
import dev.throughline.conversation.Reachability;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.SealedAhead;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.Ulids;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code broadcast_parts}: which parts of a request's entry, one a recipient, were sealed
 * when the audience was handed in. To seal 500 of them takes longer than all else that is done for
 * a request, and for a person nobody knew it needs a new key.
 */
final class PreparedParts {
  /** Before a recipient's parts an entry has what it is about, and what is everybody's. */
  static final int FIRST = 2;

  private static final String ADD =
      """
      insert into broadcast_parts (broadcast, number, entry, month, recipients, subtrees)
      values (?, ?, ?, ?, ?, ?)
      """;

  /**
   * Nobody asks any more for those of what has been over for some time, nor is about to append an
   * entry with them: a few at a time, since they are large.
   */
  private static final String FORGET_OVER =
      """
      delete from broadcast_parts where ctid = any (array(
        select p.ctid from broadcast_parts p left join broadcast b on b.id = p.broadcast
        where b.id is null or (b.state in ('COMPLETED', 'STOPPED') and b.updated < ?) limit 64))
      returning entry
      """;

  private static final String FORGET =
      "delete from broadcast_parts where broadcast = ? returning entry";

  /** No request is under way for so long. */
  private static final Duration UNDER_WAY = Duration.ofHours(1);

  private final Vault vault;
  private final Drafts drafts;
  private final Ulids ulids;

  PreparedParts(Vault vault, Drafts drafts, Ulids ulids) {
    this.vault = vault;
    this.drafts = drafts;
    this.ulids = ulids;
  }

  /**
   * Sealed, and not kept yet.
   *
   * @param recipients by which they are known again
   * @param keys whose rows have to stand before the parts can be opened
   */
  record Made(SealedAhead.Made parts, int month, Bytes recipients, Collection<DataKey> keys) {}

  /**
   * @param hashes by which the recipients' addresses are found, as {@link Reachability#hashes}
   */
  Made make(App app, Multicast multicast, List<Identity> recipients, Map<Identity, Bytes> hashes) {
    List<Owner> owners = new ArrayList<>(recipients.size());
    Map<Owner, Bytes> hashed = HashMap.newHashMap(recipients.size());
    for (Identity each : recipients) {
      Owner owner = owner(app, each);
      owners.add(owner);
      Bytes hash = hashes.get(each);
      hashed.put(owner, hash != null ? hash : vault.hash(owner));
    }
    int month = vault.month();
    Map<Owner, DataKey> keys = vault.keysFor(hashed);
    SealedAhead.Made parts =
        drafts.ahead(ulids.next(), FIRST, owners, multicast.runs(recipients), keys);
    return new Made(parts, month, name(recipients), keys.values());
  }

  /**
   * Keeps them with the rows of their keys. They are not handed to the vault's cache: what a
   * million strangers would push out of it is asked for sooner.
   */
  static void add(Connection c, Ulid broadcast, int number, Made made) throws SQLException {
    Vault.insert(c, made.keys());
    SealedAhead ahead = made.parts().ahead();
    Log.keepAhead(c, made.parts());
    try (PreparedStatement s = c.prepareStatement(ADD)) {
      s.setObject(1, broadcast.toUuid());
      s.setInt(2, number);
      s.setObject(3, ahead.entry().toUuid());
      s.setInt(4, made.month());
      s.setBytes(5, made.recipients().array());
      s.setBytes(6, ahead.toBytes().array());
      s.executeUpdate();
    }
  }

  /** A row of the table. */
  record Kept(Ulid entry, int month, Bytes recipients, Bytes subtrees) {}

  /**
   * The row whose entry, month, recipients and subtrees stand from that column on; empty for nulls.
   */
  static Optional<Kept> kept(ResultSet row, int first) throws SQLException {
    @Nullable UUID entry = row.getObject(first, UUID.class);
    return entry == null
        ? Optional.empty()
        : Optional.of(
            new Kept(
                Ulids.of(entry),
                row.getInt(first + 1),
                Bytes.wrap(row.getBytes(first + 2)),
                Bytes.wrap(row.getBytes(first + 3))));
  }

  /** Empty if they are not for exactly these, in this order and month: then each is sealed anew. */
  Optional<SealedAhead> of(Kept kept, List<Identity> recipients) {
    return kept.month() == vault.month() && kept.recipients().equals(name(recipients))
        ? Optional.of(SealedAhead.of(kept.entry(), FIRST, recipients.size(), kept.subtrees()))
        : Optional.empty();
  }

  /** Forgets all of a broadcast that has not begun. */
  static void forget(Connection c, Ulid broadcast) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(FORGET)) {
      s.setObject(1, broadcast.toUuid());
      forget(c, s);
    }
  }

  /** How many chunks' parts were taken away; 0 when there are no more. */
  static int forgetOver(Connection c, Instant now) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(FORGET_OVER)) {
      s.setObject(1, now.minus(UNDER_WAY).atOffset(ZoneOffset.UTC));
      return forget(c, s);
    }
  }

  private static int forget(Connection c, PreparedStatement forgetting) throws SQLException {
    List<UUID> entries = new ArrayList<>();
    try (ResultSet row = forgetting.executeQuery()) {
      while (row.next()) {
        entries.add(row.getObject(1, UUID.class));
      }
    }
    Log.forgetAhead(c, entries);
    return entries.size();
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
