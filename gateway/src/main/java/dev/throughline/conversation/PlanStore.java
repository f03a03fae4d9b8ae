package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** SQL of table {@code delivery_plan}. */
final class PlanStore {
  /** To look up a thousand people takes milliseconds, and most of the time no plan is open. */
  private static final String OPEN_OF =
      """
      select message from delivery_plan
      where open and contacts && ?::uuid[] and exists (select 1 from delivery_plan where open)
      """;

  private static final String FIND =
      "select message, open, contacts, tasks, sealed from delivery_plan where message = any (?)";

  private static final String UPSERT =
      """
      insert into delivery_plan (message, open, contacts, tasks, sealed)
      select ?, ?, ?, ?, ? where exists (select 1 from message where id = ?)
      on conflict (message) do update
        set open = excluded.open, contacts = excluded.contacts, tasks = excluded.tasks,
          sealed = excluded.sealed
      """;

  private PlanStore() {}

  /** A plan's row, sealed. */
  record Row(
      MessageId message, boolean open, List<ContactId> contacts, List<Ulid> tasks, Bytes sealed) {}

  /** The messages that wait for what these people do. */
  static List<MessageId> openOf(Connection c, Collection<ContactId> people) throws SQLException {
    List<MessageId> found = new ArrayList<>();
    if (people.isEmpty()) {
      return found;
    }
    try (PreparedStatement s = c.prepareStatement(OPEN_OF)) {
      s.setArray(1, UuidArray.of(c, people.stream().map(p -> p.value().toUuid()).toList()));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          found.add(new MessageId(Ulids.of(row.getObject(1, UUID.class))));
        }
      }
    }
    return found;
  }

  static List<Row> find(Connection c, Collection<MessageId> messages) throws SQLException {
    List<Row> rows = new ArrayList<>();
    if (messages.isEmpty()) {
      return rows;
    }
    try (PreparedStatement s = c.prepareStatement(FIND)) {
      s.setArray(1, UuidArray.of(c, messages.stream().map(m -> m.value().toUuid()).toList()));
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          rows.add(
              new Row(
                  new MessageId(Ulids.of(row.getObject(1, UUID.class))),
                  row.getBoolean(2),
                  ulids(row, 3).stream().map(ContactId::new).toList(),
                  ulids(row, 4),
                  Bytes.wrap(row.getBytes(5))));
        }
      }
    }
    return rows;
  }

  /** Opens rows, by their message; without those whose key is destroyed. */
  static Map<MessageId, KeptPlan> open(Vault vault, List<Row> rows) {
    vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    Map<MessageId, KeptPlan> plans = new HashMap<>();
    for (Row row : rows) {
      vault
          .open(row.sealed(), associated(row.message()))
          .map(Json::object)
          .ifPresent(json -> plans.put(row.message(), plan(row, json)));
    }
    return plans;
  }

  private static KeptPlan plan(Row row, ObjectNode json) {
    List<Identity> people = new ArrayList<>();
    json.path("people")
        .forEach(one ->
            people.add(
                new Identity(
                    new ChannelName(one.path("channel").asString("")),
                    one.path("identity").asString(""))));
    return new KeptPlan(
        row.open(),
        row.contacts(),
        row.tasks(),
        people,
        json.path("plan") instanceof ObjectNode plan ? plan : Json.object());
  }

  static int write(Connection c, Vault vault, DataKey key, MessageId message, KeptPlan plan)
      throws SQLException {
    ObjectNode json = Json.object();
    ArrayNode people = json.putArray("people");
    for (Identity one : plan.people()) {
      people.addObject().put("channel", one.channel().value()).put("identity", one.value());
    }
    json.set("plan", plan.plan());
    UUID id = message.value().toUuid();
    try (PreparedStatement s = c.prepareStatement(UPSERT)) {
      s.setObject(1, id);
      s.setBoolean(2, plan.open());
      s.setArray(
          3, UuidArray.of(c, plan.contacts().stream().map(p -> p.value().toUuid()).toList()));
      s.setArray(4, UuidArray.of(c, plan.tasks().stream().map(Ulid::toUuid).toList()));
      s.setBytes(5, vault.seal(key, Json.bytes(json).array(), associated(message)).array());
      s.setObject(6, id);
      return s.executeUpdate();
    }
  }

  private static byte[] associated(MessageId message) {
    return Rows.associated("delivery-plan", message.value());
  }

  private static List<Ulid> ulids(ResultSet row, int column) throws SQLException {
    return Arrays.stream((Object[]) row.getArray(column).getArray())
        .map(id -> Ulids.of((UUID) id))
        .toList();
  }
}
