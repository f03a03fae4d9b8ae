package dev.throughline.conversation;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.channel.Channel.Quote;
import dev.throughline.ledger.Kind;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * By what a channel quotes an earlier message: it stands in the event or the answer that the
 * message came with. Seldom asked for, so it is looked up there and kept nowhere else; what was
 * taken back, erased or deleted cannot be quoted.
 */
final class Quotes {
  private static final String MESSAGE =
      """
      select app, contact, channel, direction = 0, index, position from message where id = ?
      """;
  private static final String ENTRIES =
      "select index from message_entry where message = ? order by index";

  private final Log log;
  private final Map<ChannelName, Channel> channels;

  Quotes(Log log, Map<ChannelName, Channel> channels) {
    this.log = log;
    this.channels = Map.copyOf(channels);
  }

  /** What {@code reply_to} names, for a message to this party. */
  Quote of(Connection connection, MessageId message, Party party) throws SQLException {
    return of(
        place(connection, message, party.app().id(), party.contact(), party.identity().channel()));
  }

  /** Where a message stands in the log; empty if it is no message of this chat. */
  Optional<Place> place(
      Connection connection, MessageId message, AppId app, ContactId contact, ChannelName channel)
      throws SQLException {
    Optional<Row> row = row(connection, message).filter(found -> found.isOf(app, contact, channel));
    if (row.isEmpty()) {
      return Optional.empty();
    }
    List<Long> entries = row.get().toApp ? List.of(row.get().index) : entries(connection, message);
    return Optional.of(new Place(channel, row.get().toApp, entries, row.get().position));
  }

  /** By what the channel quotes it. */
  Quote of(Optional<Place> place) {
    return place
        .flatMap(where ->
            Optional.ofNullable(channels.get(where.channel))
                .flatMap(channel ->
                    where.toApp ? received(channel, where) : sent(channel, where.entries)))
        .<Quote>map(Quote.By::new)
        .orElseGet(Quote.Impossible::new);
  }

  record Place(ChannelName channel, boolean toApp, List<Long> entries, int position) {
    Place {
      entries = List.copyOf(entries);
    }
  }

  private Optional<String> received(Channel channel, Place place) {
    return log.read(place.entries).stream()
        .findFirst()
        .flatMap(LogEntry::body)
        .map(channel::parse)
        .map(ParsedWebhook::events)
        .filter(events -> place.position < events.size())
        .map(events -> Bytes.utf8(events.get(place.position).head().raw()))
        .flatMap(channel::quoteToken);
  }

  /** The channel's answer is the second part of an outcome. */
  private Optional<String> sent(Channel channel, List<Long> entries) {
    return log.read(entries).stream()
        .filter(entry -> entry.kind().equals(Kind.OUTCOME) && entry.parts().size() > 1)
        .flatMap(entry -> entry.parts().get(1).stream())
        .flatMap(answer -> channel.quoteToken(answer).stream())
        .findFirst();
  }

  private static Optional<Row> row(Connection connection, MessageId message) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(MESSAGE)) {
      statement.setObject(1, message.value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Row(
                    row.getObject(1, UUID.class),
                    Optional.ofNullable(row.getObject(2, UUID.class)),
                    row.getString(3),
                    row.getBoolean(4),
                    row.getLong(5),
                    row.getInt(6)))
            : Optional.empty();
      }
    }
  }

  private static List<Long> entries(Connection connection, MessageId message) throws SQLException {
    List<Long> entries = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(ENTRIES)) {
      statement.setObject(1, message.value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          entries.add(row.getLong(1));
        }
      }
    }
    return entries;
  }

  private record Row(
      UUID app, Optional<UUID> contact, String channel, boolean toApp, long index, int position) {
    /** Channels quote within one chat. */
    boolean isOf(AppId asked, ContactId other, ChannelName name) {
      return Ulids.of(app).equals(asked.value())
          && contact.map(Ulids::of).equals(Optional.of(other.value()))
          && channel.equals(name.value());
    }
  }
}
