package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Fact.ReachKnown.Reachable;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.message.ConsentRequest;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.EventRequest;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.ReachRequest;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.store.DatabaseException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What apps want of somebody besides saying something to them. */
final class FoldAsked {
  private final FoldState state;
  private final FoldPeople people;
  private final FoldSends sends;
  private final FoldAppEvents events;
  private final FoldConsents consents;
  private final Effects effects;

  FoldAsked(
      FoldState state,
      FoldPeople people,
      FoldSends sends,
      FoldAppEvents events,
      FoldConsents consents,
      Effects effects) {
    this.state = state;
    this.people = people;
    this.sends = sends;
    this.events = events;
    this.consents = consents;
    this.effects = effects;
  }

  void asked(Item.Asked item) throws SQLException {
    App app = item.app();
    List<Identity> addresses = sends.addresses(app, item.request().recipient());
    if (addresses.isEmpty()) {
      // What was asked for goes with the contact that it was about.
      return;
    }
    switch (item.request()) {
      case EventRequest request -> event(item, request, addresses);
      case ReachRequest request -> {
        for (Identity address : addresses) {
          reach(people.withConversation(people.party(app, address)), request.requestId());
        }
      }
      case ConsentRequest request when request.source() == ConsentSource.KEYWORD ->
          // It has counted since the message came in; the entry belongs to that.
          Ulids.parse(request.requestId())
              .map(MessageId::new)
              .ifPresent(id -> state.messageEntries.add(new MessageEntry(id, state.index)));
      case ConsentRequest request -> {
        for (Identity address : addresses) {
          if (request.channels().isEmpty() || request.channels().contains(address.channel())) {
            consent(app, request, address);
          }
        }
      }
    }
  }

  /** By which the newest message of theirs can be marked as read. */
  Optional<String> readToken(Party party, AccountId account) {
    for (int i = state.newMessages.size() - 1; i >= 0; i--) {
      MessageRow row = state.newMessages.get(i);
      if (row.toApp()
          && row.account().equals(Optional.of(account))
          && row.contact().equals(party.contact())) {
        Optional<String> token =
            state
                .vault
                .open(row.sealed(), Rows.associated("message", row.id().value()))
                .flatMap(json -> Json.string(Json.object(json), FoldAppEvents.READ_TOKEN));
        if (token.isPresent()) {
          return token;
        }
      }
    }
    try {
      return events.readToken(party, account);
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }

  private void event(Item.Asked item, EventRequest request, List<Identity> addresses) {
    App app = item.app();
    Identity address =
        FoldSends.preferred(app, request.channel().stream().toList(), addresses, false);
    Party party = people.withConversation(people.party(app, address));
    Fact.StoredEvent event =
        events.accept(
            new EventId(item.entry().id()),
            request,
            party,
            people.identityOf(party).id(),
            state.at,
            state.index);
    effects.emit(new Fact.EventRequested(party, app.account(address.channel()), event));
  }

  private void consent(App app, ConsentRequest request, Identity address) throws SQLException {
    Party party = people.withConversation(people.party(app, address));
    consents.say(
        state.hash(FoldPeople.person(app, address)),
        party,
        new FoldConsents.Statement(
            request.list(),
            request.out(),
            request.source(),
            state.at,
            Optional.empty(),
            "",
            party.key()),
        state.at);
    effects.emit(
        new Fact.ConsentChanged(
            party,
            request.list(),
            request.out(),
            request.source(),
            request.requestId(),
            state.at,
            state.at,
            Optional.empty()));
  }

  /** What is known answers; else somebody has to look. */
  private void reach(Party party, String requestId) {
    Optional<Account> account = party.app().account(party.identity().channel());
    if (account.isEmpty()) {
      known(
          party,
          requestId,
          Reachable.NO,
          Optional.of(
              new Reason(
                  Reason.Code.CHANNEL_CONFIGURATION_MISSING,
                  "The app has no credential for the channel.")));
      return;
    }
    switch (people.identityOf(party).friend()) {
      case FRIEND -> known(party, requestId, Reachable.YES, Optional.empty());
      case BLOCKED ->
          known(
              party,
              requestId,
              Reachable.NO,
              Optional.of(
                  new Reason(
                      Reason.Code.RECIPIENT_NOT_OPTED_IN,
                      "The recipient is known to have blocked the account.")));
      case UNKNOWN -> effects.emit(new Fact.ReachAsked(party, account.get(), requestId));
    }
  }

  private void known(Party party, String requestId, Reachable reachable, Optional<Reason> why) {
    effects.emit(new Fact.ReachKnown(party, requestId, reachable, why, state.at));
  }
}
