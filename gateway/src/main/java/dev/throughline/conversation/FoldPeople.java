package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.conversation.FoldState.AppContact;
import dev.throughline.conversation.Rows.ContactRow;
import dev.throughline.conversation.Rows.ConversationRow;
import dev.throughline.conversation.Rows.Friend;
import dev.throughline.conversation.Rows.FriendRow;
import dev.throughline.conversation.Rows.IdentityRow;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Contacts, their addresses and their conversations, as a transaction of the fold has them. */
final class FoldPeople {
  private final FoldState state;
  private final Effects effects;

  FoldPeople(FoldState state, Effects effects) {
    this.state = state;
    this.effects = effects;
  }

  /** In the app's own mode. */
  Party party(App app, Identity identity) {
    return party(app, identity, app.processingMode() == App.ProcessingMode.DISPATCH);
  }

  /**
   * @param dispatched for a message that belongs to its address alone: whom nobody else knows is
   *     remembered, and shown as a contact to nobody
   */
  Party party(App app, Identity identity, boolean dispatched) {
    Owner.Person owner = person(app, identity);
    DataKey key = state.key(owner);
    Bytes hash = state.hash(owner);
    IdentityRow row = state.identities.get(hash);
    if (row == null) {
      row = newAddress(app, identity, owner, key, hash, !dispatched);
      if (row.shown()) {
        tellDuplicates(app, owner, key, row);
      }
    }
    if (!dispatched && !row.shown()) {
      show(app, identity, owner, key, row);
    }
    return new Party(app, row.contact(), Optional.empty(), identity, key);
  }

  /** Of a contact that has a sibling of the address already, or of a new one. */
  private IdentityRow newAddress(
      App app, Identity identity, Owner.Person owner, DataKey key, Bytes hash, boolean shown) {
    Optional<IdentityRow> sibling =
        state.siblings.getOrDefault(owner, List.of()).stream()
            .map(state.identities::get)
            .filter(Objects::nonNull)
            .findFirst();
    if (sibling.isEmpty()) {
      return newPerson(app, identity, owner, key, hash, shown);
    }
    Ulid id = state.ulids.next();
    IdentityRow row =
        new IdentityRow(
            id,
            sibling.get().contact(),
            identity.channel(),
            owner.scope(),
            hash,
            Friend.UNKNOWN,
            Optional.empty(),
            state.vault.seal(
                key, Bytes.utf8(identity.value()).array(), Rows.associated("identity", id)),
            sibling.get().shown());
    state.identities.put(hash, row);
    state.newIdentities.add(row);
    state.kin(owner).ifPresent(kin -> state.kinOfNew.put(row.id(), kin));
    return row;
  }

  IdentityRow newPerson(
      App app, Identity identity, Owner.Person owner, DataKey key, Bytes hash, boolean shown) {
    ContactId contact = new ContactId(state.ulids.next());
    Ulid id = state.ulids.next();
    IdentityRow row =
        new IdentityRow(
            id,
            contact,
            identity.channel(),
            owner.scope(),
            hash,
            Friend.UNKNOWN,
            Optional.empty(),
            state.vault.seal(
                key, Bytes.utf8(identity.value()).array(), Rows.associated("identity", id)),
            shown);
    state.identities.put(hash, row);
    state.newIdentities.add(row);
    state.kin(owner).ifPresent(kin -> state.kinOfNew.put(row.id(), kin));
    ObjectNode data = Json.object();
    data.put("display_name", "");
    data.put("email", "");
    data.put("external_id", "");
    data.put("metadata", "");
    data.putArray("channel_priority").add(identity.channel().value());
    state.newContacts.add(
        new ContactRow(
            contact,
            app.project(),
            state.vault.seal(
                key, Json.bytes(data).array(), Rows.associated("contact", contact.value())),
            shown));
    if (shown) {
      created(app, identity, owner, key, contact);
    }
    return row;
  }

