package dev.throughline.conversation;

import dev.throughline.contract.AppMessages;
import dev.throughline.contract.Contents;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Rows.Friend;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.conversation.Rows.Unsend;
import dev.throughline.conversation.Rows.UnsentMessage;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.policy.Suppression;
import dev.throughline.vault.DataKey;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** What comes in from people: each event has exactly one effect. */
final class FoldEvents {
  /**
   * Events that happened longer ago are kept and not acted on: duplicates are not known so long.
   */
  private static final Duration LATE = Duration.ofDays(30);

  private final FoldState state;
  private final FoldPeople people;
  private final FoldReplies replies;
  private final FoldOptWords words;
  private final FoldEdits edits;
  private final FoldReceipts receipts;
  private final FoldOffers offers;
  private final FoldPieces pieces;
  private final FoldAliases aliases;
  private final StickerPictures pictures;
  private final FoldAppEvents appEvents;
  private final Heard heard;
  private final Effects effects;
  private final ClockDrift drift;

  FoldEvents(
      FoldState state,
      FoldPeople people,
      FoldReplies replies,
      FoldReceipts receipts,
      FoldOffers offers,
      FoldAppEvents appEvents,
      Heard heard,
      FoldOptWords words,
      StickerPictures pictures,
      Effects effects,
      ClockDrift drift) {
    this.state = state;
    this.people = people;
    this.replies = replies;
    this.words = words;
    this.receipts = receipts;
    this.offers = offers;
    this.edits = new FoldEdits(state, people);
    this.pieces = new FoldPieces(state, people, effects);
    this.aliases = new FoldAliases(state, people);
    this.appEvents = appEvents;
    this.heard = heard;
    this.pictures = pictures;
    this.effects = effects;
    this.drift = drift;
  }

  void event(Item.Event item) throws SQLException {
    if (isLate(item)) {
      ConverseStore.alarm(
          state.transaction, "event_late", item.account().id().toString(), state.at);
      return;
    }
    if (!state.fresh.remove(item.key().id())) {
      return;
    }
    if (!item.event().head().redelivered()) {
      item.event().head().occurredAt().ifPresent(occurred -> drift.saw(occurred, state.at));
    }
    item.event()
        .head()
        .undocumented()
        .forEach(path -> state.undocumented.merge(path, 1, Integer::sum));
    aliases.learn(item);
    Optional<Party> party = item.event().head().chat().map(chat -> people.party(item.app(), chat));
    party.ifPresent(known -> heardFrom(known, item.event()));
    if (item.counts() && party.isPresent()) {
      heard.from(item, party.get());
    }
    switch (item.event()) {
      case InboundEvent.Message message when party.isPresent() ->
          message(
              item,
              message.content(),
              Optional.of(message.platformMessageId()),
              message.answeredId(),
              party.get());
      case InboundEvent.Piece piece when party.isPresent() ->
          joined(
              item, piece.platformMessageId(), pieces.add(item, piece, party.get()), party.get());
      case InboundEvent.PiecesOverdue overdue when party.isPresent() ->
          joined(
              item,
              item.entry().id().toString(),
              pieces.overdue(item, overdue, party.get()),
              party.get());
      case InboundEvent.StickerSent sent when party.isPresent() ->
          message(
              item,
              card(item.app(), sent.sticker()),
              Optional.of(sent.platformMessageId()),
              sent.answeredId(),
              party.get());
      case InboundEvent.Chosen chosen when party.isPresent() ->
          message(item, chosen.response(), Optional.empty(), Optional.empty(), party.get());
      case InboundEvent.Reacted reacted when party.isPresent() ->
          reacted(item, reacted, party.get());
      case InboundEvent.AccountNews(var head, String type, String json) ->
          effects.emit(
              new Fact.ChannelTold(
                  item.app(),
                  item.account(),
                  type,
                  Json.object(Bytes.utf8(json)),
                  state.at,
                  head.occurredAt()));
      case InboundEvent.Followed followed when party.isPresent() -> {
        replies.keep(item, followed, party.get());
        effects.emit(new Fact.Opted(party.get(), true, state.at, followed.head().occurredAt()));
      }
      case InboundEvent.Unfollowed unfollowed when party.isPresent() ->
          effects.emit(
              new Fact.Opted(party.get(), false, state.at, unfollowed.head().occurredAt()));
      case InboundEvent.Complained _ when party.isPresent() -> {
        effects.suppress(party.get(), Suppression.Why.COMPLAINT);
        notMapped(item, party);
      }
      case InboundEvent.Unsubscribed _ when party.isPresent() -> {
        effects.suppress(party.get(), Suppression.Why.UNSUBSCRIBED);
        notMapped(item, party);
      }
      case InboundEvent.Unsent unsent when party.isPresent() -> {
        unsend(unsent, party.get());
        notMapped(item, party);
      }
      case InboundEvent.Edited edited when party.isPresent() -> edited(item, edited, party.get());
      case InboundEvent.Subscription told -> subscription(item, told.state());
      case InboundEvent other -> {
        Optional<InboundEvent.Receipt> receipt = other.receipt();
        if (receipt.isPresent() && receipts.told(item, receipt.get())) {
          return;
        }
        party.ifPresent(known -> replies.keep(item, other, known));
        notMapped(item, party);
      }
    }
  }

