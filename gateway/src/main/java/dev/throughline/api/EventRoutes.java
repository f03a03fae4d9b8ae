package dev.throughline.api;

import dev.throughline.contract.EventRequests;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.conversation.App;
import dev.throughline.conversation.AskedEntries;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.EventStore;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.EventRequest;
import dev.throughline.message.Ids.EventId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Owner;
import java.util.List;
import java.util.Optional;

/** Events: what is shown to somebody and is no message (contract, 2.5). */
final class EventRoutes {
  private static final String PROJECT = "/v1/projects/{project}";
  private static final String LIST = "events";
  private static final int MAX_PAGE = 20;

  private final EventStore events;
  private final Requests requests;
  private final Directory directory;
  private final Paging paging;
  private final Freshness freshness;
  private final TargetCheck targets;

  EventRoutes(
      EventStore events,
      Requests requests,
      Directory directory,
      Paging paging,
      Freshness freshness,
      TargetCheck targets) {
    this.events = events;
    this.requests = requests;
    this.directory = directory;
    this.paging = paging;
    this.freshness = freshness;
    this.targets = targets;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post(PROJECT + "/events:send", guard.project(this::send)),
        Route.get(PROJECT + "/events", guard.project(this::list)),
        Route.get(PROJECT + "/events/{event}", guard.project(this::get)),
        Route.delete(PROJECT + "/events/{event}", guard.project(this::delete)));
  }

  private Response send(ProjectId project, Request request) {
    IdempotencyKeys.key(request);
    EventRequest event = EventRequests.read(request.body());
    App app = directory.app(project, event.app()).orElseThrow(AppRoutes::unknown);
    if (event.channel().filter(channel -> app.account(channel).isEmpty()).isPresent()) {
      throw new WrongFieldException(
          "channel_priority_order[0]", "is a channel that the app is not set up for.");
    }
    event
        .callbackUrl()
        .flatMap(targets::refusal)
        .ifPresent(sentence -> {
          throw Refusal.invalid("TARGET_REFUSED", "callback_url", sentence);
        });
    Owner owner = requests.owner(project, app, event.recipient());
    requests.queue(app);
    return requests
        .accept(AskedEntries.EVENT, project, owner, request.body(), request)
        .answer("event_id");
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    int size = Paging.size(request, MAX_PAGE);
    Optional<Ulid> after = paging.after(request, project, LIST);
    Optional<Ulid> conversation = Answers.idQuery(request, "conversation_id");
    Optional<Ulid> contact = Answers.idQuery(request, "contact_id");
    if (conversation.isPresent() == contact.isPresent()) {
      throw Refusal.invalid(
          "FIELD_INVALID",
          conversation.isPresent() ? "contact_id" : "conversation_id",
          "Use either conversation_id or contact_id.");
    }
    freshness.await(project);
    EventStore.Of of =
        conversation
            .<EventStore.Of>map(EventStore.Of.Conversation::new)
            .orElseGet(() -> new EventStore.Of.Contact(contact.orElseThrow()));
    List<EventStore.Shown> found = events.page(project, of, after, size + 1);
    boolean more = found.size() > size;
    List<EventStore.Shown> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            LIST,
            page.stream().map(EventStore.Shown::json).toList(),
            more ? paging.token(project, LIST, page.getLast().id().value()) : ""));
  }

  private Response get(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    return Answers.ok(events.find(project, id(request)).orElseThrow(EventRoutes::unknown).json());
  }

  private Response delete(ProjectId project, Request request) throws InterruptedException {
    freshness.await(project);
    Answers.done(events.delete(project, id(request)), unknown(), by -> unknown());
    return Answers.empty();
  }

  private static EventId id(Request request) {
    return new EventId(Answers.id(request, "event", unknown()));
  }

  private static Refusal unknown() {
    return Refusal.unknown("EVENT_UNKNOWN", "The project has no such event.");
  }
}
