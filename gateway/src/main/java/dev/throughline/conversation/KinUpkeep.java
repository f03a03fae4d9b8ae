package dev.throughline.conversation;

import dev.throughline.contract.Identities;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through all addresses once after a start, and gives those that were stored without it (by
 * 0.1.0) what they share with their siblings, so that conflicts are found among them too.
 */
public final class KinUpkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KinUpkeep.class);

  /** Addresses in one transaction, so that none holds its locks for long. */
  private static final int AT_ONCE = 200;

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final String WITHOUT =
      """
      select i.id, i.channel, i.app, c.project, i.sealed
      from identity i join contact c on c.id = i.contact
      where i.kin_hash is null and i.id > ?
      order by i.id limit ?
      """;

  private static final String SET =
      """
      update identity set kin_hash = found.kin
      from unnest(?::uuid[], ?::bytea[]) as found (id, kin)
      where identity.id = found.id and identity.kin_hash is null
      """;

  private final Database database;
  private final Vault vault;
  private final Thread thread;
  private volatile boolean closed;

  public KinUpkeep(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
    this.thread = Thread.ofVirtual().name("kin-upkeep").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    Ulid after = ContactStore.OLDEST;
    while (!closed) {
      try {
        Optional<Ulid> last = next(after);
        if (last.isEmpty()) {
          return;
        }
        after = last.get();
      } catch (DatabaseException e) {
        if (!closed) {
          LOG.warn("addresses could not be gone through, which is tried again: {}", e.getMessage());
          pause();
        }
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /** The last address that was looked at; empty when there are no more. */
  private Optional<Ulid> next(Ulid after) {
    List<Row> rows = database.read(c -> without(c, after));
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    List<UUID> ids = new ArrayList<>();
    List<byte[]> hashes = new ArrayList<>();
    for (Row row : rows) {
      // What was sealed with a key that is destroyed has no siblings any more.
      kin(row)
          .ifPresent(hash -> {
            ids.add(row.id().toUuid());
            hashes.add(hash.array());
          });
    }
    if (!ids.isEmpty()) {
      database.transaction(c -> {
        try (PreparedStatement statement = c.prepareStatement(SET)) {
          statement.setArray(1, UuidArray.of(c, ids));
          statement.setArray(2, c.createArrayOf("bytea", hashes.toArray(byte[][]::new)));
          return statement.executeUpdate();
        }
      });
    }
    return Optional.of(rows.getLast().id());
  }

  private Optional<Bytes> kin(Row row) {
    if (Identities.family(row.channel()).isEmpty()) {
      return Optional.empty();
    }
    return vault
        .open(row.sealed(), Rows.associated("identity", row.id()))
        .flatMap(address ->
            Kin.hash(
                vault,
                new Owner.Person(row.project(), row.channel(), row.app(), address.asUtf8())));
  }

  private static List<Row> without(Connection c, Ulid after) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement statement = c.prepareStatement(WITHOUT)) {
      statement.setObject(1, after.toUuid());
      statement.setInt(2, AT_ONCE);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          @Nullable UUID app = row.getObject(3, UUID.class);
          rows.add(
              new Row(
                  Ulids.of(row.getObject(1, UUID.class)),
                  new ChannelName(row.getString(2)),
                  Optional.ofNullable(app).map(Ulids::of).map(AppId::new),
                  new ProjectId(row.getString(4)),
                  Bytes.wrap(row.getBytes(5))));
        }
      }
    }
    return rows;
  }

  private record Row(
      Ulid id, ChannelName channel, Optional<AppId> app, ProjectId project, Bytes sealed) {}
}
