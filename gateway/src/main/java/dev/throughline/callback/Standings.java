package dev.throughline.callback;

import dev.throughline.conversation.Effects;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.WebhookId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How targets stand while a fold decides: as was committed and, above it, what this fold has
 * decided so far; an answer of the same batch counts as much as one of the last. Who fails is kept
 * in memory only: after a restart a target that is away is found out anew. Used by the fold's
 * thread alone.
 */
final class Standings {
  /** How many contacts' callbacks fail, with no success between, before a target is paused. */
  static final int FAILING_CONTACTS = 5;

  private final Webhooks webhooks;
  private final Map<WebhookId, Set<ContactId>> failing = new HashMap<>();

  private @Nullable Effects deciding;
  private final Map<WebhookId, Set<ContactId>> wouldFail = new HashMap<>();
  private final Map<WebhookId, Webhook.State> wouldBe = new HashMap<>();

  Standings(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  /** A webhook that was deleted is not held. */
  Webhook.State state(WebhookId webhook, Effects effects) {
    decideFor(effects);
    Webhook.State decided = wouldBe.get(webhook);
    return decided != null
        ? decided
        : webhooks.find(webhook).map(Webhook::state).orElse(Webhook.State.ACTIVE);
  }

  /** It will be so once this fold is committed. */
  void becomes(WebhookId webhook, Webhook.State state, Effects effects) {
    decideFor(effects);
    wouldBe.put(webhook, state);
  }

  /** True if it has now failed for so many contacts that it is to be paused. */
  boolean failed(WebhookId webhook, ContactId contact, Effects effects) {
    decideFor(effects);
    effects.afterwards(() -> add(failing, webhook, contact));
    add(wouldFail, webhook, contact);
    if (wouldFail.getOrDefault(webhook, Set.of()).size() < FAILING_CONTACTS) {
      return false;
    }
    answered(webhook, effects);
    return true;
  }

  /** Counting begins anew. */
  void answered(WebhookId webhook, Effects effects) {
    decideFor(effects);
    effects.afterwards(() -> failing.remove(webhook));
    wouldFail.remove(webhook);
  }

  /** Of a batch that was not committed nothing is left. */
  @SuppressWarnings("ReferenceEquality")
  private void decideFor(Effects effects) {
    if (deciding != effects) {
      deciding = effects;
      wouldBe.clear();
      wouldFail.clear();
      failing.forEach((webhook, contacts) -> wouldFail.put(webhook, new HashSet<>(contacts)));
    }
  }

  private static void add(
      Map<WebhookId, Set<ContactId>> contacts, WebhookId webhook, ContactId contact) {
    contacts.computeIfAbsent(webhook, w -> new HashSet<>()).add(contact);
  }
}
