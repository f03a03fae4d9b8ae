package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Fact.StoredEvent;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Rows.Friend;
import dev.throughline.conversation.Rows.FriendRow;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.conversation.Rows.StatusRow;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Bytes;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.policy.Permission;
import dev.throughline.policy.SendPolicy;
import dev.throughline.policy.Suppression;
import dev.throughline.store.DatabaseException;
import dev.throughline.store.SqlWork;
import dev.throughline.task.Task;
import dev.throughline.task.TaskStore;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** One transaction of the fold. Thrown away afterwards, whether it committed or not. */
final class FoldWork implements Effects {
  /** An item causes at most 64 tasks: a few facts, each for at most five webhooks. */
  private static final int PLACES_OF_ITEM = 6;

  private final Directory directory;
  private final OptOutLinks links;
  private final List<Reaction> reactions;
  private final FoldState state;
  private final FoldLoad reading;
  private final FoldPeople people;
  private final FoldReplies replies;
  private final FreshTokens tokens;
  private final FoldReceipts receipts;
  private final FoldOffers offers;
  private final FoldEvents events;
  private final FoldSends sends;
  private final FoldAppEvents appEvents;
  private final Heard heard;
  private final FoldConsents consents;
  private final FoldAsked asked;

  /** Of two contacts that became one, another holds the tokens now. */
  private boolean contactsChanged;

  /** The place in its lane of the next task that the item at hand makes. */
  private int place;

  FoldWork(
      Vault vault,
      Ulids ulids,
      Directory directory,
      ClockDrift drift,
      StickerPictures pictures,
      OptOutLinks links,
      Quotes quotes,
      FreshTokens tokens,
      SeenEvents seen,
      List<Reaction> reactions,
      Connection transaction) {
    this.directory = directory;
    this.links = links;
    this.reactions = reactions;
    this.tokens = tokens;
    this.state = new FoldState(vault, ulids, transaction);
    this.reading = new FoldLoad(state, directory, seen);
    this.people = new FoldPeople(state, this);
    this.replies = new FoldReplies(state, tokens);
    this.appEvents = new FoldAppEvents(vault, transaction);
    this.receipts = new FoldReceipts(state, this);
    this.offers = new FoldOffers(state, people);
    this.heard = new Heard(state, people);
    this.consents = new FoldConsents(vault, ulids, transaction);
    this.events =
        new FoldEvents(
            state,
            people,
            replies,
            receipts,
            offers,
            appEvents,
            heard,
            new FoldOptWords(state, consents, this),
            pictures,
            this,
            drift);
    this.sends = new FoldSends(state, people, quotes, this);
    this.asked = new FoldAsked(state, people, sends, appEvents, consents, this);
  }

  /** As {@link FoldLoad#begin}. */
  void begin(List<Item> items) throws SQLException {
    reading.begin(items);
  }

  /** As {@link FoldLoad#goOn}. */
  void goOn(List<Item> items, Set<ContactId> touched) throws SQLException {
    reading.goOn(touched);
    loadConsents(items);
  }

  /** As {@link FoldLoad#load}. */
  void load(List<Item> items, boolean untouched) throws SQLException {
    reading.load(items, untouched);
    loadConsents(items);
  }

  private void loadConsents(List<Item> items) throws SQLException {
    boolean asks =
        items.stream().anyMatch(item -> item instanceof Item.Send || item instanceof Item.Asked);
    if (asks || state.sent.values().stream().anyMatch(sent -> sent.plan().isPresent())) {
      // Whoever may be sent to, known already or not.
      Set<Bytes> addressed = new HashSet<>(state.identities.keySet());
      addressed.addAll(state.hashes.values());
      consents.load(addressed);
    }
  }

  void apply(Item item) throws SQLException {
    state.at = item.entry().at();
    state.index = item.entry().index();
    place = item.position() << PLACES_OF_ITEM;
    switch (item) {
      case Item.Event event -> events.event(event);
      case Item.Webhook(var entry, int _, App _, Account account) ->
          emit(new Fact.WebhookTaken(account, entry.id(), entry.index()));
      case Item.Send send -> sends.send(send);
      case Item.Asked request -> asked.asked(request);
      case Item.Attempt attempt -> attempt(attempt);
      case Item.Outcome outcome -> outcome(outcome);
      case Item.Decision decision -> decision(decision);
      case Item.Change change -> {
        contactsChanged = true;
        change(change);
      }
      case Item.Configured(var entry, ObjectNode record) -> asked(entry, record);
      case Item.People said -> people.said(said);
      case Item.Alarm(var entry, String kind, String subject) ->
          ConverseStore.alarm(state.transaction, kind, subject, entry.at());
    }
  }

