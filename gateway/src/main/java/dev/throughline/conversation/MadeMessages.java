package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The messages that a broadcast made one by one, and what became of them. */
public final class MadeMessages {
  private static final String STATUSES =
      """
      select m.status, count(*) from broadcast_message made join message m on m.id = made.message
      where made.broadcast = ? group by m.status
      """;

  private static final String REASONS =
      """
      select m.status, coalesce(m.reason_code, ''), count(*)
      from broadcast_message made join message m on m.id = made.message
      where made.broadcast = ? group by 1, 2 order by 1, 2
      """;

  private static final String PAGE =
      """
      select m.id, m.channel, m.status, coalesce(m.reason_code, ''), m.status_at, i.id, i.sealed
      from broadcast_message made
      join message m on m.id = made.message
      left join identity i on i.id = m.identity
      where made.broadcast = ? and m.id > ? order by m.id limit ?
      """;

  private final Database database;
  private final Vault vault;

  public MadeMessages(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /**
   * @param address empty once the person was erased
   * @param reason the contract's code, or empty
   */
  public record Made(
      Ulid message,
      String channel,
      Optional<String> address,
      String status,
      String reason,
      Instant at) {
    /** Shows nobody. */
    @Override
    public String toString() {
      return "Made[" + message + ", " + status + "]";
    }
  }

  /** How many there are of each status. */
  public Map<String, Long> statuses(Ulid broadcast) {
    return database.read(c -> {
      Map<String, Long> found = new TreeMap<>();
      try (PreparedStatement s = c.prepareStatement(STATUSES)) {
        s.setObject(1, broadcast.toUuid());
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            found.put(row.getString(1), row.getLong(2));
          }
        }
      }
      return found;
    });
  }

  /**
   * So many of the same status.
   *
   * @param reason the contract's code, or empty
   */
  public record Many(String status, String reason, long count) {}

  /** How many there are of each status and reason. */
  public List<Many> reasons(Ulid broadcast) {
    return database.read(c -> {
      List<Many> found = new ArrayList<>();
      try (PreparedStatement s = c.prepareStatement(REASONS)) {
        s.setObject(1, broadcast.toUuid());
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            found.add(new Many(row.getString(1), row.getString(2), row.getLong(3)));
          }
        }
      }
      return found;
    });
  }

  /** In the order of their ids. */
  public List<Made> page(Ulid broadcast, Optional<Ulid> after, int size) {
    return database.read(c -> {
      List<Made> found = new ArrayList<>();
      try (PreparedStatement s = c.prepareStatement(PAGE)) {
        s.setObject(1, broadcast.toUuid());
        s.setObject(2, after.map(Ulid::toUuid).orElse(new UUID(0, 0)));
        s.setInt(3, size);
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            found.add(
                new Made(
                    Ulids.of(row.getObject(1, UUID.class)),
                    row.getString(2),
                    address(row.getObject(6, UUID.class), row.getBytes(7)),
                    row.getString(3),
                    row.getString(4),
                    row.getObject(5, OffsetDateTime.class).toInstant()));
          }
        }
      }
      return found;
    });
  }

  private Optional<String> address(@Nullable UUID identity, byte @Nullable [] sealed) {
    return identity == null || sealed == null
        ? Optional.empty()
        : vault
            .open(Bytes.wrap(sealed), Rows.associated("identity", Ulids.of(identity)))
            .map(Bytes::asUtf8);
  }
}
