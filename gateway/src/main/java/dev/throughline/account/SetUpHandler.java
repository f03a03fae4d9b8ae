package dev.throughline.account;

import dev.throughline.channel.line.LineCredentials;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sets an account up after its credentials were saved, and refreshes the state that they show. Does
 * so again, ever later, while LINE cannot be reached.
 */
final class SetUpHandler implements TaskHandler {
  static final String KIND = "line_set_up";
  static final String ACCOUNT = "account";
  static final String TAKE = "take_webhook";
  static final String AGAIN_MILLIS = "again_ms";

  private static final int CONCURRENCY = 8;
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(5);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(10);

  /** About a day. */
  private static final int MAX_TRIES = 150;

  private final Outcomes outcomes;
  private final Directory directory;
  private final AccountCalls calls;
  private final AccountCheck check;
  private final AccountStates states;

  SetUpHandler(
      Log log,
      Drafts drafts,
      Directory directory,
      AccountCalls calls,
      AccountCheck check,
      AccountStates states) {
    this.outcomes = new Outcomes(log, drafts);
    this.directory = directory;
    this.calls = calls;
    this.check = check;
    this.states = states;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public void run(Task task, Bytes body) throws InterruptedException {
    ObjectNode asked = Json.object(body);
    // Whoever saved the account reloads after the commit; this task may be quicker.
    directory.reload();
    Optional<Account> account =
        Json.string(asked, ACCOUNT)
            .flatMap(Ulids::parse)
            .map(AccountId::new)
            .flatMap(directory::account);
    Optional<App> app = account.flatMap(found -> directory.app(found.app()));
    if (account.isEmpty() || app.isEmpty()) {
      conclude(task, Optional.empty(), OptionalLong.empty());
      return;
    }
    Optional<LineCredentials> secret = calls.of(account.get()).map(known -> known.credentials());
    AccountCheck.Health health =
        secret
            .map(usable ->
                check.setUp(app.get(), account.get(), usable, asked.path(TAKE).asBoolean(false)))
            .orElseGet(() ->
                new AccountCheck.Health(
                    java.util.List.of(
                        new AccountCheck.Finding(
                            AccountCheck.Level.FAILING,
                            "The token or the secret has characters that LINE's never have.")),
                    Optional.empty()));
    states.refresh(account.get(), health);
    boolean again = health.has(AccountCheck.Level.UNREACHABLE) && task.tries() < MAX_TRIES;
    conclude(task, account, again ? OptionalLong.of(backoff(task.tries())) : OptionalLong.empty());
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    conclude(task, Optional.empty(), OptionalLong.empty());
  }

  private static long backoff(int tries) {
    return Math.min(FIRST_BACKOFF.toMillis() << Math.min(tries, 10), LONGEST_BACKOFF.toMillis());
  }

  private void conclude(Task task, Optional<Account> account, OptionalLong againMillis)
      throws InterruptedException {
    ObjectNode record = Outcomes.record(task, KIND);
    againMillis.ifPresent(millis -> record.put(AGAIN_MILLIS, millis));
    outcomes.append(account.map(Account::id), record);
  }
}
