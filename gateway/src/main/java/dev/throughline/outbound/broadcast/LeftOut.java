package dev.throughline.outbound.broadcast;

import dev.throughline.conversation.App;
import dev.throughline.conversation.Reachability;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Table {@code broadcast_recipient}: those of an audience of whom there is something to say. */
public final class LeftOut {
  private static final String ADD =
      """
      insert into broadcast_recipient
        (broadcast, hash, hash_epoch, channel, reason, at, sealed)
      values (?, ?, ?, ?, ?, ?, ?)
      on conflict (broadcast, hash) do nothing
      """;

  private static final String PAGE =
      """
      select hash, channel, reason, at, sealed from broadcast_recipient
      where broadcast = ? and hash > ? order by hash limit ?
      """;

  /** A contact without an address has no channel. */
  static final String CONTACT = "CONTACT";

  private final Database database;
  private final Vault vault;
  private final Reachability reachability;

  LeftOut(Database database, Vault vault, Reachability reachability) {
    this.database = database;
    this.vault = vault;
    this.reachability = reachability;
  }

  /** Somebody, and why they got nothing. */
  record One(Addressee addressee, String why) {}

  /**
   * As it is shown.
   *
   * @param place where a later page goes on
   * @param address empty once the audience is gone
   */
  public record Shown(
      Bytes place, String channel, Optional<String> address, String reason, Instant at) {
    @Override
    public String toString() {
      return "Shown[" + reason + "]";
    }
  }

  /** To say it again changes nothing. */
  void add(App app, Ulid broadcast, List<One> people, Instant at) {
    if (people.isEmpty()) {
      return;
    }
    DataKey key = vault.keyFor(new Owner.Audience(broadcast));
    database.transaction(c -> {
      try (PreparedStatement s = c.prepareStatement(ADD)) {
        for (One one : people) {
          String channel;
          String address;
          Bytes hash;
          switch (one.addressee().recipient()) {
            case Recipient.ByContact by -> {
              channel = CONTACT;
              address = by.contact().toString();
              hash = vault.hash(new Owner.Contact(by.contact()));
            }
            case Recipient.ByIdentities by -> {
              Identity first = by.identities().getFirst();
              channel = first.channel().value();
              address = first.value();
              hash = reachability.hash(app, first);
            }
          }
          s.setObject(1, broadcast.toUuid());
          s.setBytes(2, hash.array());
          s.setInt(3, vault.epoch());
          s.setString(4, channel);
          s.setString(5, one.why());
          s.setObject(6, at.atOffset(ZoneOffset.UTC));
          s.setBytes(
              7, vault.seal(key, Bytes.utf8(address).array(), associated(broadcast, hash)).array());
          s.addBatch();
        }
        s.executeBatch();
      }
      return 0;
    });
  }

  List<Shown> page(Ulid broadcast, Bytes after, int size) {
    return database.read(c -> {
      try (PreparedStatement s = c.prepareStatement(PAGE)) {
        s.setObject(1, broadcast.toUuid());
        s.setBytes(2, after.array());
        s.setInt(3, size);
        return shown(s, broadcast);
      }
    });
  }

  private List<Shown> shown(PreparedStatement s, Ulid broadcast) throws SQLException {
    List<Shown> found = new ArrayList<>();
    try (ResultSet row = s.executeQuery()) {
      while (row.next()) {
        Bytes hash = Bytes.wrap(row.getBytes(1));
        found.add(
            new Shown(
                hash,
                row.getString(2),
                vault
                    .open(Bytes.wrap(row.getBytes(5)), associated(broadcast, hash))
                    .map(Bytes::asUtf8),
                row.getString(3),
                row.getObject(4, OffsetDateTime.class).toInstant()));
      }
    }
    return found;
  }

  private static byte[] associated(Ulid broadcast, Bytes hash) {
    byte[] name = ("broadcast_recipient " + broadcast + " ").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[name.length + hash.length()];
    System.arraycopy(name, 0, all, 0, name.length);
    System.arraycopy(hash.array(), 0, all, name.length, hash.length());
    return all;
  }
}
