package dev.throughline.api;

import dev.throughline.account.AccountCalls;
import dev.throughline.account.Job;
import dev.throughline.account.Jobs;
import dev.throughline.channel.line.account.LineCall;
import dev.throughline.channel.line.account.LineReply;
import dev.throughline.channel.line.account.Operations;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.DecidedChanges;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What takes LINE more than a call, and is followed as a job (docs/line-operations.md). */
final class LineJobRoutes {
  private static final String LINE = "/v1/projects/{project}/apps/{app}/line";
  private static final String LIST = "line jobs";
  private static final int MAX_PAGE = 100;
  private static final int MAX_MENUS = 100;
  private static final int MAX_ID = 100;
  private static final int CSV_LIMIT = 16 << 20;

  private final LineAccess access;
  private final Directory directory;
  private final AccountCalls calls;
  private final Jobs jobs;
  private final Paging paging;
  private final Freshness freshness;
  private final IdempotencyKeys keys;

  LineJobRoutes(
      LineAccess access,
      Directory directory,
      AccountCalls calls,
      Jobs jobs,
      Paging paging,
      Freshness freshness,
      IdempotencyKeys keys) {
    this.access = access;
    this.directory = directory;
    this.calls = calls;
    this.jobs = jobs;
    this.paging = paging;
    this.freshness = freshness;
    this.keys = keys;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(LINE + "/state", guard.project(this::state)),
        Route.post(LINE + ":setUp", guard.project(this::setUp)),
        Route.post(LINE + "/followers:import", guard.project(this::importFriends)),
        Route.post(LINE + "/followers:upload", guard.project(this::upload)).limit(CSV_LIMIT),
        Route.post(LINE + "/followers:refreshProfiles", guard.project(this::refreshProfiles)),
        Route.post(LINE + "/richmenu:clone", guard.project(this::cloneMenus)),
        Route.post(LineRoutes.BASE + "message/narrowcast", guard.project(this::narrowcast)),
        Route.get(LINE + "/jobs", guard.project(this::list)),
        Route.get(LINE + "/jobs/{job}", guard.project(this::get)),
        Route.post(LINE + "/jobs/{job}:stop", guard.project(this::stop)),
        Route.post(LINE + "/jobs/{job}:resume", guard.project(this::resume)));
  }

  private Response state(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Account account = access.account(project, request).account();
    ObjectNode json = Json.object();
    json.put("ordinal", account.ordinal());
    ObjectNode credential = Json.object(account.credential());
    if (credential.path("state").isObject()) {
      json.set("state", credential.path("state"));
    }
    json.put("channel_known_id", account.platformId().orElse(""));
    return Answers.ok(json);
  }

  private Response setUp(ProjectId project, Request request) {
    Fields body = body(request);
    Account account = access.account(project, request).account();
    jobs.setUp(account, body.bool("take_webhook").orElse(false));
    return accepted(Json.object().put("ordinal", account.ordinal()));
  }

  private Response importFriends(ProjectId project, Request request) {
    boolean profiles = body(request).bool("profiles").orElse(true);
    Account account = access.account(project, request).account();
    return start(
        project,
        request,
        account,
        Job.Kind.FRIENDS_IMPORT,
        Json.object().put("profiles", profiles));
  }

  private Response refreshProfiles(ProjectId project, Request request) {
    Account account = access.account(project, request).account();
    return start(project, request, account, Job.Kind.PROFILES_REFRESH, Json.object());
  }

  private Response upload(ProjectId project, Request request) {
    Account account = access.account(project, request).account();
    List<String> users = FriendCsv.users(request.body());
    jobs.friends(account, users);
    return accepted(Json.object().put("friends", users.size()));
  }

  private Response cloneMenus(ProjectId project, Request request) {
    Account from = access.account(project, request).account();
    Fields body = body(request);
    Fields to = body.object("to").orElseThrow(() -> body.wrong("to", "is required."));
    App app =
        to.string("app_id", MAX_ID)
            .map(id ->
                Ulids.parse(id)
                    .map(AppId::new)
                    .flatMap(known -> directory.app(project, known))
                    .orElseThrow(AppRoutes::unknown))
            .orElseGet(() -> access.app(project, request));
    Account goal = access.account(app, to.integer("ordinal", 0, 255)).account();
    if (goal.id().equals(from.id())
        || (goal.platformId().isPresent() && goal.platformId().equals(from.platformId()))) {
      throw to.wrong("ordinal", "is the account that the menus are copied from.");
    }
    ObjectNode input = Json.object();
    input.put("to", goal.id().toString());
    ArrayNode menus = input.putArray("rich_menu_ids");
    body.strings("rich_menu_ids", MAX_MENUS).forEach(menus::add);
    input.put("aliases", body.bool("aliases").orElse(true));
    input.put("default", body.bool("default").orElse(true));
    return start(project, request, from, Job.Kind.RICH_MENU_CLONE, input);
  }

  /** LINE's own request; what is wrong with its messages is told before anything is kept. */
  private Response narrowcast(ProjectId project, Request request) throws InterruptedException {
    LineAccess.Named account = access.account(project, request);
    ObjectNode body = Json.request(request.body());
    if (!body.path("messages").isArray()) {
      throw Refusal.invalid("FIELD_INVALID", "messages", "messages is required.");
    }
    ObjectNode messages = Json.object();
    messages.set("messages", body.path("messages"));
    LineReply opinion =
        calls.perform(
            account.account(),
            account.known(),
            LineCall.of(Operations.NARROWCAST_VALIDATE).json(Json.bytes(messages)));
    if (opinion instanceof LineReply.Refused refused && refused.status() != 429) {
      return LineRefusal.of(refused);
    }
    // While LINE cannot be asked, the send itself will tell.
    ObjectNode input = Json.object();
    input.set("body", body);
    return start(project, request, account.account(), Job.Kind.NARROWCAST, input);
  }

  private Response start(
      ProjectId project, Request request, Account account, Job.Kind kind, ObjectNode input) {
    return switch (jobs.start(account, kind, input, keys.of(project, request))) {
      case DecidedChanges.Made.Is(Ulid id) -> accepted(Json.object().put("job_id", id.toString()));
      case DecidedChanges.Made.KeyReused() -> throw Refusal.reused();
    };
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    App app = access.app(project, request);
    int size = Paging.size(request, MAX_PAGE);
    String list = LIST + " " + app.id();
    List<Job> page = jobs.page(app.id(), paging.after(request, project, list), size + 1);
    List<ObjectNode> shown = new ArrayList<>();
    page.stream().limit(size).forEach(job -> shown.add(shown(job)));
    String next = page.size() > size ? paging.token(project, list, page.get(size - 1).id()) : "";
    return Answers.ok(Answers.list("jobs", shown, next));
  }

  private Response get(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Job job = find(project, request);
    ObjectNode json = shown(job);
    ArrayNode steps = json.putArray("steps");
    jobs.notes(job).forEach(steps::add);
    return Answers.ok(json);
  }

  private Response stop(ProjectId project, Request request) {
    Job job = find(project, request);
    jobs.stop(account(job), job);
    return accepted(Json.object().put("job_id", job.id().toString()));
  }

  private Response resume(ProjectId project, Request request) {
    Job job = find(project, request);
    if (!jobs.resume(account(job), job)) {
      throw Refusal.invalid(
          "LINE_JOB_NOT_RESUMABLE", "", "Only a job that failed or was stopped can be resumed.");
    }
    return accepted(Json.object().put("job_id", job.id().toString()));
  }

  private Account account(Job job) {
    return directory
        .account(job.account())
        .orElseThrow(() ->
            Refusal.unknown("LINE_ACCOUNT_UNKNOWN", "The job's account does not exist any more."));
  }

  private Job find(ProjectId project, Request request) {
    App app = access.app(project, request);
    Refusal unknown = Refusal.unknown("LINE_JOB_UNKNOWN", "The app has no such job.");
    return jobs.find(app.id(), Answers.id(request, "job", unknown)).orElseThrow(() -> unknown);
  }

  private ObjectNode shown(Job job) {
    ObjectNode json = Json.object();
    json.put("id", job.id().toString());
    json.put("kind", job.kind().name());
    json.put("state", job.state().name());
    directory.account(job.account()).ifPresent(account -> json.put("ordinal", account.ordinal()));
    json.put("created", job.created().toString());
    json.put("updated", job.updated().toString());
    json.set("progress", job.progress());
    for (String name : List.of("error", "waiting_for")) {
      Json.string(job.document(), name).ifPresent(text -> json.put(name, text));
    }
    return json;
  }

  private static Fields body(Request request) {
    return Fields.of(request.body().length() == 0 ? Json.object() : Json.request(request.body()));
  }

  private static Response accepted(ObjectNode json) {
    return Response.json(202, Json.bytes(json));
  }
}
