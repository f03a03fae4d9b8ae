package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.outbound.ProviderRates;
import dev.throughline.task.RateLimits.Standing;
import dev.throughline.task.Tasks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How much may still be asked of the API and of the providers: of an app for its project, of all of
 * them on the operations port.
 */
public final class RateRoutes {
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final ProviderRates rates;
  private final Tasks tasks;
  private final RequestRates requests;

  public RateRoutes(
      Directory directory,
      Map<ChannelName, Channel> channels,
      ProviderRates rates,
      Tasks tasks,
      RequestRates requests) {
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.rates = rates;
    this.tasks = tasks;
    this.requests = requests;
  }

  /** The public port's. */
  public List<Route> routes(Api.Ground ground, AccessKeys keys) {
    Guard guard = new Guard(keys, new Tokens(ground.vault(), ground.clock()), ground.rates());
    return List.of(
        Route.get("/v1/projects/{project}/apps/{app}/rate-limits", guard.project(this::ofApp)));
  }

  /** The operations port's: accounts by their random ids, and nobody. */
  public List<Route> operations() {
    return List.of(Route.get("/rates", Guard.open(this::ofAll)));
  }

  private Response ofApp(ProjectId project, Request request) {
    Refusal unknown = Refusal.unknown("APP_UNKNOWN", "The project has no such app.");
    App app =
        directory
            .app(project, new AppId(Answers.id(request, "app", unknown)))
            .orElseThrow(() -> unknown);
    ObjectNode json = Json.object();
    requests(json.putObject("requests"), project);
    accounts(json.putArray("accounts"), app);
    return Answers.ok(json);
  }

  private Response ofAll(Request request) {
    ObjectNode json = Json.object();
    ArrayNode projects = json.putArray("requests");
    directory.apps().stream()
        .map(App::project)
        .distinct()
        .forEach(
            project -> requests(projects.addObject().put("project_id", project.value()), project));
    ArrayNode accounts = json.putArray("accounts");
    directory.apps().forEach(app -> accounts(accounts, app));
    return Answers.ok(json);
  }

  private void requests(ObjectNode json, ProjectId project) {
    json.put("per_second", requests.perSecond());
    requests.left(project).ifPresent(left -> json.put("left", left));
  }

  private void accounts(ArrayNode json, App app) {
    Map<String, Standing> used =
        tasks.limits().of(app.accounts().stream().map(Account::id).toList()).stream()
            .collect(
                Collectors.toMap(
                    standing -> standing.account() + " " + standing.endpoint(),
                    Function.identity()));
    for (Account account : app.accounts()) {
      ObjectNode shown = json.addObject();
      shown.put("app_id", app.id().toString());
      shown.put("account_id", account.id().toString());
      shown.put("channel", account.channel().value());
      shown.put("credential_ordinal_number", account.ordinal());
      ArrayNode list = shown.putArray("rates");
      published(account)
          .forEach((rate, perSecond) ->
              shown(
                  list.addObject().put("rate", rate),
                  account,
                  Optional.ofNullable(used.get(account.id() + " " + rate))
                      .orElseGet(() -> unused(account, rate, perSecond))));
    }
  }

  private Map<String, Integer> published(Account account) {
    return Optional.ofNullable(channels.get(account.channel()))
        .map(channel -> new TreeMap<>(channel.rates()))
        .orElseGet(TreeMap::new);
  }

  private Standing unused(Account account, String rate, int published) {
    int perSecond = rates.perSecond(account, rate, published);
    return new Standing(account.id(), rate, perSecond, perSecond, 0, Optional.empty());
  }

  private void shown(ObjectNode json, Account account, Standing standing) {
    json.put("per_second", standing.perSecond());
    json.put("granted", standing.granted());
    json.put("used", standing.used());
    standing.left().ifPresent(left -> json.put("left", left));
    json.put("waiting", tasks.waitingFor(account.id(), standing.endpoint()));
    standing.resting().ifPresent(until -> json.put("resting_until", until.toString()));
  }
}
