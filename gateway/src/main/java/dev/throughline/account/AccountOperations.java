package dev.throughline.account;

import dev.throughline.conversation.AppPeople;
import dev.throughline.conversation.DecidedChanges;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Reaction;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Vault;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** The parts of this package, put together. */
public final class AccountOperations {
  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Drafts drafts;
  private final InstantSource clock;
  private final Directory directory;
  private final AccountCalls calls;
  private final AccountCheck check;
  private final JobStore store;
  private final Jobs jobs;

  public AccountOperations(
      Database database,
      Vault vault,
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      Directory directory,
      AccountCalls calls,
      AccountCheck check) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.drafts = drafts;
    this.clock = clock;
    this.directory = directory;
    this.calls = calls;
    this.check = check;
    this.store = new JobStore(database, vault);
    this.jobs =
        new Jobs(
            new DecidedChanges(database, log, drafts, ulids), log, drafts, ulids, clock, store);
  }

  public AccountCalls calls() {
    return calls;
  }

  public Jobs jobs() {
    return jobs;
  }

  public Reaction reaction() {
    return new AccountWork(store, vault);
  }

  /**
   * @param epoch the epoch under which this node leads
   */
  public List<TaskHandler> handlers(LongSupplier epoch) {
    ProfileRefresh profiles = new ProfileRefresh(calls, new AppPeople(database, vault));
    return List.of(
        new SetUpHandler(
            log,
            drafts,
            directory,
            calls,
            check,
            new AccountStates(database, vault, log, drafts, directory)),
        new JobHandler(
            log,
            drafts,
            clock,
            directory,
            calls,
            store,
            Map.of(
                Job.Kind.FRIENDS_IMPORT,
                new FriendImport(calls, profiles),
                Job.Kind.PROFILES_REFRESH,
                profiles,
                Job.Kind.RICH_MENU_CLONE,
                new MenuClone(calls, directory),
                Job.Kind.NARROWCAST,
                new Narrowcast(calls, log, drafts, clock, epoch))));
  }
}
