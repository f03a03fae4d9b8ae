package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The contacts that an app can reach, one after another, by what is known of them in clear. */
public final class ContactWalk {
  private static final String PAGE =
      """
      select c.id from contact c
      where c.project = ? and c.id > ?
        and (cast(? as text) is null or c.language = ?)
        and (cast(? as timestamptz) is null or c.created >= ?)
        and (cast(? as timestamptz) is null or c.created < ?)
        and exists (
          select from identity i
          where i.contact = c.id and i.channel = any (?) and (i.app is null or i.app = ?)
            and (not ? or i.friend = 'friend'))
      order by c.id limit ?
      """;

  private final Database database;

  public ContactWalk(Database database) {
    this.database = database;
  }

  /**
   * @param channels on one of which they have an address
   * @param language as the contact has it; empty for any
   * @param friends whether they must be known to be friends of the account
   */
  public record Filter(
      List<ChannelName> channels,
      Optional<String> language,
      boolean friends,
      Optional<Instant> createdFrom,
      Optional<Instant> createdUntil) {
    public Filter {
      channels = List.copyOf(channels);
    }
  }

  /** In the order of their ids. */
  public List<ContactId> after(App app, Filter filter, Optional<ContactId> after, int size) {
    return database.read(c -> {
      List<ContactId> found = new ArrayList<>();
      try (PreparedStatement s = c.prepareStatement(PAGE)) {
        s.setString(1, app.project().value());
        s.setObject(2, after.map(ContactId::value).map(Ulid::toUuid).orElse(new UUID(0, 0)));
        s.setObject(3, filter.language().orElse(null), Types.VARCHAR);
        s.setObject(4, filter.language().orElse(null), Types.VARCHAR);
        setTime(s, 5, filter.createdFrom());
        setTime(s, 6, filter.createdFrom());
        setTime(s, 7, filter.createdUntil());
        setTime(s, 8, filter.createdUntil());
        s.setArray(
            9,
            c.createArrayOf("text", filter.channels().stream().map(ChannelName::value).toArray()));
        s.setObject(10, app.id().value().toUuid());
        s.setBoolean(11, filter.friends());
        s.setInt(12, size);
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            found.add(new ContactId(Ulids.of(row.getObject(1, UUID.class))));
          }
        }
      }
      return found;
    });
  }

  private static void setTime(PreparedStatement s, int place, Optional<Instant> time)
      throws SQLException {
    s.setObject(
        place,
        time.map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null),
        Types.TIMESTAMP_WITH_TIMEZONE);
  }
}
