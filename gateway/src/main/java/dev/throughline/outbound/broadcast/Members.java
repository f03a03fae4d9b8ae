package dev.throughline.outbound.broadcast;

import dev.throughline.conversation.App;
import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Tables {@code broadcast_member}, which finds somebody's chunk, and {@code broadcast_answer}. A
 * bucket is sealed with the audience's key, as the chunks are.
 */
final class Members {
  private static final int AT_ONCE = 256;

  private static final String CLEAR = "delete from broadcast_member where broadcast = ?";
  private static final String ADD =
      "insert into broadcast_member (broadcast, bucket, sealed) values (?, ?, ?)";

  private static final String FIND =
      """
      select m.broadcast, m.bucket, m.sealed
      from broadcast b join broadcast_member m
        on m.broadcast = b.id and m.bucket = (? & (b.buckets - 1))
      where b.id = any (?)
      """;

  private static final String CHANGE =
      "update broadcast_member set sealed = ? where broadcast = ? and bucket = ?";

  /** Of a chunk that went out so lately, to somebody who was not left out of it. */
  private static final String ANSWERED =
      """
      insert into broadcast_answer (broadcast, hash, hash_epoch, at)
      select k.broadcast, ?, ?, ? from broadcast_chunk k
      where k.broadcast = ? and k.number = ? and k.done and k.sent > ? and k.sent <= ?
        and not exists (
          select from broadcast_recipient r
          where r.broadcast = k.broadcast and r.hash in (?, ?))
      on conflict (broadcast, hash) do nothing
      """;

  private final Vault vault;

  Members(Vault vault) {
    this.vault = vault;
  }

  static long fingerprint(Recipient recipient) {
    return switch (recipient) {
      case Recipient.ByContact by -> fingerprint(by.contact());
      case Recipient.ByIdentities by -> fingerprint(by.identities().getFirst());
    };
  }

  static long fingerprint(ContactId contact) {
    return Fingerprints.of(contact.toString());
  }

  static long fingerprint(Identity identity) {
    return Fingerprints.of(identity.channel().value(), identity.value());
  }

  void clear(Connection c, Ulid broadcast) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(CLEAR)) {
      s.setObject(1, broadcast.toUuid());
      s.executeUpdate();
    }
  }

  void add(Connection c, Ulid broadcast, byte[][] buckets, DataKey key) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(ADD)) {
      for (int bucket = 0; bucket < buckets.length; bucket++) {
        s.setObject(1, broadcast.toUuid());
        s.setInt(2, bucket);
        s.setBytes(3, vault.seal(key, buckets[bucket], associated(broadcast, bucket)).array());
        s.addBatch();
        if ((bucket + 1) % AT_ONCE == 0) {
          s.executeBatch();
        }
      }
      s.executeBatch();
    }
  }

  /** Somebody's place in an audience. */
  record Place(Ulid broadcast, int chunk) {}

  List<Place> find(Connection c, Collection<Ulid> broadcasts, long fingerprint)
      throws SQLException {
    List<Place> found = new ArrayList<>();
    try (PreparedStatement s = c.prepareStatement(FIND)) {
      s.setInt(1, (int) fingerprint);
      s.setArray(2, UuidArray.of(c, broadcasts.stream().map(Ulid::toUuid).toList()));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          Ulid broadcast = Ulids.of(row.getObject(1, UUID.class));
          Bytes sealed = Bytes.wrap(row.getBytes(3));
          byte[] place = associated(broadcast, row.getInt(2));
          int chunk =
              vault
                  .key(c, Vault.keyId(sealed))
                  .map(key ->
                      Fingerprints.chunk(vault.open(key, sealed, place).array(), fingerprint))
                  .orElse(-1);
          if (chunk >= 0) {
            found.add(new Place(broadcast, chunk));
          }
        }
      }
    }
    return found;
  }

  /** Nobody finds them there any more. */
  void forget(Connection c, Ulid broadcast, long fingerprint) throws SQLException {
    try (PreparedStatement find = c.prepareStatement(FIND);
        PreparedStatement change = c.prepareStatement(CHANGE)) {
      find.setInt(1, (int) fingerprint);
      find.setArray(2, UuidArray.of(c, List.of(broadcast.toUuid())));
      try (ResultSet row = find.executeQuery()) {
        while (row.next()) {
          int bucket = row.getInt(2);
          Bytes sealed = Bytes.wrap(row.getBytes(3));
          Optional<DataKey> key = vault.key(c, Vault.keyId(sealed));
          if (key.isPresent()) {
            byte[] place = associated(broadcast, bucket);
            byte[] left =
                Fingerprints.without(vault.open(key.get(), sealed, place).array(), fingerprint);
            change.setBytes(1, vault.seal(key.get(), left, place).array());
            change.setObject(2, broadcast.toUuid());
            change.setInt(3, bucket);
            change.executeUpdate();
          }
        }
      }
    }
  }

  /** Somebody wrote; true if that is the first answer of theirs to a broadcast of these. */
  boolean answered(
      Connection c,
      Collection<Ulid> broadcasts,
      App app,
      Identity identity,
      ContactId contact,
      Instant at,
      Duration window)
      throws SQLException {
    List<Place> places = find(c, broadcasts, fingerprint(identity));
    places.addAll(find(c, broadcasts, fingerprint(contact)));
    Bytes hash = vault.hash(Owners.person(app.project(), app.id(), identity));
    boolean first = false;
    try (PreparedStatement s = c.prepareStatement(ANSWERED)) {
      for (Place place : places) {
        s.setBytes(1, hash.array());
        s.setInt(2, vault.epoch());
        s.setObject(3, at.atOffset(ZoneOffset.UTC));
        s.setObject(4, place.broadcast().toUuid());
        s.setInt(5, place.chunk());
        s.setObject(6, at.minus(window).atOffset(ZoneOffset.UTC));
        s.setObject(7, at.atOffset(ZoneOffset.UTC));
        s.setBytes(8, hash.array());
        s.setBytes(9, vault.hash(new Owner.Contact(contact)).array());
        first |= s.executeUpdate() > 0;
      }
    }
    return first;
  }

  private static byte[] associated(Ulid broadcast, int bucket) {
    return ("broadcast_member " + broadcast + " " + bucket).getBytes(StandardCharsets.US_ASCII);
  }
}
