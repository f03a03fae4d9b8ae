package dev.throughline.conversation;

import dev.throughline.contract.AppMessages;
import dev.throughline.contract.Contents;
import dev.throughline.contract.Json;
import dev.throughline.contract.MergePatch;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Rows.ContactRow;
import dev.throughline.conversation.Rows.ConversationRow;
import dev.throughline.conversation.Rows.FreeReply;
import dev.throughline.conversation.Rows.Friend;
import dev.throughline.conversation.Rows.FriendRow;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.conversation.Rows.PartRange;
import dev.throughline.conversation.Rows.ReplyRow;
import dev.throughline.conversation.Rows.StatusRow;
import dev.throughline.conversation.Rows.Unsend;
import dev.throughline.conversation.Rows.UnsentMessage;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Choice;
import dev.throughline.message.Content;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.Reason;
import dev.throughline.message.SendRequest;
import dev.throughline.message.Ulids;
import dev.throughline.store.SqlWork;
import dev.throughline.task.Task;
import dev.throughline.task.TaskStore;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * One transaction of the fold: what it read, what it decided, what it will write. Thrown away
 * afterwards, whether it committed or not.
 */
final class FoldWork implements Effects {
  /**
   * Events that happened longer ago are kept and not acted on: duplicates are not known so long.
   */
  private static final Duration LATE = Duration.ofDays(30);

  /** Reply tokens are of no use long before; see the LINE specification on reply tokens. */
  private static final Duration REPLY_TOKENS_KEPT = Duration.ofMinutes(30);

  /** An item causes at most 64 tasks: a few facts, each for at most five webhooks. */
  private static final int PLACES_OF_ITEM = 6;

  private final Vault vault;
  private final Ulids ulids;
  private final Directory directory;
  private final ClockDrift drift;
  private final List<Reaction> reactions;
  private final Connection transaction;

  // What was read.
  private final Set<UUID> fresh = new HashSet<>();
  private final Map<Bytes, IdentityRow> identities = new HashMap<>();
  private final Map<ContactId, List<IdentityRow>> identitiesOfContact = new HashMap<>();
  private final Map<AppContact, ConversationRow> conversations = new HashMap<>();
  private final Map<Ulid, Task> tasks = new HashMap<>();
  private final Map<Ulid, Sent> sent = new HashMap<>();
  private final Map<Owner, DataKey> keys = new HashMap<>();
  private final Map<Owner, Bytes> hashes = new HashMap<>();
  private boolean anyUnsent;

  // What will be written.
  private final List<ContactRow> newContacts = new ArrayList<>();
  private final List<IdentityRow> newIdentities = new ArrayList<>();
  private final List<ConversationRow> newConversations = new ArrayList<>();
  private final List<MessageRow> newMessages = new ArrayList<>();
  private final List<ReplyRow> newReplies = new ArrayList<>();
  private final List<MessageEntry> messageEntries = new ArrayList<>();
  private final Map<Ulid, FriendRow> friends = new LinkedHashMap<>();
  private final Map<MessageId, StatusRow> statuses = new LinkedHashMap<>();
  private final List<Task.Change> taskChanges = new ArrayList<>();
  private final List<SqlWork<Integer>> writes = new ArrayList<>();
  private final List<Runnable> afterwards = new ArrayList<>();
  private final List<Ulid> parkedToReplay = new ArrayList<>();

  // The item at hand.
  private Instant at = Instant.EPOCH;
  private long index;
  private int place;

  FoldWork(
      Vault vault,
      Ulids ulids,
      Directory directory,
      ClockDrift drift,
      List<Reaction> reactions,
      Connection transaction) {
    this.vault = vault;
    this.ulids = ulids;
    this.directory = directory;
    this.drift = drift;
    this.reactions = reactions;
    this.transaction = transaction;
  }

