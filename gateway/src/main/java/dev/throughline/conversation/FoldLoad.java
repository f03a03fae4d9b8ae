package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.FoldState.AppContact;
import dev.throughline.conversation.Rows.ConversationRow;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.MessageClass;
import dev.throughline.message.SendRequest;
import dev.throughline.message.Ulids;
import dev.throughline.task.Task;
import dev.throughline.task.TaskStore;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads all that a batch of items touches, in a few queries. */
final class FoldLoad {
  private final FoldState state;
  private final Directory directory;
  private final SeenEvents seenEvents;

  FoldLoad(FoldState state, Directory directory, SeenEvents seenEvents) {
    this.state = state;
    this.directory = directory;
    this.seenEvents = seenEvents;
  }

  /**
   * Reads all that the items touch, in a few queries.
   *
   * @param untouched whether the transaction has done nothing yet
   */
  void load(List<Item> items, boolean untouched) throws SQLException {
    List<EventKey> seen = new ArrayList<>();
    Set<Owner.Person> people = new HashSet<>();
    Set<ContactId> contacts = new HashSet<>();
    Set<Ulid> taskIds = new HashSet<>();
    Set<MessageId> messageIds = new HashSet<>();
    List<TemplateStore.Place> templates = new ArrayList<>();
    Set<SentAs.Name> receipts = new HashSet<>();
    Set<SentAs.Name> given = new HashSet<>();
    Set<Owner.Person> doing = new HashSet<>();
    boolean unsends = false;
    for (Item item : items) {
      switch (item) {
        case Item.Event event -> {
          if (!FoldEvents.isLate(event)) {
            seen.add(event.key());
          }
          FoldPeople.person(event).ifPresent(people::add);
          FoldPeople.author(event).ifPresent(people::add);
          FoldPeople.alias(event).ifPresent(people::add);
          if (event.event() instanceof InboundEvent.Chosen chosen) {
            chosen.response().message().ifPresent(messageIds::add);
          }
          event
              .event()
              .receipt()
              .ifPresent(receipt -> {
                if (receipt.of() instanceof InboundEvent.Receipt.Of.Tag(String tag)) {
                  DeliveryTag.of(tag).map(DeliveryTag::message).ifPresent(messageIds::add);
                }
              });
          FoldReceipts.name(event.account(), event.event()).ifPresent(receipts::add);
          if (mayDecide(event.event())) {
            FoldPeople.person(event).ifPresent(doing::add);
          }
          unsends = true;
        }
        case Item.Send send -> {
          send.request()
              .templates()
              .forEach(id -> templates.add(new TemplateStore.Place(send.app().project(), id)));
          switch (send.request().recipient()) {
            case SendRequest.Recipient.ByContact(ContactId contact) -> contacts.add(contact);
            case SendRequest.Recipient.ByIdentities(List<Identity> named) ->
                named.forEach(identity -> people.add(FoldPeople.person(send.app(), identity)));
          }
        }
        case Item.Asked asked -> {
          switch (asked.request().recipient()) {
            case SendRequest.Recipient.ByContact(ContactId contact) -> contacts.add(contact);
            case SendRequest.Recipient.ByIdentities(List<Identity> named) ->
                named.forEach(identity -> people.add(FoldPeople.person(asked.app(), identity)));
          }
        }
        case Item.Attempt attempt -> message(attempt.record()).ifPresent(messageIds::add);
        case Item.Outcome outcome -> {
          ulid(outcome.record(), Changes.CONTACT).map(ContactId::new).ifPresent(contacts::add);
          ulid(outcome.record(), Changes.TASK).ifPresent(taskIds::add);
          message(outcome.record()).ifPresent(messageIds::add);
          FoldReceipts.account(outcome.record())
              .ifPresent(account ->
                  FoldReceipts.platformIds(outcome.record())
                      .forEach(id -> given.add(new SentAs.Name(account, id))));
        }
        case Item.Decision decision -> {
          ulid(decision.record(), Changes.TASK).ifPresent(taskIds::add);
          message(decision.record()).ifPresent(messageIds::add);
        }
        case Item.Change change ->
            ulid(change.record(), Changes.CONTACT).map(ContactId::new).ifPresent(contacts::add);
        case Item.People told ->
            told.said().forEach(said -> people.add(FoldPeople.person(told.app(), said.identity())));
        case Item.Webhook _, Item.Configured _, Item.Alarm _ -> {}
      }
    }
    state.fresh.addAll(seenEvents.mark(state.transaction, seen, untouched));
    loadKeys(people);
    loadPeople(people, contacts);
    loadTemplates(templates);
    if (items.stream().anyMatch(FoldLoad::isDispatched)) {
      state.dispatchData.putAll(
          DispatchData.find(
              state.transaction,
              state.vault,
              state.identities.values().stream().map(IdentityRow::id).toList()));
    }
    loadTasks(taskIds);
    items.stream()
        .filter(Item.Decision.class::isInstance)
        .forEach(decision -> messageOfTask((Item.Decision) decision).ifPresent(messageIds::add));
    messageIds.addAll(PlanStore.openOf(state.transaction, contactsOf(doing)));
    loadReceipts(receipts, given);
    state.sentAs.values().forEach(ours -> messageIds.add(ours.message()));
    loadMessages(messageIds);
    state.anyUnsent = unsends && ConverseStore.anyUnsent(state.transaction);
    state.anyEdits = unsends && EditStore.anyWaiting(state.transaction);
  }

