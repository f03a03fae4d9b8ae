package dev.throughline.conversation;

import dev.throughline.contract.Identities;
import dev.throughline.conversation.App.Account;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.store.Database;
import dev.throughline.vault.Opened;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All apps and their accounts, in memory: asked for on every webhook and every send, changed
 * seldom. Whoever changes an app reloads it.
 */
public final class Directory {
  private final Database database;
  private final Vault vault;
  private final Opened<AppStore.Stored, App> opened;
  private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of(), Map.of());

  public Directory(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
    this.opened = new Opened<>(stored -> AppStore.open(vault, stored));
  }

  /** Reads all apps and settings anew. */
  public synchronized void reload() {
    Map<AppId, App> apps = new HashMap<>();
    Map<AccountId, Account> accounts = new HashMap<>();
    for (App app : opened.all(AppStore.all(database, vault))) {
      apps.put(app.id(), app);
      app.accounts().forEach(account -> accounts.put(account.id(), account));
    }
    snapshot = new Snapshot(apps, accounts, ProjectSettings.unified(database));
  }

  public Optional<App> app(AppId id) {
    return Optional.ofNullable(snapshot.apps.get(id));
  }

  public Optional<App> app(ProjectId project, AppId id) {
    return app(id).filter(app -> app.project().equals(project));
  }

  public List<App> apps(ProjectId project) {
    return snapshot.apps.values().stream()
        .filter(app -> app.project().equals(project))
        .sorted(Comparator.comparing(app -> app.id().value()))
        .toList();
  }

  public List<App> apps() {
    return List.copyOf(snapshot.apps.values());
  }

  /**
   * Whether the sibling addresses of a person, such as a number on two channels, are one contact's.
   */
  public boolean isUnified(ProjectId project) {
    return snapshot.unified.getOrDefault(project, false);
  }

  /**
   * Other addresses that are the same person's, where a project keeps one contact for them: a phone
   * number on other channels, a user id at the project's other apps.
   */
  public List<Owner.Person> siblings(Owner.Person person) {
    if (!isUnified(person.project())) {
      return List.of();
    }
    Stream<Owner.Person> same =
        person.scope().isPresent()
            ? apps(person.project()).stream()
                .map(app ->
                    new Owner.Person(
                        person.project(), person.channel(), Optional.of(app.id()), person.value()))
            : Identities.siblings(person.channel()).stream()
                .map(channel ->
                    new Owner.Person(person.project(), channel, Optional.empty(), person.value()));
    return same.filter(other -> !other.equals(person)).toList();
  }

  /** Accounts that an app gave up are found as well: what they received is still theirs. */
  public Optional<Account> account(AccountId id) {
    return Optional.ofNullable(snapshot.accounts.get(id));
  }

  /** The account behind a webhook URL: the default one of the channel where no ordinal is named. */
  public Optional<Account> account(AppId app, ChannelName channel, Optional<Integer> ordinal) {
    return app(app)
        .flatMap(found ->
            ordinal.isEmpty()
                ? found.account(channel)
                : found.accounts().stream()
                    .filter(account -> account.channel().equals(channel))
                    .filter(account -> account.ordinal() == ordinal.get())
                    .findFirst());
  }

  private record Snapshot(
      Map<AppId, App> apps, Map<AccountId, Account> accounts, Map<ProjectId, Boolean> unified) {}
}
