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
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.MessageClass;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads all that a batch of items touches, in a few queries. */
final class FoldLoad {
  private final FoldState state;
  private final Directory directory;
  private final SeenEvents seenEvents;
  private @Nullable FoldNeeds begun;
  private Known ahead = Known.NOTHING;

  FoldLoad(FoldState state, Directory directory, SeenEvents seenEvents) {
    this.state = state;
    this.directory = directory;
    this.seenEvents = seenEvents;
  }

  /**
   * Marks the events as seen and looks up their people, while another transaction still decides on
   * the items before and may change something of some of these.
   *
   * @param items of a transaction that has done nothing yet
   */
  void begin(List<Item> items) throws SQLException {
    FoldNeeds needs = FoldNeeds.of(items);
    state.fresh.addAll(seenEvents.mark(state.transaction, needs.seen, true));
    List<IdentityRow> rows = ConverseStore.known(state.transaction, hashes(needs.people));
    loadKeysOf(rows);
    Set<ContactId> contacts = rows.stream().map(IdentityRow::contact).collect(Collectors.toSet());
    ahead = new Known(rows, ConverseStore.active(state.transaction, contacts));
    begun = needs;
  }

  /**
   * Reads what else the items touch, once the transaction of those before is committed.
   *
   * @param touched whose addresses and conversations that one may have changed
   */
  void goOn(Set<ContactId> touched) throws SQLException {
    load(Objects.requireNonNull(begun, "nothing has begun"), ahead.without(touched));
  }

  /**
   * Reads all that the items touch, in a few queries.
   *
   * @param untouched whether the transaction has done nothing yet
   */
  void load(List<Item> items, boolean untouched) throws SQLException {
    FoldNeeds needs = FoldNeeds.of(items);
    state.fresh.addAll(seenEvents.mark(state.transaction, needs.seen, untouched));
    load(needs, Known.NOTHING);
  }

  private void load(FoldNeeds needs, Known known) throws SQLException {
    loadKeys(needs.people);
    loadPeople(needs.people, needs.contacts, known);
    loadTemplates(needs.templates);
    if (needs.dispatched) {
      state.dispatchData.putAll(
          DispatchData.find(
              state.transaction,
              state.vault,
              state.identities.values().stream().map(IdentityRow::id).toList()));
    }
    Set<MessageId> messages = new HashSet<>(needs.messages);
    loadTasks(needs.tasks);
    needs.decisions.forEach(decision -> messageOfTask(decision).ifPresent(messages::add));
    messages.addAll(PlanStore.openOf(state.transaction, contactsOf(needs.doing)));
    loadReceipts(needs.receipts, needs.given);
    state.sentAs.values().forEach(ours -> messages.add(ours.message()));
    loadMessages(messages);
    state.anyUnsent = needs.events && ConverseStore.anyUnsent(state.transaction);
    state.anyEdits = needs.events && EditStore.anyWaiting(state.transaction);
  }

  /** What was looked up before the items before were applied. */
  private record Known(List<IdentityRow> identities, List<ConversationRow> conversations) {
    static final Known NOTHING = new Known(List.of(), List.of());

    Known without(Set<ContactId> touched) {
      return new Known(
          identities.stream().filter(row -> !touched.contains(row.contact())).toList(),
          conversations.stream().filter(row -> !touched.contains(row.contact())).toList());
    }
  }

  private void loadKeys(Set<Owner.Person> people) {
    state.keys.putAll(state.vault.keysFor(people));
  }

  private void loadKeysOf(List<IdentityRow> rows) {
    state.vault.load(rows.stream().map(row -> Vault.keyId(row.sealed())).distinct().toList());
  }

  /** Of the people, and of their addresses elsewhere. */
  private Set<Bytes> hashes(Set<Owner.Person> people) {
    Set<Bytes> hashes = new HashSet<>();
    for (Owner.Person person : people) {
      hashes.add(state.hash(person));
      List<Bytes> siblings = directory.siblings(person).stream().map(state::hash).toList();
      if (!siblings.isEmpty()) {
        state.siblings.put(person, siblings);
        hashes.addAll(siblings);
      }
    }
    return hashes;
  }

  /**
   * @param known what need not be read
   */
  private void loadPeople(Set<Owner.Person> people, Set<ContactId> contacts, Known known)
      throws SQLException {
    Set<Bytes> hashes = hashes(people);
    known.identities().forEach(row -> hashes.remove(row.hash()));
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
    Set<ContactId> read = new HashSet<>();
    for (IdentityRow row : rows) {
      state.identities.putIfAbsent(row.hash(), row);
      if (asked.contains(row.contact())) {
        state.identitiesOfContact.computeIfAbsent(row.contact(), c -> new ArrayList<>()).add(row);
      }
      read.add(row.contact());
    }
    known.identities().forEach(row -> state.identities.putIfAbsent(row.hash(), row));
    loadHolders(people);
    loadKeysOf(rows);
    List<ConversationRow> conversations =
        new ArrayList<>(ConverseStore.active(state.transaction, read));
    conversations.addAll(known.conversations());
    for (ConversationRow row : conversations) {
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
    loadPeople(people, Set.of(), Known.NOTHING);
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