  /** Whom dispatched messages knew is a contact from now on. */
  private void show(App app, Identity identity, Owner.Person owner, DataKey key, IdentityRow row) {
    state.identities.put(
        row.hash(),
        new IdentityRow(
            row.id(),
            row.contact(),
            row.channel(),
            row.app(),
            row.hash(),
            row.friend(),
            row.friendAt(),
            row.sealed(),
            true));
    state.writes.add(c -> ConverseStore.show(c, row.contact()));
    created(app, identity, owner, key, row.contact());
    Optional<Bytes> kin = state.kin(owner);
    if (kin.isPresent() && !state.holders.containsKey(kin.get())) {
      try {
        state.holders.putAll(Kin.holders(state.transaction, List.of(kin.get())));
      } catch (SQLException e) {
        throw DatabaseException.of(e);
      }
    }
    tellDuplicates(app, owner, key, row);
  }

  /**
   * Tells of other contacts that hold the address too. It is called once in the life of a shown
   * address, so that each two contacts are told of once.
   */
  private void tellDuplicates(App app, Owner.Person owner, DataKey key, IdentityRow row) {
    Optional<Bytes> kin = state.kin(owner);
    if (kin.isEmpty()) {
      return;
    }
    List<Kin.Holder> holders = state.holders.computeIfAbsent(kin.get(), k -> new ArrayList<>());
    boolean duplicate =
        holders.stream().anyMatch(holder -> !holder.contact().equals(row.contact()));
    holders.add(new Kin.Holder(row.channel(), row.contact()));
    if (duplicate) {
      duplicated(app, key, row.contact(), holders);
    }
  }

  /**
   * @param contact one of the holders, under whose key it is told
   */
  void duplicated(App app, DataKey key, ContactId contact, List<Kin.Holder> holders) {
    Map<ChannelName, Set<ContactId>> byChannel = new LinkedHashMap<>();
    holders.forEach(holder ->
        byChannel
            .computeIfAbsent(holder.channel(), channel -> new LinkedHashSet<>())
            .add(holder.contact()));
    ObjectNode json = Json.object();
    ArrayNode duplicated = json.putArray("duplicated_identities");
    byChannel.forEach((channel, contacts) -> {
      ObjectNode one = duplicated.addObject();
      one.put("channel", channel.value());
      ArrayNode ids = one.putArray("contact_ids");
      contacts.forEach(each -> ids.add(each.toString()));
    });
    effects.emit(
        new Fact.Changed(
            Fact.Changed.What.IDENTITIES_DUPLICATED,
            app.project(),
            Optional.empty(),
            contact,
            key,
            state.at,
            json));
  }

  private void created(
      App app, Identity identity, Owner.Person owner, DataKey key, ContactId contact) {
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
    effects.emit(new Fact.ContactCreated(app.project(), contact, key, state.at, json));
  }

  /** In the conversation, or of a dispatched message at the address. */
  Party inPlace(Party party, boolean dispatched) {
    return dispatched ? party.in(place(party, true)) : inConversation(party);
  }

  /**
   * Where a party's messages are, for as long as the fold has them at hand: in the conversation, or
   * those that are dispatched at the address.
   */
  ConversationId place(Party party, boolean dispatched) {
    return dispatched
        ? new ConversationId(identityOf(party).id())
        : party.conversation().orElseThrow();
  }

  Party withConversation(Party party) {
    ConversationRow row =
        state.conversations.get(new AppContact(party.app().id().value(), party.contact()));
    return row == null ? party : party.in(row.id());
  }

