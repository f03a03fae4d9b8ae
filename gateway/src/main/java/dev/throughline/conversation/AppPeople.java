package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The people of one app on a channel, one after another: for whoever goes through all of them. */
public final class AppPeople {
  private static final String PAGE =
      """
      select id, sealed from identity
      where app = ? and channel = ? and id > ? and friend <> 'blocked'
      order by id limit ?
      """;

  private final Database database;
  private final Vault vault;

  public AppPeople(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /**
   * @param id of the identity: where a later page goes on
   * @param address empty if the person was erased
   */
  public record Person(Ulid id, Optional<String> address) {
    @Override
    public String toString() {
      return "Person[" + id + "]";
    }
  }

  /** In the order of their ids; who is known to have blocked the account is left out. */
  public List<Person> after(AppId app, ChannelName channel, Optional<Ulid> after, int size) {
    List<Row> rows =
        database.read(c -> {
          List<Row> found = new ArrayList<>();
          try (PreparedStatement statement = c.prepareStatement(PAGE)) {
            statement.setObject(1, app.value().toUuid());
            statement.setString(2, channel.value());
            statement.setObject(3, after.map(Ulid::toUuid).orElse(new UUID(0, 0)));
            statement.setInt(4, size);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                found.add(
                    new Row(Ulids.of(row.getObject(1, UUID.class)), Bytes.wrap(row.getBytes(2))));
              }
            }
          }
          return found;
        });
    vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    return rows.stream()
        .map(row ->
            new Person(
                row.id(),
                vault.open(row.sealed(), Rows.associated("identity", row.id())).map(Bytes::asUtf8)))
        .toList();
  }

  private record Row(Ulid id, Bytes sealed) {}
}
