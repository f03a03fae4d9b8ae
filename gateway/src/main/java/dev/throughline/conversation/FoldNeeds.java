package dev.throughline.conversation;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.SendRequest;
import dev.throughline.vault.Owner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a batch of items touches, as far as the items themselves say. */
final class FoldNeeds {
  final List<EventKey> seen = new ArrayList<>();
  final Set<Owner.Person> people = new HashSet<>();
  final Set<ContactId> contacts = new HashSet<>();
  final Set<Ulid> tasks = new HashSet<>();
  final List<Item.Decision> decisions = new ArrayList<>();
  final Set<MessageId> messages = new HashSet<>();
  final List<TemplateStore.Place> templates = new ArrayList<>();

  /** Messages of ours that platforms tell of, by the platforms' names. */
  final Set<SentAs.Name> receipts = new HashSet<>();

  /** Names that platforms have just given to messages of ours. */
  final Set<SentAs.Name> given = new HashSet<>();

  /** Who did what a plan may wait for. */
  final Set<Owner.Person> doing = new HashSet<>();

  /** Whether anything came in. */
  boolean events;

  /** Whether any of it belongs to its address alone. */
  boolean dispatched;

  private FoldNeeds() {}

  static FoldNeeds of(List<Item> items) {
    FoldNeeds needs = new FoldNeeds();
    items.forEach(needs::add);
    return needs;
  }

  private void add(Item item) {
    switch (item) {
      case Item.Event event -> add(event);
      case Item.Send send -> {
        dispatched |= isDispatching(send.app());
        send.request()
            .templates()
            .forEach(id -> templates.add(new TemplateStore.Place(send.app().project(), id)));
        add(send.app(), send.request().recipient());
      }
      case Item.Asked asked -> add(asked.app(), asked.request().recipient());
      case Item.Attempt attempt -> FoldLoad.message(attempt.record()).ifPresent(messages::add);
      case Item.Outcome outcome -> {
        FoldLoad.ulid(outcome.record(), Changes.CONTACT)
            .map(ContactId::new)
            .ifPresent(contacts::add);
        FoldLoad.ulid(outcome.record(), Changes.TASK).ifPresent(tasks::add);
        FoldLoad.message(outcome.record()).ifPresent(messages::add);
        FoldReceipts.account(outcome.record())
            .ifPresent(account ->
                FoldReceipts.platformIds(outcome.record())
                    .forEach(id -> given.add(new SentAs.Name(account, id))));
      }
      case Item.Decision decision -> {
        decisions.add(decision);
        FoldLoad.ulid(decision.record(), Changes.TASK).ifPresent(tasks::add);
        FoldLoad.message(decision.record()).ifPresent(messages::add);
      }
      case Item.Change change ->
          FoldLoad.ulid(change.record(), Changes.CONTACT)
              .map(ContactId::new)
              .ifPresent(contacts::add);
      case Item.People told ->
          told.said().forEach(said -> people.add(FoldPeople.person(told.app(), said.identity())));
      case Item.Webhook _, Item.Configured _, Item.Alarm _ -> {}
    }
  }

  private void add(Item.Event event) {
    events = true;
    dispatched |= isDispatching(event.app());
    if (!FoldEvents.isLate(event)) {
      seen.add(event.key());
    }
    FoldPeople.person(event).ifPresent(people::add);
    FoldPeople.author(event).ifPresent(people::add);
    FoldPeople.alias(event).ifPresent(people::add);
    if (event.event() instanceof InboundEvent.Chosen chosen) {
      chosen.response().message().ifPresent(messages::add);
    }
    event
        .event()
        .receipt()
        .ifPresent(receipt -> {
          if (receipt.of() instanceof InboundEvent.Receipt.Of.Tag(String tag)) {
            DeliveryTag.of(tag).map(DeliveryTag::message).ifPresent(messages::add);
          }
        });
    FoldReceipts.name(event.account(), event.event()).ifPresent(receipts::add);
    if (mayDecide(event.event())) {
      FoldPeople.person(event).ifPresent(doing::add);
    }
  }

  private void add(App app, SendRequest.Recipient recipient) {
    switch (recipient) {
      case SendRequest.Recipient.ByContact(ContactId contact) -> contacts.add(contact);
      case SendRequest.Recipient.ByIdentities(List<Identity> named) ->
          named.forEach(identity -> people.add(FoldPeople.person(app, identity)));
    }
  }

  private static boolean isDispatching(App app) {
    return app.processingMode() == App.ProcessingMode.DISPATCH;
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
}
