package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a send in DISPATCH mode says of a conversation is kept with its address, by app, for as long
 * as the app keeps dispatched messages (contract, 3.1).
 */
final class DispatchData {
  private static final String FIND =
      "select id, dispatch_sealed from identity where id = any (?) and dispatch_sealed is not null";
  private static final String SET =
      "update identity set dispatch_sealed = ?, dispatch_at = ? where id = ?";

  private static final String FORGET =
      """
      update identity set dispatch_sealed = null, dispatch_at = null
      where dispatch_at < ? and id in (select identity from message where id = any (?))
      """;

  private DispatchData() {}

  static Map<Ulid, ObjectNode> find(Connection c, Vault vault, Collection<Ulid> addresses)
      throws SQLException {
    Map<Ulid, ObjectNode> found = new HashMap<>();
    try (PreparedStatement statement = c.prepareStatement(FIND)) {
      statement.setArray(1, UuidArray.of(c, addresses.stream().map(Ulid::toUuid).toList()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Ulid id = Ulids.of(row.getObject(1, UUID.class));
          vault
              .open(Bytes.wrap(row.getBytes(2)), associated(id))
              .ifPresent(plain -> found.put(id, Json.object(plain)));
        }
      }
    }
    return found;
  }

  static int set(Connection c, Vault vault, DataKey key, Ulid address, ObjectNode data, Instant at)
      throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(SET)) {
      statement.setBytes(1, vault.seal(key, Json.bytes(data).array(), associated(address)).array());
      statement.setTimestamp(2, Timestamp.from(at));
      statement.setObject(3, address.toUuid());
      return statement.executeUpdate();
    }
  }

  /** Goes with the messages that it came with, unless a later one brought it anew. */
  static void forget(Connection c, Collection<UUID> messages, Instant before) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(FORGET)) {
      statement.setTimestamp(1, Timestamp.from(before));
      statement.setArray(2, UuidArray.of(c, messages));
      statement.executeUpdate();
    }
  }

  private static byte[] associated(Ulid address) {
    return Rows.associated("identity-dispatch", address);
  }
}
