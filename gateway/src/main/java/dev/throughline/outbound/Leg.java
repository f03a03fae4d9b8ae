package dev.throughline.outbound;

import dev.throughline.channel.Channel.Quote;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Fact;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a step of a plan needs to be sent, and what works on it.
 *
 * @param account that sends; empty if the app had none on the channel
 * @param content the contract's {@code app_message}; {@code filled} where it came from a template
 * @param unsaid why nothing can be said on the channel
 * @param keys by which its sends are known to the channel, the newest last
 * @param task that works on it, while one does
 * @param began when its first task was made
 */
record Leg(
    Identity recipient,
    Optional<AccountId> account,
    ObjectNode content,
    Optional<ObjectNode> filled,
    Optional<Reason> unsaid,
    Optional<Quote> quote,
    List<Ulid> keys,
    Optional<Ulid> task,
    Optional<Instant> began) {
  Leg {
    keys = List.copyOf(keys);
  }

  static Leg of(Fact.Way way) {
    Optional<ObjectNode> filled =
        way.said() instanceof Said.Something(var _, Optional<String> text)
            ? text.map(json -> Json.object(Bytes.utf8(json)))
            : Optional.empty();
    return new Leg(
        way.party().identity(),
        way.account().map(Account::id),
        way.content(),
        filled,
        way.said() instanceof Said.Nothing(Reason reason) ? Optional.of(reason) : Optional.empty(),
        way.quote(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  /** Begun, or begun anew. */
  Leg begun(Ulid madeTask, Instant at) {
    return new Leg(
        recipient,
        account,
        content,
        filled,
        unsaid,
        quote,
        keys,
        Optional.of(madeTask),
        Optional.of(began.orElse(at)));
  }

  Leg worked(Optional<Ulid> byTask) {
    return new Leg(recipient, account, content, filled, unsaid, quote, keys, byTask, began);
  }

  Leg known(Ulid key) {
    if (keys.contains(key)) {
      return this;
    }
    List<Ulid> all = new ArrayList<>(keys);
    all.add(key);
    return new Leg(recipient, account, content, filled, unsaid, quote, all, task, began);
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "Leg[" + recipient.channel() + "]";
  }
}
