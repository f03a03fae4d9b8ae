package dev.throughline.conversation;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Quote;
import dev.throughline.log.Log;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.SendRequest;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What a message that is only tried would quote: the same as if it were sent now. */
public final class QuotePreview {
  private static final String HOLDER = "select contact from identity where hash = ?";

  private final Database database;
  private final Vault vault;
  private final Quotes quotes;

  public QuotePreview(Database database, Vault vault, Log log, Map<ChannelName, Channel> channels) {
    this.database = database;
    this.vault = vault;
    this.quotes = new Quotes(log, channels);
  }

  /**
   * Empty if the message answers none.
   *
   * @param recipient the address on the channel, if the request names it
   */
  public Optional<Quote> of(
      App app, SendRequest request, ChannelName channel, Optional<Identity> recipient) {
    Optional<MessageId> answered = request.message().replyTo();
    if (answered.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        quotes.of(
            database.read(c -> {
              Optional<ContactId> contact =
                  switch (request.recipient()) {
                    case SendRequest.Recipient.ByContact(ContactId named) -> Optional.of(named);
                    case SendRequest.Recipient.ByIdentities _ ->
                        recipient.isEmpty() ? Optional.empty() : holder(c, app, recipient.get());
                  };
              return contact.isEmpty()
                  ? Optional.<Quotes.Place>empty()
                  : quotes.place(c, answered.get(), app.id(), contact.get(), channel);
            })));
  }

  private Optional<ContactId> holder(Connection c, App app, Identity identity) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(HOLDER)) {
      statement.setBytes(1, vault.hash(Owners.person(app.project(), app.id(), identity)).array());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new ContactId(Ulids.of(row.getObject(1, UUID.class))))
            : Optional.empty();
      }
    }
  }
}
