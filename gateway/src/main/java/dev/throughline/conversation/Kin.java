package dev.throughline.conversation;

import dev.throughline.contract.Identities;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ulids;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What the sibling addresses of one person share, and which contacts hold them. */
final class Kin {
  private static final String HOLDERS =
      """
      select i.kin_hash, i.channel, i.contact
      from identity i join contact c on c.id = i.contact
      where i.kin_hash = any (?) and c.shown
      order by i.kin_hash, i.channel, i.contact
      """;

  private Kin() {}

  /** A contact that the API shows, and the channel on which it has the address. */
  record Holder(ChannelName channel, ContactId contact) {}

  /** Empty for an address that can have no siblings: there is one of it in a project. */
  static Optional<Bytes> hash(Vault vault, Owner.Person person) {
    return Identities.family(person.channel())
        .map(family -> vault.hash("kin", person.project() + "\n" + family + "\n" + person.value()));
  }

  /** An empty list for a hash that nobody has. */
  static Map<Bytes, List<Holder>> holders(Connection c, Collection<Bytes> hashes)
      throws SQLException {
    Map<Bytes, List<Holder>> holders = new HashMap<>();
    if (hashes.isEmpty()) {
      return holders;
    }
    hashes.forEach(hash -> holders.put(hash, new ArrayList<>()));
    try (PreparedStatement statement = c.prepareStatement(HOLDERS)) {
      statement.setArray(
          1, c.createArrayOf("bytea", hashes.stream().map(Bytes::array).toArray(byte[][]::new)));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          holders
              .computeIfAbsent(Bytes.wrap(row.getBytes(1)), hash -> new ArrayList<>())
              .add(
                  new Holder(
                      new ChannelName(row.getString(2)),
                      new ContactId(Ulids.of(row.getObject(3, UUID.class)))));
        }
      }
    }
    return holders;
  }
}
