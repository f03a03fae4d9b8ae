package dev.throughline.outbound;

import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Party;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Reason;
import java.time.Duration;
import java.util.Optional;

/** What a refused send says of the account itself: its owner is told, though not for each send. */
final class Troubles {
  private static final int TOO_MANY_REQUESTS = 429;

  private Troubles() {}

  static void tell(
      Fact.OutcomeKnown outcome,
      Party party,
      AccountId account,
      SendOutcome refused,
      Effects effects) {
    Optional<Trouble> trouble = of(outcome, refused);
    if (trouble.isEmpty()) {
      return;
    }
    String kind = party.identity().channel() + trouble.get().suffix;
    party.app().accounts().stream()
        .filter(candidate -> candidate.id().equals(account))
        .findFirst()
        .filter(found -> effects.isNews(account, kind, trouble.get().pause))
        .ifPresent(found ->
            effects.emit(
                new Fact.AccountTroubled(
                    party.app(), found, kind, refused.reason().orElseThrow(), outcome.at())));
  }

  /** A 429 that is no matter of waiting is a quota that is used up. */
  private static Optional<Trouble> of(Fact.OutcomeKnown outcome, SendOutcome refused) {
    Optional<Reason.Code> code = refused.reason().map(Reason::code);
    if (code.equals(Optional.of(Reason.Code.CHANNEL_BAD_CONFIGURATION))) {
      return Optional.of(Trouble.CREDENTIAL_REFUSED);
    }
    return code.isPresent() && outcome.result().path("status").asInt() == TOO_MANY_REQUESTS
        ? Optional.of(Trouble.QUOTA_REACHED)
        : Optional.empty();
  }

  /** By the end of the event's type, and how long nothing more is said of it. */
  private enum Trouble {
    CREDENTIAL_REFUSED("_CREDENTIAL_REFUSED", Duration.ofHours(1)),
    QUOTA_REACHED("_QUOTA_REACHED", Duration.ofDays(1));

    private final String suffix;
    private final Duration pause;

    Trouble(String suffix, Duration pause) {
      this.suffix = suffix;
      this.pause = pause;
    }
  }
}
