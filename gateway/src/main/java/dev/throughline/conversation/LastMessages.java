package dev.throughline.conversation;

import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.MediaAddresses;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.Database;
import dev.throughline.store.UuidArray;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The last message of each of several people or addresses. */
public final class LastMessages {
  private static final String FILTERS =
      """
      project = ? and accept_time >= ? and accept_time < ? and app = any (?)
        and (?::text is null or channel = ?) and (?::smallint is null or direction = ?)
      order by accept_time desc, id desc limit 1
      """;

  private static final String OF_CONTACTS =
      """
      from conversation c cross join lateral (
        select * from message
        where conversation = c.id and %s) last
      where c.contact = scope.id
      """
          .formatted(FILTERS);

  private static final String OF_ADDRESSES =
      """
      from identity a join conversation c on c.contact = a.contact cross join lateral (
        select * from message
        where conversation = c.id and identity = a.id and %s) last
      where a.id = scope.id
      """
          .formatted(FILTERS);

  private static final String OF_DISPATCHED =
      """
      from identity a cross join lateral (
        select * from message
        where conversation is null and identity = a.id and %s) last
      where a.id = scope.id
      """
          .formatted(FILTERS);

  private final Database database;
  private final Vault vault;
  private final Directory directory;
  private final MediaAddresses media;

  public LastMessages(Database database, Vault vault, Directory directory, MediaAddresses media) {
    this.media = media;
    this.database = database;
    this.vault = vault;
    this.directory = directory;
  }

  /** Whose last messages. */
  public sealed interface Whose {
    record Contacts(List<ContactId> ids) implements Whose {
      public Contacts {
        ids = List.copyOf(ids);
      }
    }

    record Addresses(List<Owner.Person> persons) implements Whose {
      public Addresses {
        persons = List.copyOf(persons);
      }
    }
  }

  /** What the messages are narrowed to; empty means not at all. */
  public record Filter(
      Optional<AppId> app,
      Optional<ChannelName> channel,
      Optional<Direction> direction,
      Optional<Instant> from,
      Optional<Instant> until,
      boolean dispatch) {}

  /** The newest first. */
  public List<ConversationMessage> page(
      ProjectId project,
      Whose whose,
      Filter filter,
      Optional<MessageStore.Cursor> after,
      int limit) {
    return MessageRows.open(
        vault,
        media,
        database.read(c -> {
          try (PreparedStatement statement = c.prepareStatement(sql(whose, filter.dispatch()))) {
            bind(c, statement, project, whose, filter, after, limit);
            return MessageRows.read(statement);
          }
        }));
  }

  private static String sql(Whose whose, boolean dispatch) {
    String scope =
        switch (whose) {
          case Whose.Contacts _ -> "unnest(?::uuid[]) as scope (id)";
          case Whose.Addresses _ -> "(select id from identity where hash = any (?)) as scope";
        };
    String found =
        switch (whose) {
          case Whose.Contacts _ -> OF_CONTACTS;
          case Whose.Addresses _ -> dispatch ? OF_DISPATCHED : OF_ADDRESSES;
        };
    return """
    with m as (
      select found.* from %s cross join lateral (
        select last.* %s
        order by last.accept_time desc, last.id desc limit 1) found)
    select %s
    from m left join address i on i.id = m.identity
    where (m.accept_time, m.id) < (?, ?)
    order by m.accept_time desc, m.id desc limit ?
    """
        .formatted(scope, found, MessageRows.COLUMNS);
  }

  private void bind(
      Connection c,
      PreparedStatement statement,
      ProjectId project,
      Whose whose,
      Filter filter,
      Optional<MessageStore.Cursor> after,
      int limit)
      throws SQLException {
    java.sql.Array wanted =
        switch (whose) {
          case Whose.Contacts(List<ContactId> ids) ->
              UuidArray.of(c, ids.stream().map(id -> id.value().toUuid()).distinct().toList());
          case Whose.Addresses(List<Owner.Person> persons) ->
              c.createArrayOf(
                  "bytea",
                  persons.stream()
                      .distinct()
                      .map(person -> vault.hash(person).array())
                      .toArray(byte[][]::new));
        };
    List<UUID> apps =
        MessageStore.shownApps(directory, project, filter.app(), filter.dispatch()).stream()
            .map(id -> id.value().toUuid())
            .toList();
    @Nullable String channel = filter.channel().map(ChannelName::value).orElse(null);
    @Nullable Short direction = filter.direction().map(MessageStore::column).orElse(null);
    int p = 0;
    statement.setArray(++p, wanted);
    statement.setString(++p, project.value());
    statement.setObject(++p, filter.from().orElse(MessageStore.EARLIEST).atOffset(ZoneOffset.UTC));
    statement.setObject(++p, filter.until().orElse(MessageStore.LATEST).atOffset(ZoneOffset.UTC));
    statement.setArray(++p, UuidArray.of(c, apps));
    statement.setString(++p, channel);
    statement.setString(++p, channel);
    statement.setObject(++p, direction, java.sql.Types.SMALLINT);
    statement.setObject(++p, direction, java.sql.Types.SMALLINT);
    statement.setObject(
        ++p,
        after
            .map(MessageStore.Cursor::acceptTime)
            .orElse(MessageStore.LATEST)
            .atOffset(ZoneOffset.UTC));
    statement.setObject(
        ++p, after.map(MessageStore.Cursor::id).map(Ulid::toUuid).orElse(ContactStore.NEWEST));
    statement.setInt(++p, limit);
  }
}
