package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.AppStore;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.log.Draft;
import dev.throughline.log.Log;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Apps (contract, 2.1). */
final class AppRoutes {
  private static final String BASE = "/v1/projects/{project}/apps";
  private static final String CREDENTIALS = "channel_credentials";

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Ulids ulids;
  private final InstantSource clock;
  private final Directory directory;
  private final Configuration configuration;
  private final AppForm form;
  private final CredentialForm credentials;
  private final CheckedAccounts checked;

  AppRoutes(
      Database database,
      Vault vault,
      Log log,
      Ulids ulids,
      InstantSource clock,
      Directory directory,
      Configuration configuration,
      AppForm form,
      Map<ChannelName, Channel> channels,
      TargetCheck targets,
      CredentialCheck check) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.ulids = ulids;
    this.clock = clock;
    this.directory = directory;
    this.configuration = configuration;
    this.form = form;
    this.credentials = new CredentialForm(ulids, channels, targets);
    this.checked = new CheckedAccounts(check);
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE, guard.project(this::list)),
        Route.post(BASE, guard.project(this::create)),
        Route.get(BASE + "/{app}", guard.project(this::get)),
        Route.patch(BASE + "/{app}", guard.project(this::update)),
        Route.delete(BASE + "/{app}", guard.project(this::delete)));
  }

  private Response list(ProjectId project, Request request) {
    ObjectNode json = Json.object();
    ArrayNode apps = json.putArray("apps");
    directory.apps(project).forEach(app -> apps.add(form.shown(app)));
    return Answers.ok(json);
  }

  private Response get(ProjectId project, Request request) {
    return Answers.ok(form.shown(find(project, request)));
  }

  private Response create(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    AppId id = new AppId(ulids.next());
    ObjectNode settings = form.apply(form.defaults(), body, UpdateMask.all());
    List<Account> given = credentials.read(body, project, id, List.of());
    List<Account> accounts = checked.check(given, List.of());
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    App app = AppStore.of(id, project, now, settings, accounts);
    return configuration.alone(() -> write(app, true, "app_created", true));
  }

  private Response update(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    UpdateMask mask = UpdateMask.of(request);
    App before = find(project, request);
    boolean replaces = mask.covers(CREDENTIALS, body);
    // Asked before the lock is taken: a channel may take its time.
    List<Account> accounts =
        replaces
            ? checked.check(
                credentials.read(body, project, before.id(), before.accounts()), before.accounts())
            : List.of();
    return configuration.alone(() -> {
      directory.reload();
      App current = find(project, request);
      App after =
          AppStore.of(
              current.id(),
              project,
              current.created(),
              form.apply(Json.object(current.json()), body, mask),
              replaces ? accounts : current.accounts());
      return write(after, false, "app_updated", replaces);
    });
  }

  private Response delete(ProjectId project, Request request) throws InterruptedException {
    return configuration.alone(() -> {
      directory.reload();
      App app = find(project, request);
      Draft draft = configuration.draft(project, "app_deleted", facts(app));
      database.transaction(c -> {
        AppStore.delete(c, project, app.id());
        return log.append(draft, c);
      });
      directory.reload();
      return Answers.empty();
    });
  }

  /**
   * @param setsUp whether the app's LINE accounts are set up at LINE afterwards
   */
  private Response write(App app, boolean fresh, String change, boolean setsUp) {
    Owner installation = new Owner.Installation();
    DataKey key = vault.keyFor(installation);
    ObjectNode facts = facts(app);
    if (setsUp) {
      ArrayNode accounts = facts.putArray("set_up");
      app.accounts().stream()
          .filter(account -> account.channel().equals(ChannelName.LINE))
          .forEach(account -> accounts.add(account.id().toString()));
    }
    Draft draft = configuration.draft(app.project(), change, facts);
    Instant now = clock.instant();
    database.transaction(c -> {
      Vault.insert(c, List.of(key));
      AppStore.write(c, vault, key, app, fresh, now);
      return log.append(draft, c);
    });
    vault.admit(Map.of(installation, key));
    directory.reload();
    return Answers.ok(form.shown(app));
  }

  private App find(ProjectId project, Request request) {
    return directory
        .app(project, new AppId(Answers.id(request, "app", unknown())))
        .orElseThrow(AppRoutes::unknown);
  }

  static Refusal unknown() {
    return Refusal.unknown("APP_UNKNOWN", "The project has no such app.");
  }

  /** What the ledger says of an app: everything but its secrets. */
  private static ObjectNode facts(App app) {
    ObjectNode facts = Json.object();
    facts.put("app", app.id().toString());
    ObjectNode settings = Json.object(app.json());
    settings.remove("callback_settings");
    facts.set("settings", settings);
    ArrayNode accounts = facts.putArray("accounts");
    for (Account account : app.accounts()) {
      accounts
          .addObject()
          .put("id", account.id().toString())
          .put("channel", account.channel().value())
          .put("ordinal", account.ordinal());
    }
    return facts;
  }
}
