package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ConsentList;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The lists of those who want no messages, as one transaction of the fold reads and changes them.
 * An address is on a list or not; what a channel tells of friends and blocks is another matter.
 */
final class FoldConsents {
  private static final String ORIGIN_API = "ORIGIN_API";

  private static final String PUT =
      """
      insert into consent (id, app, hash, hash_epoch, list, channel, since, sealed)
      values (?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (hash, app, list) do update set since = excluded.since
      returning id
      """;

  private static final String REMOVE =
      "delete from consent where app = ? and hash = ? and list = ?";

  private static final String RECORD =
      """
      insert into consent_record (id, app, hash, hash_epoch, list, operation, origin, at)
      values (?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String LISTS = "select app, hash, list from consent where hash = any (?)";

  private final Vault vault;
  private final Connection transaction;
  private final Map<Address, Set<ConsentList>> lists = new HashMap<>();

  FoldConsents(Vault vault, Connection transaction) {
    this.vault = vault;
    this.transaction = transaction;
  }

  /** Reads what lists these addresses are on. */
  void load(Collection<Bytes> hashes) throws SQLException {
    if (hashes.isEmpty()) {
      return;
    }
    try (PreparedStatement s = transaction.prepareStatement(LISTS)) {
      s.setArray(
          1,
          transaction.createArrayOf(
              "bytea", hashes.stream().map(Bytes::array).toArray(byte[][]::new)));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          Address address =
              new Address(
                  new AppId(Ulids.of(row.getObject(1, UUID.class))), Bytes.wrap(row.getBytes(2)));
          ConsentList.of(row.getString(3)).ifPresent(list -> on(address).add(list));
        }
      }
    }
  }

  /** Puts an address on a list or takes it off, and records that, if it changes anything. */
  void change(Bytes hash, Party party, ConsentList list, boolean out, Instant at, Ulids ulids)
      throws SQLException {
    AppId app = party.app().id();
    Set<ConsentList> known = on(new Address(app, hash));
    if (out) {
      known.add(list);
      boolean fresh = put(ulids.next(), hash, party, list, at);
      record(ulids.next(), app, hash, list, fresh ? "OPERATION_INSERT" : "OPERATION_UPDATE", at);
    } else {
      boolean pending = known.remove(list);
      boolean stored = remove(app, hash, list);
      if (pending || stored) {
        record(ulids.next(), app, hash, list, "OPERATION_DELETE", at);
      }
    }
  }

  /** Whether any list that the address is on forbids messages of this kind. */
  boolean forbid(AppId app, Bytes hash, ConsentList.Purpose purpose) {
    return lists.getOrDefault(new Address(app, hash), Set.of()).stream()
        .anyMatch(list -> list.forbids(purpose));
  }

  private boolean put(Ulid id, Bytes hash, Party party, ConsentList list, Instant at)
      throws SQLException {
    Bytes sealed =
        vault.seal(
            party.key(),
            Bytes.utf8(party.identity().value()).array(),
            Rows.associated("consent", id));
    try (PreparedStatement s = transaction.prepareStatement(PUT)) {
      s.setObject(1, id.toUuid());
      s.setObject(2, party.app().id().value().toUuid());
      s.setBytes(3, hash.array());
      s.setInt(4, vault.epoch());
      s.setString(5, list.name());
      s.setString(6, party.identity().channel().value());
      s.setTimestamp(7, Timestamp.from(at));
      s.setBytes(8, sealed.array());
      try (ResultSet row = s.executeQuery()) {
        row.next();
        return row.getObject(1, UUID.class).equals(id.toUuid());
      }
    }
  }

  private boolean remove(AppId app, Bytes hash, ConsentList list) throws SQLException {
    try (PreparedStatement s = transaction.prepareStatement(REMOVE)) {
      s.setObject(1, app.value().toUuid());
      s.setBytes(2, hash.array());
      s.setString(3, list.name());
      return s.executeUpdate() > 0;
    }
  }

  private Set<ConsentList> on(Address address) {
    return lists.computeIfAbsent(address, a -> EnumSet.noneOf(ConsentList.class));
  }

  private void record(
      Ulid id, AppId app, Bytes hash, ConsentList list, String operation, Instant at)
      throws SQLException {
    try (PreparedStatement s = transaction.prepareStatement(RECORD)) {
      s.setObject(1, id.toUuid());
      s.setObject(2, app.value().toUuid());
      s.setBytes(3, hash.array());
      s.setInt(4, vault.epoch());
      s.setString(5, list.name());
      s.setString(6, operation);
      s.setString(7, ORIGIN_API);
      s.setTimestamp(8, Timestamp.from(at));
      s.executeUpdate();
    }
  }

  private record Address(AppId app, Bytes hash) {}
}
