package dev.throughline.inbound;

import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Reaction;
import dev.throughline.vault.Vault;
import java.time.Duration;

/** What providers offer to tell an account from now on is accepted, by a task for each offer. */
public final class Offers implements Reaction {
  static final String KIND = "subscribe";

  private final Vault vault;

  public Offers(Vault vault) {
    this.vault = vault;
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.SubscriptionOffered offered) {
      WebhookTask.add(
          KIND, offered.account(), offered.entry(), offered.index(), Duration.ZERO, vault, effects);
    } else {
      WebhookTask.follow(KIND, fact, effects);
    }
  }
}