  /** Reads all that the items touch, in a few queries. */
  void load(List<Item> items) throws SQLException {
    List<EventKey> seen = new ArrayList<>();
    Set<Owner.Person> people = new HashSet<>();
    Set<ContactId> contacts = new HashSet<>();
    Set<Ulid> taskIds = new HashSet<>();
    Set<MessageId> messageIds = new HashSet<>();
    boolean unsends = false;
    for (Item item : items) {
      switch (item) {
        case Item.Event event -> {
          if (!isLate(event)) {
            seen.add(event.key());
          }
          person(event).ifPresent(people::add);
          author(event).ifPresent(people::add);
          if (event.event() instanceof InboundEvent.Chosen chosen) {
            chosen.response().message().ifPresent(messageIds::add);
          }
          unsends = true;
        }
        case Item.Send send -> {
          switch (send.request().recipient()) {
            case SendRequest.Recipient.ByContact(ContactId contact) -> contacts.add(contact);
            case SendRequest.Recipient.ByIdentities(List<Identity> named) ->
                named.forEach(identity -> people.add(person(send.app(), identity)));
          }
        }
        case Item.Attempt attempt -> message(attempt.record()).ifPresent(messageIds::add);
        case Item.Outcome outcome -> {
          ulid(outcome.record(), Changes.TASK).ifPresent(taskIds::add);
          message(outcome.record()).ifPresent(messageIds::add);
        }
        case Item.Decision decision -> {
          ulid(decision.record(), Changes.TASK).ifPresent(taskIds::add);
          message(decision.record()).ifPresent(messageIds::add);
        }
        case Item.Change change ->
            ulid(change.record(), Changes.CONTACT).map(ContactId::new).ifPresent(contacts::add);
        case Item.Alarm _ -> {}
      }
    }
    fresh.addAll(ConverseStore.markSeen(transaction, seen));
    loadKeys(people);
    loadPeople(people, contacts);
    loadTasks(taskIds);
    items.stream()
        .filter(Item.Decision.class::isInstance)
        .forEach(decision -> messageOfTask((Item.Decision) decision).ifPresent(messageIds::add));
    loadMessages(messageIds);
    anyUnsent = unsends && ConverseStore.anyUnsent(transaction);
  }

  void apply(Item item) throws SQLException {
    at = item.entry().at();
    index = item.entry().index();
    place = item.position() << PLACES_OF_ITEM;
    switch (item) {
      case Item.Event event -> event(event);
      case Item.Send send -> send(send);
      case Item.Attempt attempt -> attempt(attempt);
      case Item.Outcome outcome -> outcome(outcome);
      case Item.Decision decision -> decision(decision);
      case Item.Change change -> change(change);
      case Item.Alarm(var entry, String kind, String subject) ->
          ConverseStore.alarm(transaction, kind, subject, entry.at());
    }
  }

  void write() throws SQLException {
    Vault.insert(transaction, keys.values());
    ConverseStore.insertContacts(transaction, newContacts, at, vault.epoch());
    ConverseStore.insertIdentities(transaction, newIdentities, vault.epoch());
    ConverseStore.insertConversations(transaction, newConversations, at);
    ConverseStore.insertMessages(transaction, newMessages);
    ConverseStore.insertReplies(transaction, newReplies);
    ConverseStore.insertEntries(transaction, messageEntries);
    ConverseStore.updateFriends(transaction, friends.values());
    ConverseStore.updateStatus(transaction, statuses.values());
    TaskStore.write(transaction, taskChanges, at);
    for (SqlWork<Integer> work : writes) {
      work.run(transaction);
    }
    if (!newReplies.isEmpty()) {
      ConverseStore.forgetReplies(transaction, at.minus(REPLY_TOKENS_KEPT));
    }
  }

  List<Task.Change> taskChanges() {
    return taskChanges;
  }

  List<Ulid> parkedToReplay() {
    return parkedToReplay;
  }

  void committed() {
    vault.admit(keys);
    afterwards.forEach(Runnable::run);
  }

  // --- What came in -----------------------------------------------------------------------------

  private void event(Item.Event item) throws SQLException {
    if (isLate(item)) {
      ConverseStore.alarm(transaction, "event_late", item.account().id().toString(), at);
      return;
    }
    if (!fresh.remove(item.key().id())) {
      return;
    }
    if (!item.event().head().redelivered()) {
      item.event().head().occurredAt().ifPresent(occurred -> drift.saw(occurred, at));
    }
    Optional<Party> party = item.event().head().chat().map(chat -> party(item.app(), chat));
    party.ifPresent(known -> heardFrom(known, item.event()));
    switch (item.event()) {
      case InboundEvent.Message message when party.isPresent() ->
          message(item, message.content(), Optional.of(message.platformMessageId()), party.get());
      case InboundEvent.Chosen chosen when party.isPresent() ->
          message(item, chosen.response(), Optional.empty(), party.get());
      case InboundEvent.Followed followed when party.isPresent() -> {
        keepReplyToken(item, followed, party.get());
        emit(new Fact.Opted(party.get(), true, at, followed.head().occurredAt()));
      }
      case InboundEvent.Unfollowed unfollowed when party.isPresent() ->
          emit(new Fact.Opted(party.get(), false, at, unfollowed.head().occurredAt()));
      case InboundEvent.Unsent unsent when party.isPresent() -> {
        unsend(unsent, party.get());
        notMapped(item, party);
      }
      case InboundEvent other -> {
        party.ifPresent(known -> keepReplyToken(item, other, known));
        notMapped(item, party);
      }
    }
  }

