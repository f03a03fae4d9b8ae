package dev.throughline.conversation;

import dev.throughline.channel.Channel.Quote;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.Sayings;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.FoldState.AppContact;
import dev.throughline.conversation.Rows.ConversationRow;
import dev.throughline.message.AppMessage;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.vault.Owner;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The ways to a message's recipient, in the order in which they are tried (contract, 3.4): by the
 * request's plan; else by its order of channels; else by that of the addresses it names; else by
 * the conversation's active channel, the contact's order and the app's.
 */
final class FoldWays {
  private final FoldState state;
  private final FoldPeople people;
  private final Quotes quotes;
  private final Effects effects;

  FoldWays(FoldState state, FoldPeople people, Quotes quotes, Effects effects) {
    this.effects = effects;
    this.state = state;
    this.people = people;
    this.quotes = quotes;
  }

  /**
   * @param ways at least one
   * @param nowhere channels that were asked for, and on which the recipient has no address
   */
  record Found(List<Fact.Way> ways, List<ChannelName> nowhere) {}

  private record Wanted(Identity address, Optional<PlannedStep> asked) {}

  /**
   * @param addresses what the app can reach the recipient by, at least one
   */
  Found of(Item.Send item, List<Identity> addresses, boolean dispatch) throws SQLException {
    App app = item.app();
    SendRequest request = item.request();
    boolean phone = request.message().isNotification() || request.asksForNotification();
    // Of several addresses on a channel, a phone number is meant only where it is asked for.
    List<Identity> candidates = addresses.stream().sorted(Identities.preference(phone)).toList();
    List<Wanted> wanted = new ArrayList<>();
    List<ChannelName> nowhere = new ArrayList<>();
    if (request.plan().isEmpty()) {
      for (ChannelName channel : channels(app, request, addresses)) {
        on(candidates, channel)
            .ifPresentOrElse(
                address -> wanted.add(new Wanted(address, Optional.empty())),
                () -> nowhere.add(channel));
      }
    } else {
      for (PlannedStep step : request.plan()) {
        on(candidates, step.channel())
            .ifPresentOrElse(
                address -> wanted.add(new Wanted(address, Optional.of(step))),
                () -> nowhere.add(step.channel()));
      }
    }
    if (wanted.isEmpty()) {
      Wanted other =
          new Wanted(FoldSends.preferred(app, List.of(), addresses, phone), Optional.empty());
      Party party = parties(app, List.of(other), dispatch).getFirst();
      Fact.Way way = way(app, request, other, party);
      return new Found(
          List.of(
              nowhere.isEmpty()
                  ? way
                  : new Fact.Way(
                      party,
                      way.account(),
                      way.content(),
                      new Said.Nothing(noAddress()),
                      Optional.empty(),
                      Optional.empty())),
          nowhere);
    }
    List<Party> parties = parties(app, wanted, dispatch);
    List<Fact.Way> ways = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      ways.add(way(app, request, wanted.get(i), parties.get(i)));
    }
    return new Found(ways, nowhere);
  }

  static Optional<ObjectNode> filled(Said said) {
    return said instanceof Said.Something something
        ? something.filled().map(text -> Json.object(Bytes.utf8(text)))
        : Optional.empty();
  }

  private Fact.Way way(App app, SendRequest request, Wanted wanted, Party party)
      throws SQLException {
    ChannelName channel = wanted.address().channel();
    AppMessage message = wanted.asked().flatMap(PlannedStep::message).orElse(request.message());
    Optional<Account> account =
        wanted
            .asked()
            .flatMap(PlannedStep::sender)
            .map(sender -> app.account(channel, sender))
            .orElseGet(() -> app.account(channel));
    Said said =
        Sayings.of(
            message,
            channel,
            template ->
                Optional.ofNullable(
                    state.templates.get(new TemplateStore.Place(app.project(), template))),
            Map.of(
                OptOutLinks.VARIABLE,
                () ->
                    effects.optOutUrl(
                        party, app.settings().policy().classOf(request.messageClass()))));
    Optional<Quote> quote = Optional.empty();
    if (message.replyTo().isPresent()) {
      quote = Optional.of(quotes.of(state.transaction, message.replyTo().get(), party));
    }
    return new Fact.Way(
        party, account, Json.object(Bytes.utf8(message.json())), said, quote, wanted.asked());
  }

  /** One person has several addresses: whoever is new among them is the contact that is known. */
  private List<Party> parties(App app, List<Wanted> wanted, boolean dispatch) {
    Owner.Person known =
        wanted.stream()
            .map(each -> FoldPeople.person(app, each.address()))
            .filter(person -> state.identities.containsKey(state.hash(person)))
            .findFirst()
            .orElseGet(() -> FoldPeople.person(app, wanted.getFirst().address()));
    List<Party> parties = new ArrayList<>();
    for (Wanted each : wanted) {
      Owner.Person person = FoldPeople.person(app, each.address());
      if (!person.equals(known)) {
        List<Bytes> siblings = new ArrayList<>(state.siblings.getOrDefault(person, List.of()));
        siblings.add(state.hash(known));
        state.siblings.put(person, siblings);
      }
      Party party = people.party(app, each.address(), dispatch);
      if (parties.isEmpty()) {
        parties.add(dispatch ? people.withConversation(party) : people.inConversation(party));
      } else {
        parties.add(parties.getFirst().conversation().map(party::in).orElse(party));
      }
    }
    return parties;
  }

  private static Optional<Identity> on(List<Identity> candidates, ChannelName channel) {
    return candidates.stream().filter(each -> each.channel().equals(channel)).findFirst();
  }

  private Set<ChannelName> channels(App app, SendRequest request, List<Identity> addresses)
      throws SQLException {
    if (!request.priority().isEmpty()) {
      return new LinkedHashSet<>(request.priority());
    }
    Set<ChannelName> reachable = new LinkedHashSet<>();
    addresses.forEach(address -> reachable.add(address.channel()));
    reachable.removeIf(channel -> app.account(channel).isEmpty());
    if (reachable.size() > 1
        && request.recipient() instanceof Recipient.ByContact(ContactId contact)) {
      Set<ChannelName> ordered = new LinkedHashSet<>();
      ConversationRow active = state.conversations.get(new AppContact(app.id().value(), contact));
      if (active != null) {
        ordered.add(active.channel());
      }
      ordered.addAll(ContactProfile.channelPriority(state.transaction, state.vault, contact));
      app.accounts().forEach(account -> ordered.add(account.channel()));
      ordered.retainAll(reachable);
      return ordered;
    }
    return reachable;
  }

  private static Reason noAddress() {
    return new Reason(
        Reason.Code.NO_CHANNEL_IDENTITY_FOR_CONTACT,
        "The recipient has no address on a channel that the message may go by.");
  }
}