  void write() throws SQLException {
    Vault.insert(state.transaction, state.keys.values());
    ConverseStore.insertContacts(
        state.transaction, state.newContacts, state.at, state.vault.epoch());
    ConverseStore.insertIdentities(
        state.transaction, state.newIdentities, state.kinOfNew, state.vault.epoch());
    ConverseStore.insertConversations(state.transaction, state.newConversations, state.at);
    ConverseStore.insertMessages(state.transaction, state.newMessages);
    ConverseStore.insertReplies(state.transaction, state.newReplies);
    ConverseStore.insertEntries(state.transaction, state.messageEntries);
    SentAs.insert(state.transaction, state.named);
    ConverseStore.updateFriends(state.transaction, state.friends.values());
    ConverseStore.updateStatus(state.transaction, state.statuses.values());
    appEvents.write();
    TaskStore.write(state.transaction, state.taskChanges, state.at);
    for (Map.Entry<String, Integer> path : state.undocumented.entrySet()) {
      ConverseStore.alarm(
          state.transaction, "undocumented", path.getKey(), path.getValue(), state.at);
    }
    for (MessageId message : state.plansToKeep) {
      Sent sent = state.sent.get(message.value());
      if (sent != null && sent.plan().isPresent()) {
        PlanStore.write(
            state.transaction, state.vault, sent.party().key(), message, sent.plan().get());
      }
    }
    for (SqlWork<Integer> work : state.writes) {
      work.run(state.transaction);
    }
    replies.forgetOld();
    offers.forgetOld();
  }

  List<Task.Change> taskChanges() {
    return state.taskChanges;
  }

  /** Whom it may have changed something of. */
  Set<ContactId> contacts() {
    Set<ContactId> contacts = new HashSet<>();
    state.identities.values().forEach(row -> contacts.add(row.contact()));
    return contacts;
  }

  List<Ulid> parkedToReplay() {
    return state.parkedToReplay;
  }

  /**
   * @param last the index of the last entry that was folded
   */
  void committed(long last) {
    state.vault.admit(state.keys);
    tokens.folded(last, state.newMessages, state.newReplies);
    if (contactsChanged) {
      tokens.forget();
    }
    state.afterwards.forEach(Runnable::run);
  }

  private void attempt(Item.Attempt item) throws SQLException {
    offers.attempted(item);
    belongsToEvent(item.record());
    FoldLoad.message(item.record())
        .ifPresent(id -> state.messageEntries.add(new MessageEntry(id, state.index)));
    FoldLoad.ulid(item.record(), Changes.TASK)
        .ifPresent(task -> change(new Task.Change.Attempted(task, item.entry().id(), state.at)));
  }

  private void outcome(Item.Outcome item) throws SQLException {
    offers.concluded(item);
    belongsToEvent(item.record());
    FoldLoad.message(item.record())
        .ifPresent(id -> state.messageEntries.add(new MessageEntry(id, state.index)));
    Optional<Task> task = FoldLoad.ulid(item.record(), Changes.TASK).map(state.tasks::get);
    task.ifPresent(known -> concluded(item, known));
    receipts.named(item);
  }

  private void concluded(Item.Outcome item, Task task) {
    state
        .vault
        .open(task.sealed(), Task.associated(task.id()))
        .ifPresentOrElse(
            body ->
                emit(new Fact.OutcomeKnown(task, body, item.record(), item.entry().id(), state.at)),
            () -> change(new Task.Change.Done(task.id())));
  }

  private void belongsToEvent(ObjectNode record) {
    FoldLoad.ulid(record, "event")
        .map(EventId::new)
        .ifPresent(id -> appEvents.belongs(id, state.index));
  }

  private void decision(Item.Decision item) {
    String decision = Json.string(item.record(), Changes.DECISION).orElse("");
    FoldLoad.message(item.record())
        .filter(id -> state.sent.containsKey(id.value()))
        .ifPresent(id -> state.messageEntries.add(new MessageEntry(id, state.index)));
    switch (decision) {
      case Changes.REPLAY, Changes.RESEND -> {
        FoldLoad.ulid(item.record(), Changes.PARKED).ifPresent(state.parkedToReplay::add);
        FoldLoad.ulid(item.record(), Changes.TASK)
            .map(state.tasks::get)
            .ifPresent(task ->
                state
                    .vault
                    .open(task.sealed(), Task.associated(task.id()))
                    .ifPresent(body -> emit(new Fact.ReplayAsked(task, body, state.at))));
      }
      case Changes.CANCEL -> {
        Optional<Task> task = FoldLoad.ulid(item.record(), Changes.TASK).map(state.tasks::get);
        FoldLoad.message(item.record())
            .flatMap(id -> sent(id.value()))
            .ifPresent(sent -> emit(new Fact.CancelAsked(sent, task, state.at)));
      }
      case Changes.FORGET_BLOCK ->
          item.record()
              .path(Changes.IDENTITIES)
              .forEach(id ->
                  Ulids.parse(id.asString(""))
                      .ifPresent(identity ->
                          state.friends.put(
                              identity, new FriendRow(identity, Friend.UNKNOWN, state.at))));
      default -> asked(item.entry(), item.record());
    }
  }