  private void message(
      Item.Event item, Content.Inbound said, Optional<String> platformId, Party known)
      throws SQLException {
    Party party = inConversation(known);
    ConversationId conversation = party.conversation().orElseThrow();
    MessageId id = new MessageId(ulids.next());
    InboundEvent.Head head = item.event().head();
    boolean takenBack =
        anyUnsent && platformId.isPresent() && isTakenBack(conversation, platformId.get());
    Optional<StoredMessage> offered = Optional.empty();
    Content.Inbound content = said;
    if (said instanceof Content.ChoiceResponse response) {
      Optional<Sent> found = offered(response);
      boolean another = found.isPresent() && !isFor(found.get(), party);
      offered = another ? Optional.empty() : found.map(Sent::message);
      content =
          another
              ? new Content.ChoiceResponse(Optional.empty(), response.data(), Optional.empty())
              : chosen(response, offered);
    }
    boolean dispatch = item.app().processingMode() == App.ProcessingMode.DISPATCH;
    if (dispatch && !takenBack) {
      keepReplyToken(item, item.event(), party);
    }
    Optional<String> replyToken =
        head.standby() || dispatch ? Optional.empty() : head.replyToken();
    Optional<String> sender =
        head.author()
            .filter(author -> !Optional.of(author).equals(head.chat()))
            .map(Identity::value);
    DataKey key = sender.isPresent() ? authorKey(item).orElse(party.key()) : party.key();
    ObjectNode sealed = Json.object();
    if (takenBack) {
      Log.deleteParts(transaction, index, item.parts().first(), item.parts().end());
    } else {
      sealed.set("content", Contents.toJson(content));
      String answered = offered.map(StoredMessage::metadata).orElse("");
      if (!answered.isEmpty()) {
        sealed.put("metadata", answered);
      }
    }
    sender.ifPresent(value -> sealed.put("sender_id", value));
    replyToken.filter(_ -> !takenBack).ifPresent(token -> sealed.put("reply_token", token));
    newMessages.add(
        new MessageRow(
            id,
            item.app().project(),
            item.app().id(),
            conversation,
            party.contact(),
            identityOf(party).id(),
            Optional.of(item.account().id()),
            item.account().channel(),
            true,
            at,
            head.occurredAt(),
            item.app().processingMode().name(),
            "RECEIVED",
            index,
            item.position(),
            item.parts(),
            platformId,
            replyToken.isPresent() && !takenBack,
            vault.seal(key, Json.bytes(sealed).array(), Rows.associated("message", id.value()))));
    if (takenBack) {
      return;
    }
    ObjectNode about = conversationData(party);
    emit(
        new Fact.MessageReceived(
            party,
            id,
            content,
            offered.map(StoredMessage::metadata).orElse(""),
            at,
            head.occurredAt(),
            sender,
            item.app().settings().reportsMetadata()
                ? Json.string(about, "metadata").orElse("")
                : "",
            Json.string(about, "correlation_id")));
  }

  /** The message that somebody chose from, if it is still here. */
  private Optional<Sent> offered(Content.ChoiceResponse response) {
    return response.message().map(id -> sent.get(id.value()));
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
                    .flatMap(message -> AppMessages.stored(message.content()))
                    .map(message -> message.content().choices())
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
    String payload = "{" + destination + "\"events\":[" + item.event().head().raw() + "]}";
    emit(
        new Fact.NotMapped(
            item.app(),
            item.account().channel(),
            party.map(this::withConversation),
            ulids.next(),
            payload,
            at,
            item.event().head().occurredAt()));
  }

  private void keepReplyToken(Item.Event item, InboundEvent event, Party party) {
    InboundEvent.Head head = event.head();
    if (!head.standby() && head.replyToken().isPresent()) {
      newReplies.add(
          new ReplyRow(
              index,
              item.position(),
              party.contact(),
              item.account().id(),
              at,
              vault.seal(
                  party.key(),
                  Bytes.utf8(head.replyToken().get()).array(),
                  replyAssociated(index, item.position()))));
    }
  }