  private static boolean isDispatched(Item item) {
    Optional<App> app =
        item instanceof Item.Event event
            ? Optional.of(event.app())
            : item instanceof Item.Send send ? Optional.of(send.app()) : Optional.empty();
    return app.filter(own -> own.processingMode() == App.ProcessingMode.DISPATCH).isPresent();
  }

  private void loadKeys(Set<Owner.Person> people) {
    state.keys.putAll(state.vault.keysFor(people));
  }

  private void loadPeople(Set<Owner.Person> people, Set<ContactId> contacts) throws SQLException {
    Set<Bytes> hashes = new HashSet<>();
    for (Owner.Person person : people) {
      hashes.add(state.hash(person));
      List<Bytes> siblings = directory.siblings(person).stream().map(state::hash).toList();
      if (!siblings.isEmpty()) {
        state.siblings.put(person, siblings);
        hashes.addAll(siblings);
      }
    }
    List<IdentityRow> rows = new ArrayList<>(ConverseStore.known(state.transaction, hashes));
    List<IdentityRow> theirs = ConverseStore.identitiesOf(state.transaction, contacts);
    rows.addAll(theirs);
    Set<ContactId> asked = new HashSet<>(contacts);
    theirs.forEach(row -> asked.remove(row.contact()));
    if (!asked.isEmpty()) {
      // Whoever was merged while we waited for them is known by now to have been.
      state.successors.putAll(FormerAddresses.successors(state.transaction, asked));
      rows.addAll(ConverseStore.identitiesOf(state.transaction, state.successors.values()));
    }
    asked.addAll(contacts);
    asked.addAll(state.successors.values());
    Set<ContactId> known = new HashSet<>();
    for (IdentityRow row : rows) {
      state.identities.putIfAbsent(row.hash(), row);
      if (asked.contains(row.contact())) {
        state.identitiesOfContact.computeIfAbsent(row.contact(), c -> new ArrayList<>()).add(row);
      }
      known.add(row.contact());
    }
    loadHolders(people);
    state.vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    for (ConversationRow row : ConverseStore.active(state.transaction, known)) {
      state.conversations.putIfAbsent(new AppContact(row.app().value(), row.contact()), row);
    }
  }

  /** Asked for people whom nobody knows yet: the siblings of the others were looked at before. */
  private void loadHolders(Set<Owner.Person> people) throws SQLException {
    Set<Bytes> wanted = new HashSet<>();
    for (Owner.Person person : people) {
      if (!state.identities.containsKey(state.hash(person))) {
        state.kin(person).filter(kin -> !state.holders.containsKey(kin)).ifPresent(wanted::add);
      }
    }
    state.holders.putAll(Kin.holders(state.transaction, wanted));
  }

  private void loadTemplates(List<TemplateStore.Place> wanted) throws SQLException {
    List<TemplateStore.Row> rows = TemplateStore.find(state.transaction, wanted);
    TemplateStore.load(state.vault, rows);
    for (TemplateStore.Row row : rows) {
      TemplateStore.open(state.vault, row)
          .ifPresent(template -> state.templates.put(row.place(), template));
    }
  }

  private void loadTasks(Set<Ulid> ids) throws SQLException {
    if (!ids.isEmpty()) {
      List<Task> found = TaskStore.find(state.transaction, List.copyOf(ids));
      state.vault.load(found.stream().map(task -> Vault.keyId(task.sealed())).distinct().toList());
      found.forEach(task -> state.tasks.put(task.id(), task));
    }
  }

  /** Whose send it is that shall be tried again. */
  private Optional<MessageId> messageOfTask(Item.Decision decision) {
    return ulid(decision.record(), Changes.TASK)
        .map(state.tasks::get)
        .flatMap(task -> state.vault.open(task.sealed(), Task.associated(task.id())))
        .flatMap(body -> message(Json.object(body)));
  }