  /** In the active conversation, which starts now if there is none. */
  Party inConversation(Party party) {
    AppContact place = new AppContact(party.app().id().value(), party.contact());
    ConversationRow row = state.conversations.get(place);
    if (row != null) {
      return party.in(row.id());
    }
    ConversationRow started =
        new ConversationRow(
            new ConversationId(state.ulids.next()),
            party.app().project(),
            party.app().id(),
            party.contact(),
            party.identity().channel(),
            identityOf(party).id(),
            Optional.empty());
    state.conversations.put(place, started);
    state.newConversations.add(started);
    Party in = party.in(started.id());
    ObjectNode json = Json.object();
    json.put("id", started.id().toString());
    json.put("app_id", party.app().id().toString());
    json.put("contact_id", party.contact().toString());
    json.put("last_received", "1970-01-01T00:00:00Z");
    json.put("active_channel", party.identity().channel().value());
    json.put("active", true);
    json.put("metadata", "");
    json.putObject("metadata_json");
    json.put("correlation_id", "");
    effects.emit(
        new Fact.ConversationStarted(party.app(), party.contact(), party.key(), state.at, json));
    return in;
  }

  /** What was kept of the conversation, or of dispatched messages with the address. */
  ObjectNode dataOf(Party party, boolean dispatched) {
    if (!dispatched) {
      return conversationData(party);
    }
    ObjectNode ofApps = state.dispatchData.getOrDefault(identityOf(party).id(), Json.object());
    return ofApps.path(party.app().id().toString()) instanceof ObjectNode own ? own : Json.object();
  }

  /**
   * What callbacks carry of a conversation's metadata: the object, else the contract's older text.
   */
  static String reported(ObjectNode about) {
    return about.path("metadata_json") instanceof ObjectNode object && !object.isEmpty()
        ? Json.text(object)
        : Json.string(about, "metadata").orElse("");
  }

  ObjectNode conversationData(Party party) {
    ConversationRow row =
        state.conversations.get(new AppContact(party.app().id().value(), party.contact()));
    return row == null || row.sealed().isEmpty()
        ? Json.object()
        : state
            .vault
            .open(row.sealed().get(), Rows.associated("conversation", row.id().value()))
            .map(Json::object)
            .orElseGet(Json::object);
  }

  void setFriend(IdentityRow identity, Friend friend, Instant occurred) {
    IdentityRow changed =
        new IdentityRow(
            identity.id(),
            identity.contact(),
            identity.channel(),
            identity.app(),
            identity.hash(),
            friend,
            Optional.of(occurred),
            identity.sealed(),
            identity.shown());
    state.identities.put(identity.hash(), changed);
    int fresh = state.newIdentities.indexOf(identity);
    if (fresh >= 0) {
      state.newIdentities.set(fresh, changed);
    } else {
      state.friends.put(identity.id(), new FriendRow(identity.id(), friend, occurred));
    }
  }

  /** What somebody else said of people; a friendship that is known from a later time stands. */
  void said(Item.People item) {
    for (Item.Said said : item.said()) {
      Party party = party(item.app(), said.identity());
      IdentityRow identity = identityOf(party);
      boolean known = identity.friendAt().filter(since -> since.isAfter(item.seen())).isPresent();
      if (item.friends() && identity.friend() != Friend.FRIEND && !known) {
        setFriend(identity, Friend.FRIEND, item.seen());
      }
      said.profile()
          .ifPresent(profile ->
              state.writes.add(
                  c -> ContactProfile.write(c, state.vault, party.contact(), profile)));
    }
  }

  IdentityRow identityOf(Party party) {
    IdentityRow row = state.identities.get(state.hash(person(party.app(), party.identity())));
    if (row == null) {
      throw new IllegalStateException("a party without its identity");
    }
    return row;
  }

  Optional<Identity> open(IdentityRow row) {
    return state
        .vault
        .open(row.sealed(), Rows.associated("identity", row.id()))
        .map(value -> new Identity(row.channel(), value.asUtf8()));
  }

  static Owner.Person person(App app, Identity identity) {
    return Owners.person(app.project(), app.id(), identity);
  }

  static Optional<Owner.Person> person(Item.Event item) {
    return item.event().head().chat().map(chat -> person(item.app(), chat));
  }

  /** Another address of whoever acted. */
  static Optional<Owner.Person> alias(Item.Event item) {
    return item.event().head().alias().map(alias -> person(item.app(), alias));
  }

  static Optional<Owner.Person> author(Item.Event item) {
    return item.event().head().author().map(author -> person(item.app(), author));
  }
}
