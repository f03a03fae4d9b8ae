package dev.throughline.outbound.broadcast;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Table {@code broadcast_link}. */
final class LinkStore {
  private static final String ADD =
      "insert into broadcast_link (token, broadcast, place, sealed) values (?, ?, ?, ?)";

  private static final String FIND = "select sealed from broadcast_link where token = ?";

  private static final String FOLLOWED =
      "update broadcast_link set clicks = clicks + ? where token = ?";

  private static final String ALL =
      "select token, clicks, sealed from broadcast_link where broadcast = ? order by place";

  private final Database database;
  private final Vault vault;

  LinkStore(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /** In the transaction that makes the broadcast. */
  void add(Connection c, Ulid broadcast, List<ShortLinks.Link> links, DataKey key)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(ADD)) {
      int place = 0;
      for (ShortLinks.Link link : links) {
        s.setString(1, link.token());
        s.setObject(2, broadcast.toUuid());
        s.setInt(3, place++);
        s.setBytes(
            4,
            vault.seal(key, Bytes.utf8(link.address()).array(), associated(link.token())).array());
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  /** Where it leads; empty for what is no link of ours. */
  Optional<String> find(String token) {
    Optional<Bytes> sealed =
        database.read(c -> {
          try (PreparedStatement s = c.prepareStatement(FIND)) {
            s.setString(1, token);
            try (ResultSet row = s.executeQuery()) {
              return row.next() ? Optional.of(Bytes.wrap(row.getBytes(1))) : Optional.empty();
            }
          }
        });
    return sealed.flatMap(bytes -> vault.open(bytes, associated(token))).map(Bytes::asUtf8);
  }

  void followed(Map<String, Long> times) {
    database.transaction(c -> {
      try (PreparedStatement s = c.prepareStatement(FOLLOWED)) {
        for (Map.Entry<String, Long> each : times.entrySet()) {
          s.setLong(1, each.getValue());
          s.setString(2, each.getKey());
          s.addBatch();
        }
        s.executeBatch();
      }
      return 0;
    });
  }

  List<BroadcastDesk.Followed> all(Ulid broadcast) {
    return database.read(c -> {
      List<BroadcastDesk.Followed> found = new ArrayList<>();
      try (PreparedStatement s = c.prepareStatement(ALL)) {
        s.setObject(1, broadcast.toUuid());
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            String token = row.getString(1);
            found.add(
                new BroadcastDesk.Followed(
                    token,
                    vault
                        .open(Bytes.wrap(row.getBytes(3)), associated(token))
                        .map(Bytes::asUtf8)
                        .orElse(""),
                    row.getLong(2)));
          }
        }
      }
      return found;
    });
  }

  private static byte[] associated(String token) {
    return ("broadcast_link " + token).getBytes(StandardCharsets.US_ASCII);
  }
}
