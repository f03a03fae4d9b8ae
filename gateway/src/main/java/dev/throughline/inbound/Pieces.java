package dev.throughline.inbound;

import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Reaction;
import dev.throughline.vault.Vault;
import java.time.Duration;

/** Ends the wait for pieces that never come: what is there is told without them. */
public final class Pieces implements Reaction {
  static final String KIND = "join";

  /** Longer than the fold lets a piece wait, by its clock. */
  private static final Duration WAIT = Duration.ofSeconds(605);

  private final Vault vault;

  public Pieces(Vault vault) {
    this.vault = vault;
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.PieceKept kept) {
      WebhookTask.add(KIND, kept.account(), kept.entry(), kept.index(), WAIT, vault, effects);
    } else {
      WebhookTask.follow(KIND, fact, effects);
    }
  }
}
