package dev.throughline.api;

import dev.throughline.contract.ConsentRequests;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.SendPermissions;
import dev.throughline.conversation.SuppressionStore;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Log;
import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.store.Database;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Suppressed addresses, and links to the page where people opt out; both are extensions. */
final class PolicyRoutes {
  private static final String APP = "/v1/projects/{project}/apps/{app}";
  private static final String LIST = "suppressions";
  private static final int MAX_PAGE = 1_000;

  private final Database database;
  private final Log log;
  private final Directory directory;
  private final Configuration configuration;
  private final SuppressionStore suppressions;
  private final OptOutLinks links;
  private final SendPermissions addresses;
  private final Paging paging;
  private final Freshness freshness;
  private final InstantSource clock;

  PolicyRoutes(
      Api.Ground ground,
      Directory directory,
      Configuration configuration,
      SuppressionStore suppressions,
      OptOutLinks links,
      SendPermissions addresses,
      Paging paging,
      Freshness freshness) {
    this.database = ground.database();
    this.log = ground.log();
    this.directory = directory;
    this.configuration = configuration;
    this.suppressions = suppressions;
    this.links = links;
    this.addresses = addresses;
    this.paging = paging;
    this.freshness = freshness;
    this.clock = ground.clock();
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(APP + "/suppressions", guard.project(this::list)),
        Route.delete(APP + "/suppressions/{suppression}", guard.project(this::remove)),
        Route.post(APP + "/optout-links", guard.project(this::make)),
        Route.post(APP + "/optout-links:revoke", guard.project(this::revoke)));
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    App app = app(project, request);
    int size = Paging.size(request, MAX_PAGE);
    String name = LIST + " " + app.id();
    Optional<Ulid> after = paging.after(request, project, name);
    freshness.await(project);
    List<SuppressionStore.Listed> found =
        suppressions.page(app.id(), after, clock.instant(), size + 1);
    boolean more = found.size() > size;
    List<SuppressionStore.Listed> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            LIST,
            page.stream().map(PolicyRoutes::json).toList(),
            more ? paging.token(project, name, page.getLast().id()) : ""));
  }

  private static ObjectNode json(SuppressionStore.Listed listed) {
    ObjectNode json = Json.object();
    json.put("id", listed.id().toString());
    json.put("channel", listed.channel().value());
    json.put("identity", listed.address());
    json.put("reason", listed.suppression().why().name());
    json.put("since", listed.suppression().since().toString());
    listed.suppression().expires().ifPresent(end -> json.put("expires", end.toString()));
    return json;
  }

  private Response remove(ProjectId project, Request request) throws InterruptedException {
    App app = app(project, request);
    Refusal unknown =
        Refusal.unknown("SUPPRESSION_UNKNOWN", "The app has no suppression of this id.");
    Ulid id = Answers.id(request, "suppression", unknown);
    freshness.await(project);
    ObjectNode facts = Json.object();
    facts.put("app", app.id().toString());
    facts.put("suppression", id.toString());
    if (!suppressions.remove(
        app.id(), id, configuration.draft(project, "suppression_removed", facts))) {
      throw unknown;
    }
    return Answers.empty();
  }

  private Response make(ProjectId project, Request request) throws InterruptedException {
    App app = app(project, request);
    Fields body = Fields.of(Json.request(request.body()));
    ConsentList list = ConsentRequests.list(body).orElse(ConsentList.OPT_OUT_MARKETING);
    freshness.await(project);
    ObjectNode answer = Json.object();
    ArrayNode made = answer.putArray("links");
    for (Identity identity : recipient(app, body)) {
      made.addObject()
          .put("channel", identity.channel().value())
          .put("identity", identity.value())
          .put("url", links.of(database, app, identity, list, clock.instant()));
    }
    return Answers.ok(answer);
  }

  /** Of one person, or, where none is named, of everybody. */
  private Response revoke(ProjectId project, Request request) throws InterruptedException {
    App app = app(project, request);
    Fields body = Fields.of(Json.request(request.body()));
    freshness.await(project);
    List<Identity> whose = body.has("recipient") ? recipient(app, body) : List.of();
    ObjectNode facts = Json.object();
    facts.put("app", app.id().toString());
    facts.put("addresses", body.has("recipient") ? whose.size() : -1);
    database.transaction(c -> {
      if (body.has("recipient")) {
        for (Identity identity : whose) {
          links.end(c, app, Optional.of(identity), clock.instant());
        }
      } else {
        links.end(c, app, Optional.empty(), clock.instant());
      }
      return log.append(configuration.draft(project, "optout_links_revoked", facts), c);
    });
    return Answers.empty();
  }

  private List<Identity> recipient(App app, Fields body) {
    Recipient recipient = SendRequests.recipient(body.requiredObject("recipient"));
    List<Identity> found = new ArrayList<>();
    switch (recipient) {
      case Recipient.ByIdentities(List<Identity> named) -> found.addAll(named);
      case Recipient.ByContact _ -> {
        List<ChannelName> channels =
            app.accounts().stream().map(App.Account::channel).distinct().toList();
        for (ChannelName channel : channels) {
          addresses.address(app, recipient, channel, false).ifPresent(found::add);
        }
        if (found.isEmpty()) {
          throw ContactRoutes.unknown();
        }
      }
    }
    return found;
  }

  private App app(ProjectId project, Request request) {
    return directory
        .app(project, new AppId(Answers.id(request, "app", AppRoutes.unknown())))
        .orElseThrow(AppRoutes::unknown);
  }
}
