package dev.throughline.inbound;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Reaction;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.task.Task;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Passes webhooks on to a bot that was there before: LINE allows one URL an account. A task a
 * webhook, in no order, as LINE promises none; it holds no content but says where the log does, so
 * that what is erased meanwhile goes nowhere.
 */
public final class Tee implements Reaction {
  static final String KIND = "tee";
  static final String ACCOUNT = "account";
  static final String INDEX = "index";
  static final String RESULT = "result";
  static final String ERROR = "error";

  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);

  /** The last wait is 5 s × 2^9: an hour and a half in all. Reply tokens are long of no use. */
  private static final int RETRIES = 10;

  private final Vault vault;

  public Tee(Vault vault) {
    this.vault = vault;
  }

  /** What came of one call. */
  enum Result {
    DELIVERED,
    /** It will not help to call again: the account, its address or the content is gone. */
    GONE,
    FAILED
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.WebhookTaken taken) {
      add(taken, effects);
    } else if (fact instanceof Fact.OutcomeKnown known && known.task().kind().equals(KIND)) {
      conclude(known, effects);
    } else if (fact instanceof Fact.ReplayAsked replay && replay.task().kind().equals(KIND)) {
      effects.change(new Task.Change.Again(replay.task().id(), effects.at(), 0, ""));
    }
  }

  private void add(Fact.WebhookTaken taken, Effects effects) {
    ObjectNode body = Json.object();
    body.put(ACCOUNT, taken.account().id().toString());
    body.put(INDEX, taken.index());
    effects.add(
        new Effects.NewTask(
            KIND,
            KIND + ":" + taken.entry(),
            Task.Priority.BULK,
            effects.at(),
            Optional.of(taken.account().app()),
            new ContactId(taken.account().app().value()),
            Optional.empty(),
            vault.keyFor(new Owner.Installation()),
            Json.bytes(body)));
  }

  private static void conclude(Fact.OutcomeKnown known, Effects effects) {
    Task task = known.task();
    String error = Json.string(known.result(), ERROR).orElse("");
    int failures = task.tries() + 1;
    switch (Result.valueOf(Json.string(known.result(), RESULT).orElse(Result.FAILED.name()))) {
      case DELIVERED, GONE -> effects.change(new Task.Change.Done(task.id()));
      case FAILED ->
          effects.change(
              failures > RETRIES
                  ? new Task.Change.Shelved(task.id(), Task.Shelf.DEAD, failures, error)
                  : new Task.Change.Again(
                      task.id(),
                      effects.at().plus(FIRST_WAIT.multipliedBy(1L << (failures - 1))),
                      failures,
                      error));
    }
  }
}
