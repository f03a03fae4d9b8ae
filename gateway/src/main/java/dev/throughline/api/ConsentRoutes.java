package dev.throughline.api;

import dev.throughline.contract.ConsentRequests;
import dev.throughline.contract.Json;
import dev.throughline.contract.ReachRequests;
import dev.throughline.conversation.App;
import dev.throughline.conversation.AskedEntries;
import dev.throughline.conversation.ConsentStore;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ConsentList;
import dev.throughline.message.ConsentRequest;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.ReachRequest;
import dev.throughline.message.Ulids;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whether somebody can be sent to, and whether they want to be. */
final class ConsentRoutes {
  private static final String PROJECT = "/v1/projects/{project}";
  private static final String LIST = "consents";
  private static final String REQUEST_ID = "request_id";
  private static final int MAX_PAGE = 1_000;
  private static final int MAX_REQUEST_ID = 256;

  private final ConsentStore consents;
  private final Requests requests;
  private final Directory directory;
  private final Paging paging;
  private final Freshness freshness;
  private final Ulids ulids;

  ConsentRoutes(
      ConsentStore consents,
      Requests requests,
      Directory directory,
      Paging paging,
      Freshness freshness,
      Ulids ulids) {
    this.consents = consents;
    this.requests = requests;
    this.directory = directory;
    this.paging = paging;
    this.freshness = freshness;
    this.ulids = ulids;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post(PROJECT + "/capability:query", guard.project(this::query)),
        Route.post(
            PROJECT + "/optouts:register",
            guard.project((project, request) -> register(project, request, true))),
        Route.post(
            PROJECT + "/optins:register",
            guard.project((project, request) -> register(project, request, false))),
        Route.get(PROJECT + "/apps/{app}/consents/{list}", guard.project(this::list)),
        Route.get(
            PROJECT + "/apps/{app}/consents/identities/{identity}", guard.project(this::records)));
  }

  private Response query(ProjectId project, Request request) {
    ObjectNode body = Json.request(request.body());
    if (Json.string(body, REQUEST_ID).orElse("").isEmpty()) {
      body.put(REQUEST_ID, ulids.next().toString());
    }
    Bytes kept = Json.bytes(body);
    ReachRequest query = ReachRequests.read(kept);
    App app = directory.app(project, query.app()).orElseThrow(AppRoutes::unknown);
    requests.accept(
        AskedEntries.REACH,
        project,
        requests.owner(project, app, query.recipient()),
        kept,
        request);
    ObjectNode answer = Json.object();
    answer.put("app_id", query.app().toString());
    answer.set("recipient", body.path("recipient"));
    answer.put(REQUEST_ID, query.requestId());
    return Answers.ok(answer);
  }

  private Response register(ProjectId project, Request request, boolean out) {
    ObjectNode body = Json.request(request.body());
    String requestId =
        request
            .query(REQUEST_ID)
            .filter(id -> !id.isEmpty())
            .or(() -> Json.string(body, REQUEST_ID).filter(id -> !id.isEmpty()))
            .orElseGet(() -> ulids.next().toString());
    if (requestId.length() > MAX_REQUEST_ID) {
      throw Refusal.invalid(
          "FIELD_INVALID",
          REQUEST_ID,
          "request_id must have at most " + MAX_REQUEST_ID + " characters.");
    }
    body.put(REQUEST_ID, requestId);
    body.put(ConsentRequests.OPT, out ? "OUT" : "IN");
    body.put(ConsentRequests.SOURCE, ConsentSource.API.name());
    Bytes kept = Json.bytes(body);
    ConsentRequest change = ConsentRequests.read(kept);
    App app = directory.app(project, change.app()).orElseThrow(AppRoutes::unknown);
    requests.accept(
        AskedEntries.CONSENT,
        project,
        requests.owner(project, app, change.recipient()),
        kept,
        request);
    ObjectNode answer = Json.object();
    ObjectNode opt = answer.putObject(out ? "opt_out" : "opt_in");
    opt.put("app_id", change.app().toString());
    ArrayNode channels = opt.putArray("channels");
    change.channels().forEach(channel -> channels.add(channel.value()));
    opt.set("recipient", body.path("recipient"));
    opt.put("list_type", change.list().name());
    answer.put(REQUEST_ID, requestId);
    return Answers.ok(answer);
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    App app = app(project, request);
    ConsentList list =
        ConsentList.of(request.param("list"))
            .orElseThrow(() ->
                Refusal.invalid(
                    "FIELD_INVALID",
                    "list_type",
                    "list_type must be OPT_OUT_ALL, OPT_OUT_MARKETING or OPT_OUT_NOTIFICATION."));
    int size = Paging.size(request, MAX_PAGE);
    String name = LIST + " " + app.id() + " " + list;
    Optional<Ulid> after = paging.after(request, project, name);
    freshness.await(project);
    List<ConsentStore.Listed> found = consents.page(app.id(), list, after, size + 1);
    boolean more = found.size() > size;
    List<ConsentStore.Listed> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            "identities",
            page.stream().map(listed -> Json.object().put("identity", listed.address())).toList(),
            more ? paging.token(project, name, page.getLast().id()) : ""));
  }

  private Response records(ProjectId project, Request request) throws InterruptedException {
    App app = app(project, request);
    String identity = request.param("identity");
    freshness.await(project);
    ObjectNode answer = Json.object();
    answer.putObject("identity").put("identity", identity);
    consents.records(app, identity).forEach(answer.putArray("audit_records")::add);
    return Answers.ok(answer);
  }

  private App app(ProjectId project, Request request) {
    return directory
        .app(project, new AppId(Answers.id(request, "app", AppRoutes.unknown())))
        .orElseThrow(AppRoutes::unknown);
  }
}