  /** Whoever writes has not blocked the account; facts go by their own time and never go back. */
  private void heardFrom(Party party, InboundEvent event) {
    Instant occurred = event.head().occurredAt().orElse(at);
    IdentityRow identity = identityOf(party);
    if (identity.friendAt().isPresent() && identity.friendAt().get().isAfter(occurred)) {
      return;
    }
    Optional<Friend> friend =
        switch (event) {
          case InboundEvent.Followed _ -> Optional.of(Friend.FRIEND);
          case InboundEvent.Unfollowed _ -> Optional.of(Friend.BLOCKED);
          case InboundEvent.Message _,
              InboundEvent.Chosen _,
              InboundEvent.Unsent _,
              InboundEvent.Unknown _ ->
              identity.friend() == Friend.BLOCKED ? Optional.of(Friend.UNKNOWN) : Optional.empty();
        };
    friend.ifPresent(now -> setFriend(identity, now, occurred));
  }

  private void setFriend(IdentityRow identity, Friend friend, Instant occurred) {
    IdentityRow changed =
        new IdentityRow(
            identity.id(),
            identity.contact(),
            identity.channel(),
            identity.app(),
            identity.hash(),
            friend,
            Optional.of(occurred),
            identity.sealed());
    identities.put(identity.hash(), changed);
    int fresh = newIdentities.indexOf(identity);
    if (fresh >= 0) {
      newIdentities.set(fresh, changed);
    } else {
      friends.put(identity.id(), new FriendRow(identity.id(), friend, occurred));
    }
  }

  private void unsend(InboundEvent.Unsent unsent, Party party) throws SQLException {
    Optional<ConversationId> conversation = withConversation(party).conversation();
    ConversationId known =
        conversation.isPresent()
            ? conversation.get()
            : inConversation(party).conversation().orElseThrow();
    Unsend unsend = new Unsend(known, unsent.platformMessageId(), at);
    ConverseStore.insertUnsent(transaction, unsend);
    anyUnsent = true;
    for (UnsentMessage message : ConverseStore.messagesOf(
        transaction, unsend, identityOf(party).id())) {
      Log.deleteParts(transaction, message.index(), message.parts().first(), message.parts().end());
      ConverseStore.clear(transaction, message.id(), emptied(party.key(), message.id()));
    }
    for (int i = 0; i < newMessages.size(); i++) {
      MessageRow row = newMessages.get(i);
      if (row.conversation().equals(known)
          && Optional.of(unsent.platformMessageId()).equals(row.platformId())) {
        Log.deleteParts(transaction, row.index(), row.parts().first(), row.parts().end());
        newMessages.set(i, emptied(party.key(), row));
      }
    }
  }

  private boolean isTakenBack(ConversationId conversation, String platformId) throws SQLException {
    return !ConverseStore.unsentBefore(
            transaction, List.of(new Unsend(conversation, platformId, at)))
        .isEmpty();
  }

  private Bytes emptied(DataKey key, MessageId id) {
    return vault.seal(
        key, Json.bytes(Json.object()).array(), Rows.associated("message", id.value()));
  }

  private MessageRow emptied(DataKey key, MessageRow row) {
    return new MessageRow(
        row.id(),
        row.project(),
        row.app(),
        row.conversation(),
        row.contact(),
        row.identity(),
        row.account(),
        row.channel(),
        row.toApp(),
        row.acceptTime(),
        row.eventTime(),
        row.processingMode(),
        row.status(),
        row.index(),
        row.position(),
        row.parts(),
        row.platformId(),
        false,
        emptied(key, row.id()));
  }

  // --- What goes out ----------------------------------------------------------------------------

  private void send(Item.Send item) {
    SendRequest request = item.request();
    App app = item.app();
    Party party = inConversation(recipient(item));
    Optional<Account> account = app.account(party.identity().channel());
    MessageId id = new MessageId(item.entry().id());
    boolean dispatch =
        request.dispatchOnly() || app.processingMode() == App.ProcessingMode.DISPATCH;
    ObjectNode sealed = Json.object();
    ObjectNode content = Json.object(Bytes.utf8(request.message().json()));
    sealed.set("content", content);
    sealed.put("metadata", request.metadata());
    request.correlationId().ifPresent(value -> sealed.put("correlation_id", value));
    request.callbackUrl().ifPresent(value -> sealed.put("callback_url", value));
    newMessages.add(
        new MessageRow(
            id,
            app.project(),
            app.id(),
            party.conversation().orElseThrow(),
            party.contact(),
            identityOf(party).id(),
            account.map(Account::id),
            party.identity().channel(),
            false,
            at,
            Optional.empty(),
            dispatch ? "DISPATCH" : "CONVERSATION",
            DeliveryStatus.QUEUED.name(),
            index,
            0,
            PartRange.NONE,
            Optional.empty(),
            false,
            vault.seal(
                party.key(), Json.bytes(sealed).array(), Rows.associated("message", id.value()))));
    messageEntries.add(new MessageEntry(id, index));
    keepMetadata(party, request);
    StoredMessage message =
        new StoredMessage(
            id,
            at,
            party.identity().channel(),
            DeliveryStatus.QUEUED,
            content,
            request.metadata(),
            request.correlationId(),
            request.callbackUrl(),
            dispatch);
    sent.put(id.value(), new Sent(party, message));
    emit(new Fact.SendRequested(party, account, message, request));
  }

