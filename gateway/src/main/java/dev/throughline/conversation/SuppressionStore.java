package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.policy.Suppression;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Addresses that an app does not send to because their channel told of them. The fold adds. */
public final class SuppressionStore {
  private static final String PAGE =
      """
      select id, channel, why, since, expires, sealed from suppression
      where app = ? and id > ? and (expires is null or expires > ?) order by id limit ?
      """;

  private static final String REMOVE = "delete from suppression where app = ? and id = ?";

  private static final UUID OLDEST = new UUID(0, 0);

  private final Database database;
  private final Vault vault;
  private final Log log;

  public SuppressionStore(Database database, Vault vault, Log log) {
    this.database = database;
    this.vault = vault;
    this.log = log;
  }

  /**
   * @param address empty once it was erased
   */
  public record Listed(Ulid id, ChannelName channel, String address, Suppression suppression) {}

  /** Those that hold at {@code now}. */
  public List<Listed> page(AppId app, Optional<Ulid> after, Instant now, int limit) {
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement s = c.prepareStatement(PAGE)) {
            s.setObject(1, app.value().toUuid());
            s.setObject(2, after.map(Ulid::toUuid).orElse(OLDEST));
            s.setObject(3, now.atOffset(ZoneOffset.UTC));
            s.setInt(4, limit);
            List<Row> found = new ArrayList<>();
            try (ResultSet row = s.executeQuery()) {
              while (row.next()) {
                found.add(row(row));
              }
            }
            return found;
          }
        });
    vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    return rows.stream()
        .map(row ->
            new Listed(
                row.id(),
                row.channel(),
                vault
                    .open(row.sealed(), Rows.associated("suppression", row.id()))
                    .map(Bytes::asUtf8)
                    .orElse(""),
                row.suppression()))
        .toList();
  }

  /** False if there is none of that id; else it is gone, and {@code draft} tells of it. */
  public boolean remove(AppId app, Ulid id, Draft draft) {
    return database.transaction(c -> {
      try (PreparedStatement s = c.prepareStatement(REMOVE)) {
        s.setObject(1, app.value().toUuid());
        s.setObject(2, id.toUuid());
        if (s.executeUpdate() == 0) {
          return false;
        }
      }
      log.append(draft, c);
      return true;
    });
  }

  private static Row row(ResultSet row) throws SQLException {
    @Nullable Timestamp expires = row.getTimestamp(5);
    return new Row(
        Ulids.of(row.getObject(1, UUID.class)),
        new ChannelName(row.getString(2)),
        new Suppression(
            Suppression.Why.valueOf(row.getString(3)),
            row.getTimestamp(4).toInstant(),
            Optional.ofNullable(expires).map(Timestamp::toInstant)),
        Bytes.wrap(row.getBytes(6)));
  }

  private record Row(Ulid id, ChannelName channel, Suppression suppression, Bytes sealed) {}
}
