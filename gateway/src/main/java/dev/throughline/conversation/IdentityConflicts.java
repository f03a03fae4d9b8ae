package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Addresses that several contacts of a project hold. */
public final class IdentityConflicts {
  private static final String PAGE =
      """
      with page as (
        select i.kin_hash
        from identity i join contact c on c.id = i.contact
        where c.project = ? and c.shown and i.kin_hash > ?
        group by i.kin_hash
        having count(distinct i.contact) > 1
        order by i.kin_hash limit ?
      )
      select i.kin_hash, i.id, i.contact, i.channel, i.sealed
      from page join identity i on i.kin_hash = page.kin_hash
      join contact c on c.id = i.contact
      where c.shown
      order by i.kin_hash, i.contact, i.channel, i.id
      """;

  private final Database database;
  private final Vault vault;

  public IdentityConflicts(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /**
   * An address and who holds it.
   *
   * @param place where a list goes on behind it
   * @param identity as it is kept; empty once it is erased
   */
  public record Conflict(
      Bytes place, String identity, List<ChannelName> channels, List<ContactId> contacts) {
    public Conflict {
      channels = List.copyOf(channels);
      contacts = List.copyOf(contacts);
    }

    /** As the contract shows it (conversation-api, 2). */
    public ObjectNode json() {
      ObjectNode json = Json.object();
      json.put("identity", identity);
      ArrayNode on = json.putArray("channels");
      channels.forEach(channel -> on.add(channel.value()));
      ArrayNode of = json.putArray("contact_ids");
      contacts.forEach(contact -> of.add(contact.toString()));
      return json;
    }
  }

  /** In an order that stays. */
  public List<Conflict> page(ProjectId project, Optional<Bytes> after, int limit) {
    Map<Bytes, List<Row>> found =
        database.read(c -> {
          Map<Bytes, List<Row>> rows = new LinkedHashMap<>();
          try (PreparedStatement statement = c.prepareStatement(PAGE)) {
            statement.setString(1, project.value());
            statement.setBytes(2, after.orElse(Bytes.EMPTY).array());
            statement.setInt(3, limit);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                rows.computeIfAbsent(Bytes.wrap(row.getBytes(1)), hash -> new ArrayList<>())
                    .add(
                        new Row(
                            Ulids.of(row.getObject(2, UUID.class)),
                            new ContactId(Ulids.of(row.getObject(3, UUID.class))),
                            new ChannelName(row.getString(4)),
                            Bytes.wrap(row.getBytes(5))));
              }
            }
          }
          return rows;
        });
    vault.load(
        found.values().stream()
            .flatMap(List::stream)
            .map(row -> Vault.keyId(row.sealed()))
            .distinct()
            .toList());
    return found.entrySet().stream()
        .map(entry -> conflict(entry.getKey(), entry.getValue()))
        .toList();
  }

  private Conflict conflict(Bytes place, List<Row> rows) {
    Set<ChannelName> channels = new LinkedHashSet<>();
    Set<ContactId> contacts = new LinkedHashSet<>();
    for (Row row : rows) {
      channels.add(row.channel());
      contacts.add(row.contact());
    }
    String identity =
        rows.stream()
            .flatMap(
                row -> vault.open(row.sealed(), Rows.associated("identity", row.id())).stream())
            .findFirst()
            .map(Bytes::asUtf8)
            .orElse("");
    return new Conflict(place, identity, List.copyOf(channels), List.copyOf(contacts));
  }

  private record Row(Ulid id, ContactId contact, ChannelName channel, Bytes sealed) {}
}