  private Party recipient(Item.Send item) {
    App app = item.app();
    return switch (item.request().recipient()) {
      case SendRequest.Recipient.ByIdentities(List<Identity> named) ->
          party(app, preferred(app, item.request(), named));
      case SendRequest.Recipient.ByContact(ContactId contact) -> {
        List<Identity> known = new ArrayList<>();
        for (IdentityRow row : identitiesOfContact.getOrDefault(contact, List.of())) {
          if (row.app().isEmpty() || row.app().get().equals(app.id())) {
            open(row).ifPresent(known::add);
          }
        }
        if (known.isEmpty()) {
          throw new IllegalStateException("the contact has no identity to send to any more");
        }
        yield party(app, preferred(app, item.request(), known));
      }
    };
  }

  /** By the request's order of channels, else by the order given, the app's own channels first. */
  private static Identity preferred(App app, SendRequest request, List<Identity> candidates) {
    for (ChannelName channel : request.priority()) {
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

  private void keepMetadata(Party party, SendRequest request) {
    if (request.conversationMetadata().isEmpty() && request.correlationId().isEmpty()) {
      return;
    }
    ConversationId id = party.conversation().orElseThrow();
    ObjectNode data = conversationData(party);
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
    Bytes sealed =
        vault.seal(
            party.key(), Json.bytes(data).array(), Rows.associated("conversation", id.value()));
    AppContact place = new AppContact(party.app().id().value(), party.contact());
    ConversationRow row = conversations.get(place);
    if (row != null) {
      conversations.put(
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
    writes.add(c -> ConverseStore.setConversationData(c, id, sealed));
  }

  private void attempt(Item.Attempt item) {
    message(item.record()).ifPresent(id -> messageEntries.add(new MessageEntry(id, index)));
    ulid(item.record(), Changes.TASK)
        .ifPresent(task -> taskChanges.add(new Task.Change.Attempted(task, item.entry().id(), at)));
  }

  private void outcome(Item.Outcome item) {
    message(item.record()).ifPresent(id -> messageEntries.add(new MessageEntry(id, index)));
    Optional<Task> task = ulid(item.record(), Changes.TASK).map(tasks::get);
    if (task.isEmpty()) {
      return;
    }
    Optional<Bytes> body = vault.open(task.get().sealed(), Task.associated(task.get().id()));
    if (body.isEmpty()) {
      change(new Task.Change.Done(task.get().id()));
      return;
    }
    emit(new Fact.OutcomeKnown(task.get(), body.get(), item.record(), item.entry().id(), at));
  }

  private void decision(Item.Decision item) {
    String decision = Json.string(item.record(), Changes.DECISION).orElse("");
    switch (decision) {
      case Changes.REPLAY, Changes.RESEND -> {
        ulid(item.record(), Changes.PARKED).ifPresent(parkedToReplay::add);
        ulid(item.record(), Changes.TASK)
            .map(tasks::get)
            .ifPresent(task ->
                vault
                    .open(task.sealed(), Task.associated(task.id()))
                    .ifPresent(body -> emit(new Fact.ReplayAsked(task, body, at))));
      }
      case Changes.FORGET_BLOCK ->
          item.record()
              .path(Changes.IDENTITIES)
              .forEach(id ->
                  Ulids.parse(id.asString(""))
                      .ifPresent(identity ->
                          friends.put(identity, new FriendRow(identity, Friend.UNKNOWN, at))));
      default -> {
        // A decision of another version: kept, and of no effect here.
      }
    }
  }

  /** The rows were changed with the entry; what is left is to tell of it. */
  private void change(Item.Change item) throws SQLException {
    new ToldChanges(vault, directory, transaction, this).tell(item);
  }

  // --- Effects ----------------------------------------------------------------------------------

  @Override
  public Instant at() {
    return at;
  }

  @Override
  public Ulid newId() {
    return ulids.next();
  }

  @Override
  public void add(NewTask task) {
    Ulid id = ulids.next();
    taskChanges.add(
        new Task.Change.Created(
            new Task(
                id,
                task.lane(),
                Task.seq(index, place()),
                task.kind(),
                task.priority(),
                task.due(),
                Optional.empty(),
                Optional.empty(),
                0,
                false,
                task.app(),
                Optional.of(task.contact()),
                task.target(),
                vault.seal(task.key(), task.body().array(), Task.associated(id)))));
  }

  @Override
  public void replace(Task task, DataKey key, Bytes body, Instant due) {
    Ulid id = ulids.next();
    taskChanges.add(new Task.Change.Done(task.id()));
    taskChanges.add(
        new Task.Change.Created(
            new Task(
                id,
                task.lane(),
                task.seq(),
                task.kind(),
                task.priority(),
                due,
                Optional.empty(),
                Optional.empty(),
                0,
                task.doubtful(),
                task.app(),
                task.contact(),
                task.target(),
                vault.seal(key, body.array(), Task.associated(id)))));
  }

  @Override
  public void change(Task.Change change) {
    taskChanges.add(change);
  }

  @Override
  public void status(
      Party party, StoredMessage message, DeliveryStatus status, Optional<Reason> reason) {
    Optional<Bytes> sealed =
        reason.map(why -> {
          ObjectNode json = Json.object();
          json.put("description", why.description());
          return vault.seal(
              party.key(),
              Json.bytes(json).array(),
              Rows.associated("message-status", message.id().value()));
        });
    statuses.put(
        message.id(),
        new StatusRow(message.id(), status.name(), at, reason.map(r -> r.code().name()), sealed));
    StoredMessage changed = message.with(status);
    sent.put(message.id().value(), new Sent(party, changed));
    emit(new Fact.StatusChanged(party, changed, status, reason, at));
  }

  @Override
  public void emit(Fact fact) {
    for (Reaction reaction : reactions) {
      reaction.react(fact, this);
    }
  }

  @Override
  public Optional<Sent> sent(Ulid message) {
    return Optional.ofNullable(sent.get(message));
  }

  @Override
  public boolean isBlocked(Party party) {
    return identityOf(party).friend() == Friend.BLOCKED;
  }

  @Override
  public Optional<ReplyToken> takeReplyToken(Party party, AccountId account, Duration age) {
    Instant after = at.minus(age);
    Optional<ReplyToken> fresh = takeFresh(party, account, after);
    if (fresh.isPresent() || party.conversation().isEmpty()) {
      return fresh;
    }
    try {
      Optional<FreeReply> free =
          ConverseStore.freeReply(
              transaction, party.contact(), party.conversation().get(), account, after);
      if (free.isEmpty()) {
        return Optional.empty();
      }
      ConverseStore.take(transaction, free.get());
      return token(free.get()).map(token -> new ReplyToken(token, free.get().received()));
    } catch (SQLException e) {
      throw dev.throughline.store.DatabaseException.of(e);
    }
  }

  @Override
  public void alarm(String kind, String subject) {
    Instant now = at;
    writes.add(c -> {
      ConverseStore.alarm(c, kind, subject, now);
      return 1;
    });
  }

  @Override
  public void write(SqlWork<Integer> work) {
    writes.add(work);
  }

  @Override
  public void afterwards(Runnable work) {
    afterwards.add(work);
  }

  /** A token that came in within this very batch is not in the tables yet. */
  private Optional<ReplyToken> takeFresh(Party party, AccountId account, Instant after) {
    for (int i = newMessages.size() - 1; i >= 0; i--) {
      MessageRow row = newMessages.get(i);
      if (row.hasReply()
          && row.account().equals(Optional.of(account))
          && row.contact().equals(party.contact())
          && row.acceptTime().isAfter(after)) {
        Optional<String> token =
            vault
                .open(row.sealed(), Rows.associated("message", row.id().value()))
                .flatMap(json -> Json.string(Json.object(json), "reply_token"));
        writes.add(c -> ConverseStore.takeOfMessage(c, row.id()));
        newMessages.set(i, withoutReply(row));
        return token.map(value -> new ReplyToken(value, row.acceptTime()));
      }
    }
    return Optional.empty();
  }

  private static MessageRow withoutReply(MessageRow row) {
    return new MessageRow(
        row.id(),
        row.project(),
        row.app(),
        row.conversation(),
        row.contact(),
        row.identity(),
        row.account(),
        row.channel(),
        row.toApp(),
        row.acceptTime(),
        row.eventTime(),
        row.processingMode(),
        row.status(),
        row.index(),
        row.position(),
        row.parts(),
        row.platformId(),
        false,
        row.sealed());
  }

  private Optional<String> token(FreeReply free) {
    return free.message().isPresent()
        ? vault
            .open(free.sealed(), Rows.associated("message", free.message().get().value()))
            .flatMap(json -> Json.string(Json.object(json), "reply_token"))
        : vault
            .open(free.sealed(), replyAssociated(free.index(), free.position()))
            .map(Bytes::asUtf8);
  }

  // --- People and conversations
  // -------------------------------------------------------------------

  private Party party(App app, Identity identity) {
    Owner.Person owner = person(app, identity);
    DataKey key = key(owner);
    Bytes hash = hash(owner);
    IdentityRow row = identities.get(hash);
    if (row == null) {
      row = newPerson(app, identity, owner, key, hash);
    }
    return new Party(app, row.contact(), Optional.empty(), identity, key);
  }

  private IdentityRow newPerson(
      App app, Identity identity, Owner.Person owner, DataKey key, Bytes hash) {
    ContactId contact = new ContactId(ulids.next());
    Ulid id = ulids.next();
    IdentityRow row =
        new IdentityRow(
            id,
            contact,
            identity.channel(),
            owner.scope(),
            hash,
            Friend.UNKNOWN,
            Optional.empty(),
            vault.seal(key, Bytes.utf8(identity.value()).array(), Rows.associated("identity", id)));
    identities.put(hash, row);
    newIdentities.add(row);
    ObjectNode data = Json.object();
    data.put("display_name", "");
    data.put("email", "");
    data.put("external_id", "");
    data.put("metadata", "");
    data.putArray("channel_priority").add(identity.channel().value());
    newContacts.add(
        new ContactRow(
            contact,
            app.project(),
            vault.seal(
                key, Json.bytes(data).array(), Rows.associated("contact", contact.value()))));
    ObjectNode json = Json.object();
    json.put("id", contact.toString());
    ObjectNode address = json.putArray("channel_identities").addObject();
    address.put("channel", identity.channel().value());
    address.put("identity", identity.value());
    address.put("app_id", owner.scope().map(Object::toString).orElse(""));
    json.putArray("channel_priority").add(identity.channel().value());
    json.put("display_name", "");
    json.put("email", "");
    json.put("external_id", "");
    json.put("metadata", "");
    json.put("language", "UNSPECIFIED");
    emit(new Fact.ContactCreated(app.project(), contact, key, at, json));
    return row;
  }

  private Party withConversation(Party party) {
    ConversationRow row =
        conversations.get(new AppContact(party.app().id().value(), party.contact()));
    return row == null ? party : party.in(row.id());
  }

  /** In the active conversation, which starts now if there is none. */
  private Party inConversation(Party party) {
    AppContact place = new AppContact(party.app().id().value(), party.contact());
    ConversationRow row = conversations.get(place);
    if (row != null) {
      return party.in(row.id());
    }
    ConversationRow started =
        new ConversationRow(
            new ConversationId(ulids.next()),
            party.app().project(),
            party.app().id(),
            party.contact(),
            party.identity().channel(),
            identityOf(party).id(),
            Optional.empty());
    conversations.put(place, started);
    newConversations.add(started);
    Party in = party.in(started.id());
    ObjectNode json = Json.object();
    json.put("id", started.id().toString());
    json.put("app_id", party.app().id().toString());
    json.put("contact_id", party.contact().toString());
    json.put("last_received", "1970-01-01T00:00:00Z");
    json.put("active_channel", party.identity().channel().value());
    json.put("active", true);
    json.put("metadata", "");
    emit(new Fact.ConversationStarted(party.app(), party.contact(), party.key(), at, json));
    return in;
  }

  private ObjectNode conversationData(Party party) {
    ConversationRow row =
        conversations.get(new AppContact(party.app().id().value(), party.contact()));
    return row == null || row.sealed().isEmpty()
        ? Json.object()
        : vault
            .open(row.sealed().get(), Rows.associated("conversation", row.id().value()))
            .map(Json::object)
            .orElseGet(Json::object);
  }

  private IdentityRow identityOf(Party party) {
    IdentityRow row = identities.get(hash(person(party.app(), party.identity())));
    if (row == null) {
      throw new IllegalStateException("a party without its identity");
    }
    return row;
  }

  private Optional<Identity> open(IdentityRow row) {
    return vault
        .open(row.sealed(), Rows.associated("identity", row.id()))
        .map(value -> new Identity(row.channel(), value.asUtf8()));
  }

  private static Owner.Person person(App app, Identity identity) {
    return Owners.person(app.project(), app.id(), identity);
  }

  private static Optional<Owner.Person> person(Item.Event item) {
    return item.event().head().chat().map(chat -> person(item.app(), chat));
  }

  private static Optional<Owner.Person> author(Item.Event item) {
    return item.event().head().author().map(author -> person(item.app(), author));
  }

  private Optional<DataKey> authorKey(Item.Event item) {
    return author(item).map(this::key);
  }

  private Bytes hash(Owner.Person owner) {
    return hashes.computeIfAbsent(owner, vault::hash);
  }

  private DataKey key(Owner.Person owner) {
    DataKey key = keys.get(owner);
    if (key == null) {
      key = vault.keyFor(owner);
      keys.put(owner, key);
    }
    return key;
  }

  // --- Reading
  // ------------------------------------------------------------------------------------

  private void loadKeys(Set<Owner.Person> people) {
    keys.putAll(vault.keysFor(people));
  }

  private void loadPeople(Set<Owner.Person> people, Set<ContactId> contacts) throws SQLException {
    List<Bytes> hashes = people.stream().map(this::hash).toList();
    List<IdentityRow> rows = new ArrayList<>(ConverseStore.known(transaction, hashes));
    rows.addAll(ConverseStore.identitiesOf(transaction, contacts));
    Set<ContactId> known = new HashSet<>();
    for (IdentityRow row : rows) {
      identities.putIfAbsent(row.hash(), row);
      if (contacts.contains(row.contact())) {
        identitiesOfContact.computeIfAbsent(row.contact(), c -> new ArrayList<>()).add(row);
      }
      known.add(row.contact());
    }
    vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    for (ConversationRow row : ConverseStore.active(transaction, known)) {
      conversations.putIfAbsent(new AppContact(row.app().value(), row.contact()), row);
    }
  }

  private void loadTasks(Set<Ulid> ids) throws SQLException {
    if (!ids.isEmpty()) {
      List<Task> found = TaskStore.find(transaction, List.copyOf(ids));
      vault.load(found.stream().map(task -> Vault.keyId(task.sealed())).distinct().toList());
      found.forEach(task -> tasks.put(task.id(), task));
    }
  }

  /** Whose send it is that shall be tried again. */
  private Optional<MessageId> messageOfTask(Item.Decision decision) {
    return ulid(decision.record(), Changes.TASK)
        .map(tasks::get)
        .flatMap(task -> vault.open(task.sealed(), Task.associated(task.id())))
        .flatMap(body -> message(Json.object(body)));
  }

  private void loadMessages(Set<MessageId> ids) throws SQLException {
    List<Rows.KnownMessage> found = ConverseStore.messages(transaction, ids);
    vault.load(found.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    vault.load(found.stream().map(row -> Vault.keyId(row.identitySealed())).distinct().toList());
    for (Rows.KnownMessage row : found) {
      known(row).ifPresent(message -> sent.put(row.id().value(), message));
    }
  }

  private Optional<Sent> known(Rows.KnownMessage row) {
    Optional<App> app = directory.app(row.app());
    Optional<DataKey> key = vault.key(Vault.keyId(row.sealed()));
    Optional<Bytes> sealed = vault.open(row.sealed(), Rows.associated("message", row.id().value()));
    Optional<Bytes> address =
        vault.open(row.identitySealed(), Rows.associated("identity", row.identity()));
    if (app.isEmpty() || key.isEmpty() || sealed.isEmpty() || address.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode json = Json.object(sealed.get());
    return Optional.of(
        new Sent(
            new Party(
                app.get(),
                row.contact(),
                row.conversation(),
                new Identity(row.channel(), address.get().asUtf8()),
                key.get()),
            new StoredMessage(
                row.id(),
                row.acceptTime(),
                row.channel(),
                DeliveryStatus.valueOf(row.status()),
                json.path("content") instanceof ObjectNode content ? content : Json.object(),
                Json.string(json, "metadata").orElse(""),
                Json.string(json, "correlation_id"),
                Json.string(json, "callback_url"),
                row.processingMode().equals("DISPATCH"))));
  }

  // --- Small things
  // -------------------------------------------------------------------------------

  private int place() {
    return place++;
  }

  private static boolean isLate(Item.Event item) {
    return item.occurredAt().isBefore(item.entry().at().minus(LATE));
  }

  private static byte[] replyAssociated(long index, int position) {
    return ("reply " + index + ":" + position).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static Optional<MessageId> message(JsonNode record) {
    return ulid(record, "message").map(MessageId::new);
  }

  private static Optional<Ulid> ulid(JsonNode record, String name) {
    return Json.string(record, name).flatMap(Ulids::parse);
  }

  private record AppContact(Ulid app, ContactId contact) {}
}
