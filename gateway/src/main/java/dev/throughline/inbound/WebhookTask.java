package dev.throughline.inbound;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call that a webhook causes, at least once, in no order. The task holds no content but says
 * where the log does, so that what is erased meanwhile goes nowhere.
 *
 * @param account whose webhook it is, if it is still there
 * @param index of the webhook in the log
 */
record WebhookTask(Optional<Account> account, long index) {
  private static final String ACCOUNT = "account";
  private static final String INDEX = "index";
  private static final String RESULT = "result";
  private static final String ERROR = "error";

  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);

  /** The last wait is 5 s × 2^9: an hour and a half in all. */
  private static final int RETRIES = 10;

  /** What came of one call. */
  enum Result {
    DELIVERED,
    /** It will not help to call again: the account, its address or the content is gone. */
    GONE,
    FAILED
  }

  /** {@code status} is that of HTTP, or 0; {@code error} is a few words without addresses. */
  record Called(Result result, int status, String error) {
    static Called gone(String why) {
      return new Called(Result.GONE, 0, why);
    }

    static Called failed(String why) {
      return new Called(Result.FAILED, 0, why);
    }
  }

  static WebhookTask of(Bytes body, Directory directory) {
    ObjectNode asked = Json.object(body);
    return new WebhookTask(
        Json.string(asked, ACCOUNT)
            .flatMap(Ulids::parse)
            .map(AccountId::new)
            .flatMap(directory::account),
        asked.path(INDEX).asLong());
  }

  /** Empty for what was erased meanwhile. */
  Optional<Bytes> webhook(Log log) {
    return log.read(List.of(index)).stream().findFirst().flatMap(LogEntry::body);
  }

  static void add(
      String kind,
      Account account,
      Ulid entry,
      long index,
      Duration after,
      Vault vault,
      Effects effects) {
    ObjectNode body = Json.object();
    body.put(ACCOUNT, account.id().toString());
    body.put(INDEX, index);
    effects.add(
        new Effects.NewTask(
            kind,
            kind + ":" + entry,
            Task.Priority.BULK,
            effects.at().plus(after),
            Optional.of(account.app()),
            new ContactId(account.app().value()),
            Optional.empty(),
            vault.keyFor(new Owner.Installation()),
            Json.bytes(body)));
  }

  /** What the fold makes of an outcome, or of a wish to try again. */
  static void follow(String kind, Fact fact, Effects effects) {
    if (fact instanceof Fact.OutcomeKnown known && known.task().kind().equals(kind)) {
      conclude(known, effects);
    } else if (fact instanceof Fact.ReplayAsked replay && replay.task().kind().equals(kind)) {
      effects.change(new Task.Change.Again(replay.task().id(), effects.at(), 0, ""));
    }
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

  ObjectNode outcome(Task task, Called called) {
    return Outcomes.record(task, task.kind())
        .put(RESULT, called.result().name())
        .put("status", called.status())
        .put(ERROR, called.error());
  }

  Optional<AccountId> accountId() {
    return account.map(Account::id);
  }
}