  /** Of no effect here: reactions know what follows from it. */
  private void asked(LogEntry entry, ObjectNode record) {
    Optional<DataKey> key = entry.key().flatMap(state.vault::key);
    if (key.isPresent() && entry.subject() instanceof Subject.Project(String project)) {
      emit(new Fact.Asked(new ProjectId(project), record, key.get(), state.at));
    }
  }

  /** The rows were changed with the entry; what is left is to tell of it. */
  private void change(Item.Change item) throws SQLException {
    new ToldChanges(state.vault, directory, state.transaction, this).tell(item);
  }

  @Override
  public Instant at() {
    return state.at;
  }

  @Override
  public long index() {
    return state.index;
  }

  @Override
  public Ulid newId() {
    return state.ulids.next();
  }

  @Override
  public Ulid add(NewTask task) {
    Ulid id = state.ulids.next();
    change(
        new Task.Change.Created(
            new Task(
                id,
                task.lane(),
                Task.seq(state.index, place()),
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
                state.vault.seal(task.key(), task.body().array(), Task.associated(id)))));
    return id;
  }

  @Override
  public void add(NewWork work) {
    Ulid id = state.ulids.next();
    state.taskChanges.add(
        new Task.Change.Created(
            new Task(
                id,
                work.lane(),
                Task.seq(state.index, place()),
                work.kind(),
                work.priority(),
                work.due(),
                Optional.empty(),
                Optional.empty(),
                0,
                false,
                work.app(),
                Optional.empty(),
                work.target(),
                state.vault.seal(work.key(), work.body().array(), Task.associated(id)))));
  }

  @Override
  public Ulid replace(Task task, String kind, DataKey key, Bytes body, Instant due) {
    Ulid id = state.ulids.next();
    change(new Task.Change.Done(task.id()));
    change(
        new Task.Change.Created(
            new Task(
                id,
                task.lane(),
                task.seq(),
                kind,
                task.priority(),
                due,
                Optional.empty(),
                Optional.empty(),
                0,
                task.doubtful(),
                task.app(),
                task.contact(),
                task.target(),
                state.vault.seal(key, body.array(), Task.associated(id)))));
    return id;
  }

  @Override
  public void change(Task.Change change) {
    state.taskChanges.add(change);
    switch (change) {
      case Task.Change.Created(Task task) -> state.tasks.put(task.id(), task);
      case Task.Change.Attempted(Ulid id, Ulid attempt, Instant time) ->
          state.tasks.computeIfPresent(id, (_, task) -> task.attempted(attempt, time));
      case Task.Change.Again(Ulid id, Instant due, int tries, String _, boolean inDoubt) ->
          state.tasks.computeIfPresent(id, (_, task) -> task.again(due, tries, inDoubt));
      case Task.Change.Done(Ulid id) -> state.tasks.remove(id);
      case Task.Change.Shelved(Ulid id, Task.Shelf shelf, int tries, String _) ->
          state.tasks.computeIfPresent(
              id, (_, task) -> task.again(task.due(), tries, shelf == Task.Shelf.UNKNOWN));
    }
  }

  @Override
  public Optional<Task> task(Ulid id) {
    return Optional.ofNullable(state.tasks.get(id));
  }

  @Override
  public void keep(MessageId message, KeptPlan plan) {
    Sent sent = state.sent.get(message.value());
    if (sent == null) {
      throw new IllegalStateException("a plan without its message");
    }
    state.sent.put(message.value(), new Sent(sent.party(), sent.message(), Optional.of(plan)));
    state.plansToKeep.add(message);
  }

  @Override
  public void move(Party party, StoredMessage message, Optional<AccountId> account) {
    Optional<KeptPlan> plan =
        Optional.ofNullable(state.sent.get(message.id().value())).flatMap(Sent::plan);
    state.sent.put(message.id().value(), new Sent(party, message, plan));
    Ulid identity = people.identityOf(party).id();
    Bytes sealed = FoldSends.seal(state, party, message);
    state.writes.add(
        c -> ConverseStore.move(c, message.id(), message.channel(), identity, account, sealed));
  }

  @Override
  public List<Sent> waitingFor(AppId app, ContactId contact) {
    return state.sent.values().stream()
        .filter(sent -> sent.party().app().id().equals(app))
        .filter(
            sent -> sent.plan().filter(p -> p.open() && p.contacts().contains(contact)).isPresent())
        .toList();
  }

