package dev.throughline.conversation;

import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Rows.MessageEntry;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Receipt;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.vault.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What platforms tell of messages that they took, matched with what was sent: by the tag that the
 * send named, or by the platform's id. What comes before its id is known waits for that.
 */
final class FoldReceipts {
  private final FoldState state;
  private final Effects effects;

  FoldReceipts(FoldState state, Effects effects) {
    this.state = state;
    this.effects = effects;
  }

  /** Tells of a receipt; false if it is of a message that is none of the app's. */
  boolean told(Item.Event item, Receipt receipt) {
    return switch (receipt.of()) {
      case Receipt.Of.Tag(String text) -> {
        Optional<DeliveryTag> tag = DeliveryTag.of(text);
        yield tag.isPresent()
            && told(item.app(), tag.get().message(), Optional.of(tag.get().step()), receipt.news());
      }
      case Receipt.Of.PlatformId(String id) -> {
        SentAs.Name name = new SentAs.Name(item.account().id(), id);
        Optional<SentAs.Ours> ours = Optional.ofNullable(state.sentAs.get(name));
        if (ours.isEmpty()) {
          wait(item, name, receipt.news());
          yield true;
        }
        yield told(item.app(), ours.get().message(), ours.get().step(), receipt.news());
      }
    };
  }

  private boolean told(App app, MessageId message, Optional<Ulid> step, News news) {
    Optional<Sent> sent =
        Optional.ofNullable(state.sent.get(message.value()))
            .filter(known -> known.party().app().id().equals(app.id()));
    if (sent.isEmpty()) {
      return false;
    }
    state.messageEntries.add(new MessageEntry(message, state.index));
    effects.emit(new Fact.ReceiptTold(sent.get(), step, news, state.at));
    return true;
  }

  private void wait(Item.Event item, SentAs.Name name, News news) {
    SentAs.Early early =
        new SentAs.Early(
            state.index,
            state.at,
            state.vault.seal(
                state.key(new Owner.Project(item.app().project())),
                SentAs.toBytes(news).array(),
                SentAs.associated(name)));
    state.early.computeIfAbsent(name, n -> new ArrayList<>()).add(early);
    state.writes.add(c -> SentAs.insertEarly(c, name, item.position(), early));
  }

  /** An outcome says what a platform calls a message from now on. */
  void named(Item.Outcome item) {
    List<String> ids = platformIds(item.record());
    Optional<MessageId> message = FoldLoad.message(item.record());
    if (ids.isEmpty() || message.isEmpty()) {
      return;
    }
    Optional<AccountId> account = account(item.record());
    Optional<Ulid> step = FoldLoad.ulid(item.record(), Changes.STEP);
    if (account.isEmpty()) {
      state.writes.add(c -> SentAs.insert(c, message.get(), step, ids));
    } else {
      List<SentAs.Early> waiting = new ArrayList<>();
      for (String id : ids) {
        SentAs.Name name = new SentAs.Name(account.get(), id);
        SentAs.Ours ours = new SentAs.Ours(message.get(), step);
        state.sentAs.put(name, ours);
        state.named.put(name, ours);
        List<SentAs.Early> early = state.early.remove(name);
        if (early != null) {
          early.forEach(each -> heard(name, message.get(), step, each));
          waiting.addAll(early);
        }
      }
      if (!waiting.isEmpty()) {
        state.writes.add(c -> SentAs.deleteEarly(c, account.get(), ids));
      }
    }
  }

  private void heard(SentAs.Name name, MessageId message, Optional<Ulid> step, SentAs.Early early) {
    Optional<Sent> sent = Optional.ofNullable(state.sent.get(message.value()));
    state.messageEntries.add(new MessageEntry(message, early.index()));
    state
        .vault
        .open(early.sealed(), SentAs.associated(name))
        .filter(_ -> sent.isPresent())
        .ifPresent(news ->
            effects.emit(
                new Fact.ReceiptTold(sent.orElseThrow(), step, SentAs.news(news), early.at())));
  }

  static List<String> platformIds(ObjectNode outcome) {
    return outcome
        .path("platform_message_ids")
        .valueStream()
        .map(id -> id.asString(""))
        .filter(id -> !id.isEmpty())
        .toList();
  }

  static Optional<AccountId> account(ObjectNode outcome) {
    return FoldLoad.ulid(outcome, Changes.ACCOUNT).map(AccountId::new);
  }

  /** By what a receipt names its message, if that is the platform's id. */
  static Optional<SentAs.Name> name(Account account, InboundEvent event) {
    return event instanceof Receipt receipt
            && receipt.of() instanceof Receipt.Of.PlatformId(String id)
        ? Optional.of(new SentAs.Name(account.id(), id))
        : Optional.empty();
  }
}
