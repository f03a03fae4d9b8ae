package dev.throughline.outbound;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Fact.ReachKnown.Reachable;
import dev.throughline.conversation.Party;
import dev.throughline.conversation.Reaction;
import dev.throughline.message.Reason;
import dev.throughline.task.Task;
import java.time.Duration;
import java.util.Optional;

/** Has somebody looked for whose friendship is not known, and says what that came to. */
public final class Reaches implements Reaction {
  /** A platform that does not answer now may do so soon; whoever asks does not wait for long. */
  private static final int MAX_TRIES = 3;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.ReachAsked(Party party, Account account, String requestId)) {
      effects.add(
          new Effects.NewTask(
              ReachHandler.KIND,
              "reach:" + party.contact(),
              Task.Priority.SINGLE,
              effects.at(),
              Optional.of(party.app().id()),
              party.contact(),
              Optional.empty(),
              party.key(),
              new ReachBody(party.app().id(), account.id(), party.identity(), requestId)
                  .toBytes()));
    } else if (fact instanceof Fact.OutcomeKnown outcome
        && outcome.task().kind().equals(ReachHandler.KIND)) {
      conclude(outcome, effects);
    }
  }

  private static void conclude(Fact.OutcomeKnown outcome, Effects effects) {
    Task task = outcome.task();
    ReachBody body = ReachBody.of(outcome.body());
    ReachHandler.Seen seen =
        Json.string(outcome.result(), ReachHandler.RESULT)
            .map(ReachHandler.Seen::valueOf)
            .orElse(ReachHandler.Seen.UNAVAILABLE);
    if (seen == ReachHandler.Seen.UNAVAILABLE && task.tries() + 1 < MAX_TRIES) {
      effects.change(
          new Task.Change.Again(
              task.id(),
              effects.at().plus(FIRST_BACKOFF.multipliedBy(1L << task.tries())),
              task.tries() + 1,
              seen.name()));
      return;
    }
    effects.change(new Task.Change.Done(task.id()));
    effects
        .party(body.app(), body.recipient())
        .ifPresent(party -> {
          Optional<Reason> why =
              switch (seen) {
                // Where a channel tells nothing, the contract has everybody be capable.
                case YES, UNTOLD -> Optional.empty();
                case NO ->
                    Optional.of(
                        new Reason(
                            Reason.Code.RECIPIENT_NOT_REACHABLE,
                            "The channel knows no such friend of the account: they blocked it or"
                                + " never added it."));
                case UNAVAILABLE ->
                    Optional.of(
                        new Reason(
                            Reason.Code.CHANNEL_FAILURE,
                            "The channel could not be asked: "
                                + Json.string(outcome.result(), ReachHandler.WHY).orElse("")));
              };
          Reachable reachable =
              switch (seen) {
                case YES, UNTOLD -> Reachable.YES;
                case NO -> Reachable.NO;
                case UNAVAILABLE -> Reachable.UNKNOWN;
              };
          effects.emit(new Fact.ReachKnown(party, body.requestId(), reachable, why, effects.at()));
        });
  }
}
