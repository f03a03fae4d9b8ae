package dev.throughline.conversation;

import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Who wants no messages, as the API shows it. The fold writes it. */
public final class ConsentStore {
  private static final String PAGE =
      """
      select id, sealed from consent
      where app = ? and list = ? and not given and id > ? order by id limit ?
      """;

  private static final String CHANNELS = "select distinct channel from consent where app = ?";

  /** No list of pages: the contract has none here. The newest thousand are shown. */
  private static final String RECORDS =
      """
      select list, operation, origin, at, id, source, occurred, message, sealed from consent_record
      where app = ? and hash = any (?)
      order by id desc limit 1000
      """;

  private static final UUID OLDEST = new UUID(0, 0);

  private final Database database;
  private final Vault vault;

  public ConsentStore(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /** A place on a list; the address is empty once it was erased. */
  public record Listed(Ulid id, String address) {}

  public List<Listed> page(AppId app, ConsentList list, Optional<Ulid> after, int limit) {
    List<Row> rows =
        database.read(c -> {
          try (PreparedStatement s = c.prepareStatement(PAGE)) {
            s.setObject(1, app.value().toUuid());
            s.setString(2, list.name());
            s.setObject(3, after.map(Ulid::toUuid).orElse(OLDEST));
            s.setInt(4, limit);
            List<Row> found = new ArrayList<>();
            try (ResultSet row = s.executeQuery()) {
              while (row.next()) {
                found.add(
                    new Row(Ulids.of(row.getObject(1, UUID.class)), Bytes.wrap(row.getBytes(2))));
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
                vault
                    .open(row.sealed(), Rows.associated("consent", row.id()))
                    .map(Bytes::asUtf8)
                    .orElse("")))
        .toList();
  }

  /** What was done with an address, on whatever channel of the app it is, newest first. */
  public List<ObjectNode> records(App app, String address) {
    return database.read(c -> {
      Set<Bytes> hashes = hashes(c, app, address);
      try (PreparedStatement s = c.prepareStatement(RECORDS)) {
        s.setObject(1, app.id().value().toUuid());
        s.setArray(
            2, c.createArrayOf("bytea", hashes.stream().map(Bytes::array).toArray(byte[][]::new)));
        List<ObjectNode> records = new ArrayList<>();
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            ObjectNode json = Json.object();
            json.put("origin", row.getString(3));
            json.put("operation", row.getString(2));
            json.put("list_type", row.getString(1));
            json.put("project_id", app.project().value());
            json.put("app_id", app.id().toString());
            json.put("datetime", row.getObject(4, OffsetDateTime.class).toInstant().toString());
            if (!ConsentSource.API.name().equals(row.getString(6))) {
              json.set("throughline", how(row));
            }
            records.add(json);
          }
        }
        return records;
      }
    });
  }

  /** By what way it became known, when it was said, and in what words. */
  private ObjectNode how(ResultSet row) throws SQLException {
    ObjectNode how = Json.object();
    how.put("source", row.getString(6));
    @Nullable OffsetDateTime occurred = row.getObject(7, OffsetDateTime.class);
    if (occurred != null) {
      how.put("occurred_at", occurred.toInstant().toString());
    }
    @Nullable UUID message = row.getObject(8, UUID.class);
    if (message != null) {
      how.put("message_id", Ulids.of(message).toString());
    }
    byte @Nullable [] sealed = row.getBytes(9);
    if (sealed != null) {
      vault
          .open(
              Bytes.wrap(sealed),
              Rows.associated(FoldConsents.RECORD_TABLE, Ulids.of(row.getObject(5, UUID.class))))
          .flatMap(words -> Json.string(Json.object(words), "said"))
          .ifPresent(words -> how.put("said", words));
    }
    return how;
  }

  private Set<Bytes> hashes(Connection c, App app, String address) throws SQLException {
    Set<ChannelName> channels = new LinkedHashSet<>();
    app.accounts().forEach(account -> channels.add(account.channel()));
    try (PreparedStatement s = c.prepareStatement(CHANNELS)) {
      s.setObject(1, app.id().value().toUuid());
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          channels.add(new ChannelName(row.getString(1)));
        }
      }
    }
    Set<Bytes> hashes = new LinkedHashSet<>();
    for (ChannelName channel : channels) {
      String normal = Identities.normal(channel, address);
      if (!normal.isEmpty()) {
        hashes.add(
            vault.hash(Owners.person(app.project(), app.id(), new Identity(channel, normal))));
      }
    }
    return hashes;
  }

  private record Row(Ulid id, Bytes sealed) {}
}