  /** Whether a plan that waits for somebody hears of it. */
  private static boolean mayDecide(InboundEvent event) {
    return switch (event) {
      case InboundEvent.Message _,
          InboundEvent.Piece _,
          InboundEvent.PiecesOverdue _,
          InboundEvent.StickerSent _,
          InboundEvent.Chosen _,
          InboundEvent.Unfollowed _ ->
          true;
      case InboundEvent.Edited _,
          InboundEvent.Followed _,
          InboundEvent.Unsent _,
          InboundEvent.Delivered _,
          InboundEvent.Receipt _,
          InboundEvent.Reacted _,
          InboundEvent.Complained _,
          InboundEvent.Unsubscribed _,
          InboundEvent.AccountNews _,
          InboundEvent.Subscription _,
          InboundEvent.Unknown _ ->
          false;
    };
  }

  private Set<ContactId> contactsOf(Set<Owner.Person> people) {
    Set<ContactId> contacts = new HashSet<>();
    for (Owner.Person person : people) {
      IdentityRow row = state.identities.get(state.hash(person));
      if (row != null) {
        contacts.add(row.contact());
      }
    }
    return contacts;
  }

  private void loadReceipts(Set<SentAs.Name> told, Set<SentAs.Name> given) throws SQLException {
    state.sentAs.putAll(SentAs.find(state.transaction, told));
    state.early.putAll(SentAs.early(state.transaction, given));
    state.vault.load(
        state.early.values().stream()
            .flatMap(List::stream)
            .map(early -> Vault.keyId(early.sealed()))
            .distinct()
            .toList());
  }

  /** What plans of these messages are about: their tasks, and whom they may still go to. */
  private Map<MessageId, KeptPlan> loadPlans(Set<MessageId> ids) throws SQLException {
    Map<MessageId, KeptPlan> plans =
        PlanStore.open(state.vault, PlanStore.find(state.transaction, ids));
    Set<Ulid> tasks = new HashSet<>();
    plans.values().forEach(plan -> tasks.addAll(plan.tasks()));
    tasks.removeAll(state.tasks.keySet());
    loadTasks(tasks);
    return plans;
  }

  private void loadPeopleOf(KeptPlan plan, App app) throws SQLException {
    Set<Owner.Person> people = new HashSet<>();
    plan.people().forEach(address -> people.add(FoldPeople.person(app, address)));
    people.removeIf(person -> state.identities.containsKey(state.hash(person)));
    loadKeys(people);
    loadPeople(people, Set.of());
  }

  private void loadMessages(Set<MessageId> ids) throws SQLException {
    List<Rows.KnownMessage> found = ConverseStore.messages(state.transaction, ids);
    if (found.size() < ids.size()) {
      // Of a contact that was merged while we waited for them: a new look finds them in the other.
      found = ConverseStore.messages(state.transaction, ids);
    }
    state.vault.load(found.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
    state.vault.load(
        found.stream().map(row -> Vault.keyId(row.identitySealed())).distinct().toList());
    Map<MessageId, KeptPlan> plans = loadPlans(ids);
    for (Rows.KnownMessage row : found) {
      known(row, Optional.ofNullable(plans.get(row.id())))
          .ifPresent(message -> state.sent.put(row.id().value(), message));
      state.shelf.mark(row.id(), row.doubtful());
    }
    for (Sent sent : List.copyOf(state.sent.values())) {
      if (sent.plan().filter(KeptPlan::open).isPresent() && ids.contains(sent.message().id())) {
        loadPeopleOf(sent.plan().get(), sent.party().app());
      }
    }
  }

  private Optional<Sent> known(Rows.KnownMessage row, Optional<KeptPlan> plan) {
    Optional<App> app = directory.app(row.app());
    Optional<DataKey> key = state.vault.key(Vault.keyId(row.sealed()));
    Optional<Bytes> sealed =
        state.vault.open(row.sealed(), Rows.associated("message", row.id().value()));
    Optional<Bytes> address =
        state.vault.open(row.identitySealed(), Rows.associated("identity", row.identity()));
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
                json.path("said") instanceof ObjectNode said ? Optional.of(said) : Optional.empty(),
                Json.string(json, "metadata").orElse(""),
                Json.string(json, "correlation_id"),
                Json.string(json, "callback_url"),
                row.processingMode().equals("DISPATCH"),
                messageClass(app.get(), json),
                json.path(FoldSends.URGENT).asBoolean(false)),
            plan));
  }

  /** Messages of earlier versions have none of their own. */
  private static MessageClass messageClass(App app, ObjectNode json) {
    return Json.string(json, FoldSends.MESSAGE_CLASS)
        .map(MessageClass::valueOf)
        .orElse(app.settings().policy().unsaid());
  }

  static Optional<MessageId> message(JsonNode record) {
    return ulid(record, "message").map(MessageId::new);
  }

  static Optional<Ulid> ulid(JsonNode record, String name) {
    return Json.string(record, name).flatMap(Ulids::parse);
  }
}