  /** The entries of all its pieces are the message's. */
  private void joined(
      Item.Event item, String platformId, Optional<FoldPieces.Joined> joined, Party party)
      throws SQLException {
    if (joined.isPresent()) {
      MessageId id =
          message(
              item,
              new Content.Text(joined.get().text()),
              Optional.of(platformId),
              Optional.empty(),
              party);
      joined.get().others().forEach(index -> state.messageEntries.add(new MessageEntry(id, index)));
    }
  }

  private void subscription(Item.Event item, InboundEvent.Subscription.State told)
      throws SQLException {
    switch (told) {
      case OFFERED ->
          effects.emit(
              new Fact.SubscriptionOffered(item.account(), item.entry().id(), state.index));
      case ENDED ->
          ConverseStore.alarm(
              state.transaction, "subscription_ended", item.account().id().toString(), state.at);
    }
  }

  /** The contract knows no edits: what is kept changes, and the app gets the event as it is. */
  private void edited(Item.Event item, InboundEvent.Edited edited, Party known)
      throws SQLException {
    Party party = people.inPlace(known, isDispatch(item.app()));
    if (state.anyUnsent
        && isTakenBack(party.conversation().orElseThrow(), edited.platformMessageId())) {
      Log.deleteParts(state.transaction, state.index, item.parts().first(), item.parts().end());
      return;
    }
    edits.edit(item, edited, party, authorKey(item).orElse(party.key()));
    replies.keep(item, edited, party);
    notMapped(item, Optional.of(party));
  }

  /** What it names is a message of the conversation, as far as we have it. */
  private void reacted(Item.Event item, InboundEvent.Reacted reacted, Party known)
      throws SQLException {
    boolean dispatch = isDispatch(item.app());
    Party party = people.inPlace(known, dispatch);
    Optional<MessageId> message = quoted(item, party, reacted.platformMessageId());
    ObjectNode event = Json.object();
    event
        .putObject("reaction_event")
        .put("emoji", reacted.emoji())
        .put(
            "action",
            reacted.emoji().isEmpty() ? "REACTION_ACTION_UNREACT" : "REACTION_ACTION_REACT")
        .put("message_id", message.map(MessageId::toString).orElse(""))
        .put("reaction_category", "");
    EventId id = new EventId(state.ulids.next());
    Party told = party.sealedBy(authorKey(item).orElse(party.key()));
    appEvents.received(
        id, event, told, people.identityOf(party).id(), dispatch, state.at, state.index);
    effects.emit(new Fact.EventReceived(told, id, event, state.at, reacted.head().occurredAt()));
  }

  /** What the sticker is called is kept for the picture, once for all who send it. */
  private Content.MediaCard card(App app, InboundEvent.Sticker sticker) {
    if (app.settings().publicStickers()) {
      return new Content.MediaCard(sticker.publicPicture(), sticker.caption());
    }
    sticker
        .keyword()
        .ifPresent(word ->
            effects.write(c -> {
              EditStore.insertSticker(c, sticker.packageId(), sticker.id(), word);
              return 1;
            }));
    return new Content.MediaCard(
        pictures.address(sticker.packageId(), sticker.id()), sticker.caption());
  }

