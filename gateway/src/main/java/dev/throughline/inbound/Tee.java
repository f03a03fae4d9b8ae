package dev.throughline.inbound;

import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Reaction;
import dev.throughline.vault.Vault;
import java.time.Duration;

/**
 * Passes webhooks on to a bot that was there before: LINE allows one URL an account. A task a
 * webhook, in no order, as LINE promises none. Reply tokens are long of no use when it gives up.
 */
public final class Tee implements Reaction {
  static final String KIND = "tee";

  private final Vault vault;

  public Tee(Vault vault) {
    this.vault = vault;
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.WebhookTaken taken) {
      WebhookTask.add(
          KIND, taken.account(), taken.entry(), taken.index(), Duration.ZERO, vault, effects);
    } else {
      WebhookTask.follow(KIND, fact, effects);
    }
  }
}
