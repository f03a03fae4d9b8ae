package dev.throughline.api;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.DecidedChanges;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.outbound.broadcast.AudienceReader;
import dev.throughline.outbound.broadcast.Broadcast;
import dev.throughline.outbound.broadcast.BroadcastDesk;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/projects/{project}/broadcasts}: one message to many (docs/broadcasts.md). */
final class BroadcastRoutes {
  private static final String BASE = "/v1/projects/{project}/broadcasts";
  private static final String ONE = BASE + "/{broadcast}";
  private static final String LIST = "broadcasts";
  private static final int MAX_PAGE = 100;
  private static final String BY_REASON = "reason";

  /**
   * Five million LINE addresses, or fewer people with variables. No more than is needed: a chunk
   * that is announced larger than any route takes is refused at once, a smaller one when it comes.
   */
  private static final long MAX_UPLOAD = 256L << 20;

  private final BroadcastDesk desk;
  private final BroadcastForm form;
  private final BroadcastView view;
  private final PreflightView preflight;
  private final Directory directory;
  private final Paging paging;
  private final Freshness freshness;
  private final IdempotencyKeys keys;
  private final EntryReceipts receipts;

  BroadcastRoutes(
      BroadcastDesk desk,
      BroadcastForm form,
      BroadcastView view,
      PreflightView preflight,
      Directory directory,
      Paging paging,
      Freshness freshness,
      IdempotencyKeys keys,
      EntryReceipts receipts) {
    this.desk = desk;
    this.form = form;
    this.view = view;
    this.preflight = preflight;
    this.directory = directory;
    this.paging = paging;
    this.freshness = freshness;
    this.keys = keys;
    this.receipts = receipts;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post(BASE, guard.project(this::make)),
        Route.get(BASE, guard.project(this::list)),
        Route.get(ONE, guard.project(this::get)),
        Route.put(ONE + "/audience", guard.project(this::upload)).streamed(MAX_UPLOAD),
        Route.get(ONE + "/preflight", guard.project(this::preflight)),
        Route.get(ONE + "/results.csv", guard.project(this::results)),
        Route.get(ONE + "/recipients/{channel}/{identity}/receipt", guard.project(this::receipt)),
        Route.of("DELETE", ONE + "/recipients/{channel}/{identity}", guard.project(this::forget)),
        Route.post(ONE + ":start", guard.project(this::start)),
        Route.post(ONE + ":continue", guard.project(this::goOn)),
        Route.post(ONE + ":pause", guard.project(this::pause)),
        Route.post(ONE + ":resume", guard.project(this::resume)),
        Route.post(ONE + ":stop", guard.project(this::stop)));
  }

  private Response make(ProjectId project, Request request) throws IOException {
    BroadcastForm.Given given = form.read(project, request.body());
    Ulid id =
        switch (desk.make(
            given.app(), given.order(), given.shortLinks(), keys.of(project, request))) {
          case DecidedChanges.Made.Is(Ulid made) -> made;
          case DecidedChanges.Made.KeyReused() -> throw Refusal.reused();
        };
    Broadcast broadcast = desk.find(project, id).orElseThrow(BroadcastRoutes::unknown);
    boolean own = given.order().own().isPresent();
    if ((own || !given.named().isEmpty()) && broadcast.state() == Broadcast.State.DRAFT) {
      desk.fill(
          given.app(),
          broadcast,
          taker -> {
            given.named().forEach(taker::take);
            return new AudienceReader.Read(given.named().size(), true);
          });
      broadcast = desk.find(project, id).orElseThrow(BroadcastRoutes::unknown);
    }
    return Answers.ok(view.shown(broadcast));
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    int size = Paging.size(request, MAX_PAGE);
    List<Broadcast> page = desk.page(project, paging.after(request, project, LIST), size + 1);
    List<ObjectNode> shown = new ArrayList<>();
    page.stream().limit(size).forEach(each -> shown.add(view.shown(each)));
    String next = page.size() > size ? paging.token(project, LIST, page.get(size - 1).id()) : "";
    return Answers.ok(Answers.list("broadcasts", shown, next));
  }

  private Response get(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    return Answers.ok(view.shown(find(project, request)));
  }

  private Response upload(ProjectId project, Request request) throws IOException {
    Broadcast broadcast = find(project, request);
    if (broadcast.order().own().isPresent()) {
      throw Refusal.invalid(
          "BROADCAST_STATE", "", "The audience is one that LINE keeps: none can be handed in.");
    }
    App app = app(project, broadcast);
    String type = request.header("Content-Type").orElse("").split(";", 2)[0].strip();
    BroadcastDesk.Source source =
        switch (type) {
          case "text/csv" -> taker -> AudienceReader.csv(request.stream(), taker);
          case "application/x-ndjson", "application/jsonl" ->
              taker -> AudienceReader.ndjson(request.stream(), taker);
          default ->
              throw Refusal.invalid(
                  "FIELD_INVALID",
                  "Content-Type",
                  "Content-Type must be text/csv or application/x-ndjson.");
        };
    return switch (desk.fill(app, broadcast, source)) {
      case BroadcastDesk.Filled.Whole _ -> Answers.ok(view.shown(find(project, request)));
      case BroadcastDesk.Filled.TooMany() ->
          throw Refusal.invalid(
              "BROADCAST_TOO_LARGE", "", "A broadcast goes to at most 5,000,000 people.");
      case BroadcastDesk.Filled.NotNow() ->
          throw Refusal.invalid(
              "BROADCAST_STATE",
              "",
              "An audience can be given until the broadcast starts, one at a time.");
    };
  }

  private Response preflight(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Broadcast broadcast = find(project, request);
    return Answers.ok(preflight.shown(app(project, broadcast), broadcast));
  }

  private Response results(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Broadcast broadcast = find(project, request);
    boolean byReason = BY_REASON.equals(request.query("by").orElse(""));
    if (!byReason && request.query("by").isPresent()) {
      throw Refusal.invalid("FIELD_INVALID", "by", "by must be " + BY_REASON + ", or left out.");
    }
    return Response.streamed(
            200,
            "text/csv; charset=utf-8",
            out -> {
              if (byReason) {
                view.csvByReason(broadcast, out);
              } else {
                view.csv(broadcast, out);
              }
            })
        .with(
            "Content-Disposition", "attachment; filename=\"broadcast-" + broadcast.id() + ".csv\"");
  }

  private Response receipt(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Broadcast broadcast = find(project, request);
    if (!ChannelName.isValid(request.param("channel"))) {
      throw notSent();
    }
    Identity identity =
        new Identity(new ChannelName(request.param("channel")), request.param("identity"));
    BroadcastDesk.Sent sent =
        desk.sentTo(app(project, broadcast), broadcast, identity)
            .orElseThrow(BroadcastRoutes::notSent);
    return Response.of(
            200,
            "application/zip",
            receipts
                .of(
                    List.of(
                        new EntryReceipts.Disclosed(sent.attempt(), 0, 2),
                        new EntryReceipts.Disclosed(sent.attempt(), sent.part(), sent.part() + 1),
                        new EntryReceipts.Disclosed(sent.outcome(), 0, Integer.MAX_VALUE)))
                .orElseThrow(
                    () -> Refusal.unavailable("No checkpoint covers it yet; try again shortly.")))
        .with("Content-Disposition", "attachment; filename=\"receipt-" + broadcast.id() + ".zip\"");
  }

  private Response forget(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Broadcast broadcast = find(project, request);
    if (!ChannelName.isValid(request.param("channel"))
        || !desk.forget(
            broadcast,
            new Identity(new ChannelName(request.param("channel")), request.param("identity")))) {
      throw Refusal.unknown(
          "BROADCAST_RECIPIENT_UNKNOWN", "The audience holds nobody under such an address.");
    }
    return Answers.ok(Json.object());
  }

  private Response start(ProjectId project, Request request) throws InterruptedException {
    Fields body = body(request);
    Optional<Instant> at = ContactFilters.time(body, "at");
    if (at.filter(time -> time.isAfter(desk.latestStart())).isPresent()) {
      throw body.wrong("at", "must be within 30 days: an audience lives no longer.");
    }
    return changed(
        project,
        request,
        "Only a broadcast that is READY can be started: one whose audience is whole.",
        broadcast -> broadcast.state() == Broadcast.State.READY && desk.begin(broadcast, at));
  }

  private Response goOn(ProjectId project, Request request) throws InterruptedException {
    return changed(
        project,
        request,
        "Only a broadcast that is STAGED has a next stage to continue with.",
        broadcast ->
            broadcast.state() == Broadcast.State.STAGED && desk.begin(broadcast, Optional.empty()));
  }

  private Response pause(ProjectId project, Request request) throws InterruptedException {
    return changed(
        project, request, "Only a broadcast that is RUNNING can be paused.", desk::pause);
  }

  private Response resume(ProjectId project, Request request) throws InterruptedException {
    return changed(
        project, request, "Only a broadcast that is PAUSED can be resumed.", desk::resume);
  }

  private Response stop(ProjectId project, Request request) throws InterruptedException {
    return changed(project, request, "The broadcast is over.", desk::stop);
  }

  private interface Wish {
    boolean grant(Broadcast broadcast);
  }

  private Response changed(ProjectId project, Request request, String otherwise, Wish wish)
      throws InterruptedException {
    freshness.await(project);
    if (!wish.grant(find(project, request))) {
      throw Refusal.invalid("BROADCAST_STATE", "", otherwise);
    }
    freshness.await(project);
    return Answers.ok(view.shown(find(project, request)));
  }

  private Broadcast find(ProjectId project, Request request) {
    Refusal unknown = unknown();
    return desk.find(project, Answers.id(request, "broadcast", unknown)).orElseThrow(() -> unknown);
  }

  private App app(ProjectId project, Broadcast broadcast) {
    return directory.app(project, broadcast.standing().app()).orElseThrow(AppRoutes::unknown);
  }

  private static Refusal unknown() {
    return Refusal.unknown("BROADCAST_UNKNOWN", "The project has no such broadcast.");
  }

  private static Refusal notSent() {
    return Refusal.unknown(
        "BROADCAST_RECIPIENT_UNKNOWN",
        "Nothing was sent to such an address together with others; a message of its own has its"
            + " own receipt.");
  }

  private static Fields body(Request request) {
    return Fields.of(request.body().length() == 0 ? Json.object() : Json.request(request.body()));
  }
}