  private MessageId message(
      Item.Event item,
      Content.Inbound said,
      Optional<String> platformId,
      Optional<String> answeredId,
      Party known)
      throws SQLException {
    boolean dispatch = isDispatch(item.app());
    Party party = people.inPlace(known, dispatch);
    ConversationId conversation = party.conversation().orElseThrow();
    MessageId id = new MessageId(state.ulids.next());
    InboundEvent.Head head = item.event().head();
    boolean takenBack =
        state.anyUnsent && platformId.isPresent() && isTakenBack(conversation, platformId.get());
    String answered = "";
    Content.Inbound content = said;
    Optional<FoldOffers.Chosen> numbered = offers.chosen(said, party);
    if (said instanceof Content.ChoiceResponse response) {
      Optional<Sent> found = offered(response);
      boolean another = found.isPresent() && !isFor(found.get(), party);
      Optional<StoredMessage> offered = another ? Optional.empty() : found.map(Sent::message);
      answered = offered.map(StoredMessage::metadata).orElse("");
      content =
          another
              ? new Content.ChoiceResponse(Optional.empty(), response.data(), Optional.empty())
              : chosen(response, offered);
    } else if (numbered.isPresent()) {
      content = numbered.get().response();
      answered = numbered.get().metadata();
    }
    if (platformId.isPresent() && !takenBack) {
      content = edits.waitingFor(conversation, platformId.get(), id).orElse(content);
    }
    Optional<MessageId> replyTo =
        answeredId.isPresent() ? quoted(item, party, answeredId.get()) : Optional.empty();
    if (dispatch && !takenBack) {
      replies.keep(item, item.event(), party);
    }
    Optional<String> replyToken = head.standby() || dispatch ? Optional.empty() : head.replyToken();
    Optional<String> sender =
        head.author()
            .filter(author -> !Optional.of(author).equals(head.chat()))
            .map(Identity::value);
    DataKey key = sender.isPresent() ? authorKey(item).orElse(party.key()) : party.key();
    ObjectNode sealed = Json.object();
    if (takenBack) {
      Log.deleteParts(state.transaction, state.index, item.parts().first(), item.parts().end());
    } else {
      sealed.set("content", Contents.toJson(content, replyTo));
      if (!answered.isEmpty()) {
        sealed.put("metadata", answered);
      }
    }
    sender.ifPresent(value -> sealed.put("sender_id", value));
    replyToken.filter(_ -> !takenBack).ifPresent(token -> sealed.put("reply_token", token));
    head.readToken()
        .filter(_ -> !takenBack)
        .ifPresent(token -> sealed.put(FoldAppEvents.READ_TOKEN, token));
    state.newMessages.add(
        new MessageRow(
            id,
            item.app().project(),
            item.app().id(),
            conversation,
            party.contact(),
            people.identityOf(party).id(),
            Optional.of(item.account().id()),
            item.account().channel(),
            true,
            state.at,
            head.occurredAt(),
            item.app().processingMode().name(),
            "RECEIVED",
            state.index,
            item.position(),
            item.parts(),
            platformId,
            replyToken.isPresent() && !takenBack,
            Optional.empty(),
            new Rows.Late(() ->
                state.vault.seal(
                    key, Json.bytes(sealed).array(), Rows.associated("message", id.value())))));
    if (takenBack) {
      return id;
    }
    ObjectNode about = people.dataOf(party, dispatch);
    effects.emit(
        new Fact.MessageReceived(
            party.sealedBy(key),
            id,
            content,
            replyTo,
            answered,
            state.at,
            head.occurredAt(),
            sender,
            item.app().settings().reportsMetadata() ? FoldPeople.reported(about) : "",
            Json.string(about, "correlation_id"),
            platformId.map(named -> new Fact.Origin(item.account().id(), named, key))));
    words.heard(item, said, id, party);
    return id;
  }

  /** The message that somebody quoted, if we have it; it may have come in this very batch. */
  private Optional<MessageId> quoted(Item.Event item, Party party, String platformId)
      throws SQLException {
    for (MessageRow row : state.newMessages) {
      if (row.conversation().equals(party.conversation().orElseThrow())
          && row.platformId().equals(Optional.of(platformId))) {
        return Optional.of(row.id());
      }
    }
    return EditStore.quoted(state.transaction, item.account().id(), party, platformId);
  }

  /** The message that somebody chose from, if it is still here. */
  private Optional<Sent> offered(Content.ChoiceResponse response) {
    return response.message().map(id -> state.sent.get(id.value()));
  }

  private static boolean isDispatch(App app) {
    return app.processingMode() == App.ProcessingMode.DISPATCH;
  }

  private static boolean isFor(Sent sent, Party party) {
    return sent.party().contact().equals(party.contact())
        && sent.party().app().id().equals(party.app().id());
  }

