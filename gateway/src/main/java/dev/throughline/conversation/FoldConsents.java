package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.StandingRows.Known;
import dev.throughline.conversation.StandingRows.Place;
import dev.throughline.conversation.StandingRows.Said;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ConsentList;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.policy.Standing;
import dev.throughline.policy.Suppression;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who wants no messages, and who wants them, as one transaction of the fold reads and changes it.
 * What was said later counts, whenever it becomes known; what a channel tells of friends and blocks
 * is another matter.
 */
final class FoldConsents {
  /** Associated data of what somebody said. */
  static final String RECORD_TABLE = "consent-record";

  private static final String PUT =
      """
      insert into consent (id, app, hash, hash_epoch, list, channel, since, given, sealed)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (hash, app, list) do update set since = excluded.since, given = excluded.given
      """;

  private static final String RECORD =
      """
      insert into consent_record (id, app, hash, hash_epoch, list, operation, origin, at, source,
        occurred, message, sealed)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String SUPPRESS =
      """
      insert into suppression (id, app, hash, hash_epoch, channel, why, since, expires, sealed)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (hash, app, why) do update set since = excluded.since, expires = excluded.expires
      """;

  private static final String LIFT =
      "delete from suppression where app = ? and hash = ? and why <> ?";

  private final Vault vault;
  private final Ulids ulids;
  private final Connection transaction;
  private final Map<Place, Known> known = new HashMap<>();
  private final Set<Bytes> loaded = new HashSet<>();

  FoldConsents(Vault vault, Ulids ulids, Connection transaction) {
    this.vault = vault;
    this.ulids = ulids;
    this.transaction = transaction;
  }

  /**
   * What somebody said.
   *
   * @param out that they want none, and not that they want some
   * @param occurred when they said it
   * @param message in which, if in one
   * @param words of theirs; empty where they pressed a button, or the app spoke for them
   * @param key of whoever said it
   */
  record Statement(
      ConsentList list,
      boolean out,
      ConsentSource source,
      Instant occurred,
      Optional<MessageId> message,
      String words,
      DataKey key) {}

  /** Reads what is known of these addresses, unless it was read before. */
  void load(Collection<Bytes> hashes) throws SQLException {
    List<Bytes> missing = hashes.stream().filter(loaded::add).toList();
    if (!missing.isEmpty()) {
      known.putAll(StandingRows.read(transaction, missing));
    }
  }

  Standing standing(AppId app, Bytes hash) {
    try {
      load(List.of(hash));
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
    Known at = known.get(new Place(app, hash));
    return at == null ? Standing.UNKNOWN : at.standing();
  }

  /**
   * Takes in what somebody said of a list, and records it.
   *
   * @return false if they said something later, which stands
   */
  boolean say(Bytes hash, Party party, Statement said, Instant at) throws SQLException {
    load(List.of(hash));
    Known place = known.computeIfAbsent(new Place(party.app().id(), hash), p -> new Known());
    if (!said.out() && said.source() != ConsentSource.API) {
      return come(hash, party, said, at, place);
    }
    return say(hash, party, said, said.list(), at, place);
  }

  /** Whoever wants messages themselves is to get them, whichever list kept them away. */
  private boolean come(Bytes hash, Party party, Statement said, Instant at, Known place)
      throws SQLException {
    boolean counts = false;
    lift(hash, party.app().id(), place);
    for (ConsentList list : ConsentList.values()) {
      Said before = place.said.get(list);
      boolean keepsAway = before != null && !before.in() && list.isLeftWith(said.list());
      if (list == said.list() || keepsAway) {
        counts |= say(hash, party, said, list, at, place);
      }
    }
    return counts;
  }

  /** What they told their channel is over; that nobody is there is not for them to say. */
  private void lift(Bytes hash, AppId app, Known place) throws SQLException {
    if (place.suppressions.removeIf(each -> each.why() != Suppression.Why.HARD_BOUNCE)) {
      try (PreparedStatement s = transaction.prepareStatement(LIFT)) {
        s.setObject(1, app.value().toUuid());
        s.setBytes(2, hash.array());
        s.setString(3, Suppression.Why.HARD_BOUNCE.name());
        s.executeUpdate();
      }
    }
  }

  private boolean say(
      Bytes hash, Party party, Statement said, ConsentList list, Instant at, Known place)
      throws SQLException {
    Said before = place.said.get(list);
    if (before != null && before.since().isAfter(said.occurred())) {
      return false;
    }
    place.said.put(list, new Said(!said.out(), said.occurred()));
    put(hash, party, list, !said.out(), said.occurred());
    boolean wasOut = before != null && !before.in();
    boolean changes = before == null || before.in() == said.out();
    if (said.out()) {
      record(hash, party, said, list, wasOut ? "OPERATION_UPDATE" : "OPERATION_INSERT", at);
    } else if (changes) {
      record(hash, party, said, list, "OPERATION_DELETE", at);
    }
    return true;
  }

  /** Nothing more goes to an address of which a channel told this. */
  void suppress(Bytes hash, Party party, Suppression suppression) throws SQLException {
    load(List.of(hash));
    List<Suppression> all =
        known.computeIfAbsent(new Place(party.app().id(), hash), p -> new Known()).suppressions;
    all.removeIf(other -> other.why() == suppression.why());
    all.add(suppression);
    Ulid id = ulids.next();
    try (PreparedStatement s = transaction.prepareStatement(SUPPRESS)) {
      s.setObject(1, id.toUuid());
      s.setObject(2, party.app().id().value().toUuid());
      s.setBytes(3, hash.array());
      s.setInt(4, vault.epoch());
      s.setString(5, party.identity().channel().value());
      s.setString(6, suppression.why().name());
      s.setTimestamp(7, Timestamp.from(suppression.since()));
      s.setTimestamp(8, suppression.expires().map(Timestamp::from).orElse(null));
      s.setBytes(9, address(party, "suppression", id));
      s.executeUpdate();
    }
  }

  private void put(Bytes hash, Party party, ConsentList list, boolean given, Instant since)
      throws SQLException {
    Ulid id = ulids.next();
    try (PreparedStatement s = transaction.prepareStatement(PUT)) {
      s.setObject(1, id.toUuid());
      s.setObject(2, party.app().id().value().toUuid());
      s.setBytes(3, hash.array());
      s.setInt(4, vault.epoch());
      s.setString(5, list.name());
      s.setString(6, party.identity().channel().value());
      s.setTimestamp(7, Timestamp.from(since));
      s.setBoolean(8, given);
      s.setBytes(9, address(party, "consent", id));
      s.executeUpdate();
    }
  }

  /** Sealed for the person whose address it is. */
  private byte[] address(Party party, String table, Ulid id) {
    return vault
        .seal(party.key(), Bytes.utf8(party.identity().value()).array(), Rows.associated(table, id))
        .array();
  }

  private void record(
      Bytes hash, Party party, Statement said, ConsentList list, String operation, Instant at)
      throws SQLException {
    Ulid id = ulids.next();
    try (PreparedStatement s = transaction.prepareStatement(RECORD)) {
      s.setObject(1, id.toUuid());
      s.setObject(2, party.app().id().value().toUuid());
      s.setBytes(3, hash.array());
      s.setInt(4, vault.epoch());
      s.setString(5, list.name());
      s.setString(6, operation);
      s.setString(7, said.source().origin());
      s.setTimestamp(8, Timestamp.from(at));
      s.setString(9, said.source().name());
      s.setTimestamp(10, Timestamp.from(said.occurred()));
      s.setObject(11, said.message().map(m -> m.value().toUuid()).orElse(null), Types.OTHER);
      if (said.words().isEmpty()) {
        s.setNull(12, Types.BINARY);
      } else {
        ObjectNode words = Json.object().put("said", said.words());
        s.setBytes(
            12,
            vault
                .seal(said.key(), Json.bytes(words).array(), Rows.associated(RECORD_TABLE, id))
                .array());
      }
      s.executeUpdate();
    }
  }
}
