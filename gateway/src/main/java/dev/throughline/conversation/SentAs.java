package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.store.UuidArray;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * SQL of tables {@code sent_as} and {@code early_receipt}: by which ids platforms know what was
 * sent, and what they told of ids before they gave them out.
 */
final class SentAs {
  /** Carriers tell for three days (SMS validity); what nobody claims until then is not ours. */
  private static final Duration EARLY_KEPT = Duration.ofDays(4);

  private static final String INSERT =
      """
      insert into sent_as (account, platform_id, message, step)
      select account, unnest(?::text[]), id, ?
      from message where id = ? and account is not null
      on conflict (account, platform_id) do update
        set message = excluded.message, step = excluded.step
      """;

  private static final String INSERT_ALL =
      """
      insert into sent_as (account, platform_id, message, step)
      select n.account, n.platform_id, m.id, n.step
      from unnest(?::uuid[], ?::text[], ?::uuid[], ?::uuid[])
        as n (account, platform_id, message, step)
      join message m on m.id = n.message
      on conflict (account, platform_id) do update
        set message = excluded.message, step = excluded.step
      """;

  private static final String FIND =
      """
      select account, platform_id, message, step from sent_as
      where (account, platform_id) in (select * from unnest(?::uuid[], ?::text[]))
      """;

  private static final String EARLY =
      """
      select account, platform_id, index, at, sealed from early_receipt
      where (account, platform_id) in (select * from unnest(?::uuid[], ?::text[]))
      order by index, position
      """;

  private static final String INSERT_EARLY =
      """
      insert into early_receipt (account, platform_id, index, position, at, sealed)
      values (?, ?, ?, ?, ?, ?)
      on conflict do nothing
      """;

  private static final String EARLY_GONE =
      "delete from early_receipt where account = ? and platform_id = any (?)";
  private static final String FORGET_EARLY = "delete from early_receipt where at < ?";

  private SentAs() {}

  /** An account's platform knows it by that. */
  record Name(AccountId account, String platformId) {}

  /** A message of ours; {@code step} is the plan's, where it was kept. */
  record Ours(MessageId message, Optional<Ulid> step) {}

  /** What was told too early, by the entry at that index; {@code sealed} is bound to the name. */
  record Early(long index, Instant at, Bytes sealed) {}

  /** As the account that the message went by. */
  static int insert(Connection c, MessageId message, Optional<Ulid> step, List<String> platformIds)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(INSERT)) {
      s.setArray(1, c.createArrayOf("text", platformIds.toArray()));
      s.setObject(2, step.map(Ulid::toUuid).orElse(null));
      s.setObject(3, message.value().toUuid());
      return s.executeUpdate();
    }
  }

  /** Of messages that are there no more, nothing. */
  static void insert(Connection c, Map<Name, Ours> named) throws SQLException {
    if (named.isEmpty()) {
      return;
    }
    List<Name> names = List.copyOf(named.keySet());
    List<UUID> messages = new ArrayList<>(names.size());
    List<@Nullable UUID> steps = new ArrayList<>(names.size());
    for (Ours ours : named.values()) {
      messages.add(ours.message().value().toUuid());
      steps.add(ours.step().map(Ulid::toUuid).orElse(null));
    }
    try (PreparedStatement s = c.prepareStatement(INSERT_ALL)) {
      bind(c, s, names);
      s.setArray(3, UuidArray.of(c, messages));
      s.setArray(4, UuidArray.of(c, steps));
      s.executeUpdate();
    }
  }

  static Map<Name, Ours> find(Connection c, Collection<Name> names) throws SQLException {
    Map<Name, Ours> found = new HashMap<>();
    if (names.isEmpty()) {
      return found;
    }
    try (PreparedStatement s = c.prepareStatement(FIND)) {
      bind(c, s, names);
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          @Nullable UUID step = row.getObject(4, UUID.class);
          found.put(
              name(row),
              new Ours(
                  new MessageId(Ulids.of(row.getObject(3, UUID.class))),
                  Optional.ofNullable(step).map(Ulids::of)));
        }
      }
    }
    return found;
  }

  static Map<Name, List<Early>> early(Connection c, Collection<Name> names) throws SQLException {
    Map<Name, List<Early>> found = new HashMap<>();
    if (names.isEmpty()) {
      return found;
    }
    try (PreparedStatement s = c.prepareStatement(EARLY)) {
      bind(c, s, names);
      try (ResultSet row = s.executeQuery()) {
        while (row.next()) {
          found
              .computeIfAbsent(name(row), n -> new ArrayList<>())
              .add(
                  new Early(
                      row.getLong(3),
                      row.getTimestamp(4).toInstant(),
                      Bytes.wrap(row.getBytes(5))));
        }
      }
    }
    return found;
  }

  static int insertEarly(Connection c, Name name, int position, Early early) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(FORGET_EARLY)) {
      s.setTimestamp(1, Timestamp.from(early.at().minus(EARLY_KEPT)));
      s.executeUpdate();
    }
    try (PreparedStatement s = c.prepareStatement(INSERT_EARLY)) {
      s.setObject(1, name.account().value().toUuid());
      s.setString(2, name.platformId());
      s.setLong(3, early.index());
      s.setInt(4, position);
      s.setTimestamp(5, Timestamp.from(early.at()));
      s.setBytes(6, early.sealed().array());
      return s.executeUpdate();
    }
  }

  static int deleteEarly(Connection c, AccountId account, List<String> platformIds)
      throws SQLException {
    try (PreparedStatement s = c.prepareStatement(EARLY_GONE)) {
      s.setObject(1, account.value().toUuid());
      s.setArray(2, c.createArrayOf("text", platformIds.toArray()));
      return s.executeUpdate();
    }
  }

  /** What a sealed early receipt is bound to. */
  static byte[] associated(Name name) {
    return Bytes.utf8("early-receipt " + name.account() + " " + name.platformId()).array();
  }

  static Bytes toBytes(News news) {
    ObjectNode json = Json.object();
    switch (news) {
      case News.Reached(Assurance level) -> json.put("reached", level.name());
      case News.Failed(Reason reason) ->
          json.put("failed", reason.code().name()).put("description", reason.description());
    }
    return Json.bytes(json);
  }

  static News news(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    return Json.string(json, "reached")
        .<News>map(level -> new News.Reached(Assurance.valueOf(level)))
        .orElseGet(() ->
            new News.Failed(
                new Reason(
                    Reason.Code.valueOf(Json.string(json, "failed").orElse("UNKNOWN")),
                    Json.string(json, "description").orElse(""))));
  }

  private static void bind(Connection c, PreparedStatement s, Collection<Name> names)
      throws SQLException {
    List<Name> all = List.copyOf(names);
    s.setArray(1, UuidArray.of(c, map(all, name -> name.account().value().toUuid())));
    Array ids = c.createArrayOf("text", map(all, Name::platformId).toArray());
    s.setArray(2, ids);
  }

  private static <T> List<T> map(List<Name> names, Function<Name, T> value) {
    return names.stream().map(value).toList();
  }

  private static Name name(ResultSet row) throws SQLException {
    return new Name(new AccountId(Ulids.of(row.getObject(1, UUID.class))), row.getString(2));
  }
}
