package dev.throughline.conversation;

import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.MergePatch;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.FoldState.AppContact;
import dev.throughline.conversation.Rows.ConversationRow;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.conversation.Rows.PartRange;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.SendRequest;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What apps want to say: a message is made of each request. */
final class FoldSends {
  /** In what is kept of a message. */
  static final String MESSAGE_CLASS = "class";

  static final String URGENT = "urgent";

  private final FoldState state;
  private final FoldPeople people;
  private final FoldWays ways;
  private final FoldUnaddressed unaddressed;
  private final Effects effects;

  FoldSends(FoldState state, FoldPeople people, Quotes quotes, Effects effects) {
    this.state = state;
    this.people = people;
    this.ways = new FoldWays(state, people, quotes, effects);
    this.unaddressed = new FoldUnaddressed(state, effects);
    this.effects = effects;
  }

  void send(Item.Send item) throws SQLException {
    SendRequest request = item.request();
    App app = item.app();
    if (request.recipient() instanceof SendRequest.Recipient.ByContact(ContactId contact)
        && addresses(app, request.recipient()).isEmpty()) {
      unaddressed.fail(item, state.successors.getOrDefault(contact, contact));
      return;
    }
    boolean dispatch =
        request.dispatchOnly() || app.processingMode() == App.ProcessingMode.DISPATCH;
    FoldWays.Found found = ways.of(item, addresses(app, request.recipient()), dispatch);
    Fact.Way first = found.ways().getFirst();
    Party party = first.party();
    MessageId id = new MessageId(item.entry().id());
    MessageClass messageClass = app.settings().policy().classOf(request.messageClass());
    StoredMessage message =
        new StoredMessage(
            id,
            state.at,
            party.identity().channel(),
            DeliveryStatus.QUEUED,
            first.content(),
            FoldWays.filled(first.said()),
            request.metadata(),
            request.correlationId(),
            request.callbackUrl(),
            dispatch,
            messageClass,
            request.urgent());
    Bytes sealed = seal(state, party, message);
    state.newMessages.add(
        new MessageRow(
            id,
            app.project(),
            app.id(),
            people.place(party, dispatch),
            party.contact(),
            people.identityOf(party).id(),
            first.account().map(Account::id),
            party.identity().channel(),
            false,
            state.at,
            Optional.empty(),
            dispatch ? "DISPATCH" : "CONVERSATION",
            DeliveryStatus.QUEUED.name(),
            state.index,
            0,
            PartRange.NONE,
            Optional.empty(),
            false,
            Optional.of(messageClass),
            new Rows.Late(sealed)));
    state.messageEntries.add(new MessageEntry(id, state.index));
    if (!dispatch) {
      keepMetadata(party, request);
    } else if (!request.dispatchOnly()) {
      keepWithAddress(party, request);
    }
    state.sent.put(id.value(), new Sent(party, message, Optional.empty()));
    effects.emit(
        new Fact.SendRequested(
            message, request, found.ways(), found.nowhere(), item.entry().cause()));
  }

  /** What a message's row holds of it. */
  static Bytes seal(FoldState state, Party party, StoredMessage message) {
    ObjectNode sealed = Json.object();
    sealed.set("content", message.content());
    message.said().ifPresent(text -> sealed.set("said", text));
    sealed.put("metadata", message.metadata());
    message.correlationId().ifPresent(value -> sealed.put("correlation_id", value));
    message.callbackUrl().ifPresent(value -> sealed.put("callback_url", value));
    sealed.put(MESSAGE_CLASS, message.messageClass().name());
    if (message.urgent()) {
      sealed.put(URGENT, true);
    }
    return state.vault.seal(
        party.key(), Json.bytes(sealed).array(), Rows.associated("message", message.id().value()));
  }

  /** What the app can reach a recipient by: of a merged contact, the one that took over. */
  List<Identity> addresses(App app, SendRequest.Recipient recipient) {
    return switch (recipient) {
      case SendRequest.Recipient.ByIdentities(List<Identity> named) -> named;
      case SendRequest.Recipient.ByContact(ContactId contact) -> {
        List<Identity> known = new ArrayList<>();
        for (IdentityRow row :
            state.identitiesOfContact.getOrDefault(
                state.successors.getOrDefault(contact, contact), List.of())) {
          if (row.app().isEmpty() || row.app().get().equals(app.id())) {
            people.open(row).ifPresent(known::add);
          }
        }
        yield known;
      }
    };
  }

  /** By the request's order of channels, else by the order given, the app's own channels first. */
  static Identity preferred(
      App app, List<ChannelName> priority, List<Identity> all, boolean phone) {
    // Of several addresses on a channel, a phone number is meant only where it is asked for.
    List<Identity> candidates = all.stream().sorted(Identities.preference(phone)).toList();
    for (ChannelName channel : priority) {
      for (Identity identity : candidates) {
        if (identity.channel().equals(channel)) {
          return identity;
        }
      }
    }
    return candidates.stream()
        .filter(identity -> app.account(identity.channel()).isPresent())
        .findFirst()
        .orElse(candidates.getFirst());
  }

  private static boolean saysNothing(SendRequest request) {
    return request.conversationMetadata().isEmpty() && request.correlationId().isEmpty();
  }

  /** Of a conversation, what a request says anew. */
  private static void say(ObjectNode data, SendRequest request) {
    request
        .conversationMetadata()
        .ifPresent(text -> {
          ObjectNode given = Json.object(Bytes.utf8(text));
          JsonNode before = data.path("metadata_json");
          ObjectNode after =
              request.mergeMetadata() && before instanceof ObjectNode old
                  ? MergePatch.merge(old, given)
                  : given;
          data.set("metadata_json", after);
          data.put("metadata", Json.text(after));
        });
    request.correlationId().ifPresent(value -> data.put("correlation_id", value));
  }

  /** Only of an app that keeps anything dispatched. */
  private void keepWithAddress(Party party, SendRequest request) {
    if (saysNothing(request) || !Retention.of(party.app()).showsDispatched()) {
      return;
    }
    Ulid address = people.identityOf(party).id();
    ObjectNode data = people.dataOf(party, true);
    say(data, request);
    ObjectNode ofApps = state.dispatchData.computeIfAbsent(address, id -> Json.object());
    ofApps.set(party.app().id().toString(), data);
    Instant now = state.at;
    state.writes.add(c -> DispatchData.set(c, state.vault, party.key(), address, ofApps, now));
  }

  private void keepMetadata(Party party, SendRequest request) {
    if (saysNothing(request)) {
      return;
    }
    ConversationId id = party.conversation().orElseThrow();
    ObjectNode data = people.conversationData(party);
    say(data, request);
    Bytes sealed =
        state.vault.seal(
            party.key(), Json.bytes(data).array(), Rows.associated("conversation", id.value()));
    AppContact place = new AppContact(party.app().id().value(), party.contact());
    ConversationRow row = state.conversations.get(place);
    if (row != null) {
      state.conversations.put(
          place,
          new ConversationRow(
              row.id(),
              row.project(),
              row.app(),
              row.contact(),
              row.channel(),
              row.identity(),
              Optional.of(sealed)));
    }
    state.writes.add(c -> ConverseStore.setConversationData(c, id, sealed));
  }
}