  /** With the data that did not fit into the channel's own. */
  private static Content.ChoiceResponse chosen(
      Content.ChoiceResponse response, Optional<StoredMessage> offered) {
    Optional<String> data =
        response
            .choice()
            .flatMap(place ->
                offered
                    .flatMap(message ->
                        AppMessages.said(message.content(), message.said(), message.channel()))
                    .map(Content.Outbound::choices)
                    .filter(choices -> place < choices.size())
                    .map(choices -> choices.get(place)))
            .filter(Choice.Say.class::isInstance)
            .flatMap(choice -> response.message().map(((Choice.Say) choice)::given));
    return new Content.ChoiceResponse(
        response.message(), data.orElse(response.data()), Optional.empty());
  }

  private void notMapped(Item.Event item, Optional<Party> party) {
    String destination =
        item.destination()
            .map(d -> "\"destination\":" + Json.text(StringNode.valueOf(d)) + ",")
            .orElse("");
    String payload = "{" + destination + "\"events\":[" + item.forwarded() + "]}";
    effects.emit(
        new Fact.NotMapped(
            item.app(),
            item.account().channel(),
            party
                .map(people::withConversation)
                .map(known -> known.sealedBy(authorKey(item).orElse(known.key()))),
            state.ulids.next(),
            payload,
            state.at,
            item.event().head().occurredAt()));
  }

  /** Whoever writes has not blocked the account; facts go by their own time and never go back. */
  private void heardFrom(Party party, InboundEvent event) {
    Instant occurred = event.head().occurredAt().orElse(state.at);
    IdentityRow identity = people.identityOf(party);
    if (identity.friendAt().isPresent() && identity.friendAt().get().isAfter(occurred)) {
      return;
    }
    Optional<Friend> friend =
        switch (event) {
          case InboundEvent.Followed _ -> Optional.of(Friend.FRIEND);
          case InboundEvent.Unfollowed _ -> Optional.of(Friend.BLOCKED);
          case InboundEvent.Receipt _,
              InboundEvent.Complained _,
              InboundEvent.Unsubscribed _,
              InboundEvent.AccountNews _,
              InboundEvent.Subscription _,
              InboundEvent.PiecesOverdue _ ->
              Optional.empty();
          case InboundEvent.Message _,
              InboundEvent.Piece _,
              InboundEvent.StickerSent _,
              InboundEvent.Edited _,
              InboundEvent.Delivered _,
              InboundEvent.Chosen _,
              InboundEvent.Reacted _,
              InboundEvent.Unsent _,
              InboundEvent.Unknown _ ->
              identity.friend() == Friend.BLOCKED ? Optional.of(Friend.UNKNOWN) : Optional.empty();
        };
    friend.ifPresent(now -> people.setFriend(identity, now, occurred));
  }

  private void unsend(InboundEvent.Unsent unsent, Party party) throws SQLException {
    Optional<ConversationId> conversation = people.withConversation(party).conversation();
    ConversationId known =
        isDispatch(party.app())
            ? people.place(party, true)
            : conversation.orElseGet(() -> people.place(people.inConversation(party), false));
    Unsend unsend = new Unsend(known, unsent.platformMessageId(), state.at);
    ConverseStore.insertUnsent(state.transaction, unsend);
    state.anyUnsent = true;
    EditStore.forget(state.transaction, known, unsent.platformMessageId());
    for (UnsentMessage message :
        ConverseStore.messagesOf(state.transaction, unsend, people.identityOf(party).id())) {
      Log.deleteParts(
          state.transaction, message.index(), message.parts().first(), message.parts().end());
      ConverseStore.clear(state.transaction, message.id(), emptied(party.key(), message.id()));
      effects.emit(new Fact.TakenBack(message.id()));
    }
    for (int i = 0; i < state.newMessages.size(); i++) {
      MessageRow row = state.newMessages.get(i);
      if (row.conversation().equals(known)
          && Optional.of(unsent.platformMessageId()).equals(row.platformId())) {
        Log.deleteParts(state.transaction, row.index(), row.parts().first(), row.parts().end());
        state.newMessages.set(i, row.withoutReply().with(emptied(party.key(), row.id())));
        effects.emit(new Fact.TakenBack(row.id()));
      }
    }
  }

  private boolean isTakenBack(ConversationId conversation, String platformId) throws SQLException {
    return !ConverseStore.unsentBefore(
            state.transaction, List.of(new Unsend(conversation, platformId, state.at)))
        .isEmpty();
  }

  private Bytes emptied(DataKey key, MessageId id) {
    return state.vault.seal(
        key, Json.bytes(Json.object()).array(), Rows.associated("message", id.value()));
  }

  private Optional<DataKey> authorKey(Item.Event item) {
    return FoldPeople.author(item).map(state::key);
  }

  static boolean isLate(Item.Event item) {
    return item.occurredAt().isBefore(item.entry().at().minus(LATE));
  }
}