  @Override
  public void status(
      Party party, StoredMessage message, DeliveryStatus status, Optional<Reason> reason) {
    Optional<Bytes> sealed =
        reason.map(why -> {
          ObjectNode json = Json.object();
          json.put("description", why.description());
          return state.vault.seal(
              party.key(),
              Json.bytes(json).array(),
              Rows.associated("message-status", message.id().value()));
        });
    state.statuses.put(
        message.id(),
        new StatusRow(
            message.id(), status.name(), state.at, reason.map(r -> r.code().name()), sealed));
    state.shelf.mark(
        message.id(), reason.map(Reason::code).filter(Reason.Code.UNKNOWN::equals).isPresent());
    StoredMessage changed = message.with(status);
    Sent before = state.sent.get(message.id().value());
    state.sent.put(
        message.id().value(),
        before == null
            ? new Sent(party, changed, Optional.empty())
            : new Sent(before.party(), before.message().with(status), before.plan()));
    emit(new Fact.StatusChanged(party, changed, status, reason, state.at));
  }

  @Override
  public void status(
      Party party, StoredEvent event, DeliveryStatus status, Optional<Reason> reason) {
    appEvents.status(event.id(), status, reason, state.at);
    emit(new Fact.EventStatusChanged(party, event, status, reason, state.at));
  }

  @Override
  public Optional<Party> party(AppId app, Identity identity) {
    return directory
        .app(app)
        .filter(
            found -> state.identities.containsKey(state.hash(FoldPeople.person(found, identity))))
        .map(found -> people.withConversation(people.party(found, identity)));
  }

  @Override
  public Optional<Party> party(AppId app, Identity identity, boolean dispatched) {
    return directory
        .app(app)
        .filter(
            found -> state.identities.containsKey(state.hash(FoldPeople.person(found, identity))))
        .map(found -> people.withConversation(people.party(found, identity, dispatched)));
  }

  @Override
  public Optional<String> readToken(Party party, AccountId account) {
    return asked.readToken(party, account);
  }

  @Override
  public Duration silence(Party party, AccountId account) {
    return heard.silence(party, account);
  }

  @Override
  public String optOutUrl(Party party, MessageClass sent) {
    return links.of(
        new OptOutLinks.Link(
            party.app().id(), party.identity(), OptOutLinks.listOf(sent), state.at),
        party.key());
  }

  @Override
  public void suppress(Party party, Suppression.Why why) {
    try {
      consents.suppress(
          state.hash(FoldPeople.person(party.app(), party.identity())),
          party,
          Suppression.of(why, state.at));
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }

  @Override
  public Permission permission(Party party, MessageClass sent, boolean urgent) {
    SendPolicy policy = party.app().settings().policy();
    Bytes hash = state.hash(FoldPeople.person(party.app(), party.identity()));
    Optional<Reason> refusal =
        policy.refusal(
            party.identity().channel(), sent, consents.standing(party.app().id(), hash), state.at);
    if (refusal.isPresent()) {
      return new Permission.Refused(refusal.get());
    }
    if (!policy.mayHold(sent, urgent)) {
      return new Permission.Granted();
    }
    try {
      return policy.hours(
          sent,
          state.at,
          ContactZone.find(
              state.transaction,
              state.vault,
              Optional.of(party.contact()),
              party.identity(),
              policy.quietHours().zone()));
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }

  @Override
  public boolean isNews(AccountId account, String trouble, Duration pause) {
    try {
      return ConverseStore.isNews(
          state.transaction, account, trouble, state.at, state.at.minus(pause));
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }

  @Override
  public void emit(Fact fact) {
    for (Reaction reaction : reactions) {
      reaction.react(fact, this);
    }
  }

  @Override
  public Optional<Sent> sent(Ulid message) {
    return Optional.ofNullable(state.sent.get(message));
  }

  @Override
  public Optional<Task> shelved(Party party, StoredMessage message) {
    return state.shelf.of(party, message.id());
  }

  @Override
  public boolean isBlocked(Party party) {
    return people.identityOf(party).friend() == Friend.BLOCKED;
  }

  @Override
  public Optional<ReplyToken> takeReplyToken(Party party, AccountId account, Duration age) {
    return replies.take(party, account, age);
  }

  @Override
  public void alarm(String kind, String subject) {
    Instant now = state.at;
    state.writes.add(c -> {
      ConverseStore.alarm(c, kind, subject, now);
      return 1;
    });
  }

  @Override
  public void write(SqlWork<Integer> work) {
    state.writes.add(work);
  }

  @Override
  public void afterwards(Runnable work) {
    state.afterwards.add(work);
  }

  private int place() {
    return place++;
  }
}
