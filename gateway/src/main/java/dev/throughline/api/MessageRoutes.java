package dev.throughline.api;

import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.Changes;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.MessageStore;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Owner;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Messages that are kept (contract, 2.5). */
final class MessageRoutes {
  private static final String BASE = "/v1/projects/{project}/messages";
  private static final String LIST = "messages";
  private static final int MAX_PAGE = 1_000;

  private final MessageStore messages;
  private final Directory directory;
  private final Paging paging;
  private final Freshness freshness;
  private final Receipts receipts;
  private final DeadLetterStore deadLetters;
  private final Decisions decisions;

  MessageRoutes(
      MessageStore messages,
      Directory directory,
      Paging paging,
      Freshness freshness,
      Receipts receipts,
      DeadLetterStore deadLetters,
      Decisions decisions) {
    this.messages = messages;
    this.directory = directory;
    this.paging = paging;
    this.freshness = freshness;
    this.receipts = receipts;
    this.deadLetters = deadLetters;
    this.decisions = decisions;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE, guard.project(this::list)),
        Route.get(BASE + "/{message}", guard.project(this::get)),
        Route.patch(BASE + "/{message}", guard.project(this::update)),
        Route.delete(BASE + "/{message}", guard.project(this::delete)),
        Route.post(BASE + "/{message}:resend", guard.project(this::resend)),
        Route.get(BASE + "/{message}/receipt", guard.project(this::receipt)));
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    int size = Paging.size(request, MAX_PAGE);
    MessageQuery query = MessageQuery.of(request::rawPlusQuery);
    Optional<Direction> direction = query.direction();
    if (query.dispatch() && Answers.flag(request, "only_recipient_originated")) {
      direction = Optional.of(Direction.TO_APP);
    }
    MessageStore.Filter filter =
        new MessageStore.Filter(
            inConversations(request, query, "conversation_id").map(ConversationId::new),
            inConversations(request, query, "contact_id").map(ContactId::new),
            Answers.idQuery(request, "app_id").map(AppId::new),
            addresses(project, request, query.channel()),
            query.channel(),
            direction,
            query.from(),
            query.until(),
            query.dispatch());
    Optional<MessageStore.Cursor> after =
        paging.place(request, project, LIST).map(MessageQuery::cursor);
    freshness.await(project);
    List<ConversationMessage> found = messages.page(project, filter, after, size + 1);
    boolean more = found.size() > size;
    List<ConversationMessage> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            LIST,
            page.stream().map(query::shown).toList(),
            more ? paging.token(project, LIST, MessageQuery.place(page.getLast())) : ""));
  }

  /** A dispatched message is in no conversation and of no contact. */
  private static Optional<Ulid> inConversations(Request request, MessageQuery query, String name) {
    Optional<Ulid> id = Answers.idQuery(request, name);
    if (id.isPresent() && query.dispatch()) {
      throw Refusal.invalid("FIELD_INVALID", name, name + " cannot be used with DISPATCH_SOURCE.");
    }
    return id;
  }

  private Response get(ProjectId project, Request request) throws InterruptedException {
    return Answers.ok(find(project, id(request), source(request)).json());
  }

  private Response update(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    String metadata = body.string("metadata", SendRequests.MAX_METADATA).orElse("");
    MessageId id = id(request);
    requireFolded(project, id, source(request));
    return Answers.ok(
        Answers.done(messages.update(project, id, metadata), unknown(), by -> unknown()).json());
  }

  /** Deletes what is kept; a message that is on its way still arrives. */
  private Response delete(ProjectId project, Request request) throws InterruptedException {
    MessageId id = id(request);
    requireFolded(project, id, source(request));
    Answers.done(messages.delete(project, id), unknown(), by -> unknown());
    return Answers.empty();
  }

  /** Sends again what may have arrived: only somebody who was asked may decide that. */
  private Response resend(ProjectId project, Request request) throws InterruptedException {
    MessageId id = id(request);
    ConversationMessage message = find(project, id, Optional.empty());
    Optional<Ulid> task =
        message.contact().flatMap(contact -> deadLetters.unknownSend(project, contact, id));
    if (task.isEmpty()) {
      throw Refusal.invalid(
          "NOTHING_TO_RESEND", "", "Of this message no attempt has an unknown outcome.");
    }
    ObjectNode facts = Json.object();
    facts.put(Changes.TASK, task.get().toString());
    facts.put(Changes.MESSAGE, id.toString());
    decisions.append(project, Changes.RESEND, facts);
    return Answers.empty();
  }

  private Response receipt(ProjectId project, Request request) throws InterruptedException {
    MessageId id = id(request);
    Bytes receipt =
        receipts
            .receipt(find(project, id, Optional.empty()).id())
            .orElseThrow(() ->
                Refusal.unavailable("No checkpoint covers the message yet; try again shortly."));
    return Response.of(200, "application/zip", receipt)
        .with("Content-Disposition", "attachment; filename=\"receipt-" + id + ".zip\"");
  }

  /** Which messages are meant; of either source where none is named, since an id is of one. */
  private static Optional<Boolean> source(Request request) {
    return MessageQuery.isDispatch(request::query);
  }

  private ConversationMessage find(ProjectId project, MessageId id, Optional<Boolean> dispatch)
      throws InterruptedException {
    freshness.await(project);
    return messages
        .find(project, id)
        .or(() -> messages.accepted(project, id))
        // The fold may have passed it between the two looks.
        .or(() -> messages.find(project, id))
        .filter(message -> isOf(message, dispatch))
        .orElseThrow(MessageRoutes::unknown);
  }

  private void requireFolded(ProjectId project, MessageId id, Optional<Boolean> dispatch)
      throws InterruptedException {
    freshness.await(project);
    Optional<ConversationMessage> found = messages.find(project, id);
    if (found.isEmpty() && messages.accepted(project, id).isPresent()) {
      throw Refusal.unavailable("The message is still being accepted; try again shortly.");
    }
    if (found.filter(message -> isOf(message, dispatch)).isEmpty()) {
      throw unknown();
    }
  }

  private static boolean isOf(ConversationMessage message, Optional<Boolean> dispatch) {
    return dispatch.isEmpty() || dispatch.get() == message.processingMode().equals("DISPATCH");
  }

  private List<Owner.Person> addresses(
      ProjectId project, Request request, Optional<ChannelName> channel) {
    return request
        .rawPlusQuery("channel_identity")
        .filter(identity -> !identity.isEmpty())
        .map(identity -> addresses(directory, project, channel, identity))
        .orElseGet(List::of);
  }

  /** Without a channel it may be an address of any that the project's apps have. */
  static List<Owner.Person> addresses(
      Directory directory, ProjectId project, Optional<ChannelName> channel, String identity) {
    List<ChannelName> channels =
        channel.isPresent()
            ? List.of(channel.get())
            : directory.apps(project).stream()
                .flatMap(app -> app.accounts().stream())
                .map(account -> account.channel())
                .distinct()
                .toList();
    List<Owner.Person> addresses =
        channels.stream()
            .flatMap(name -> ContactRoutes.addresses(directory, project, name, identity).stream())
            .toList();
    return addresses.isEmpty()
        ? List.of(new Owner.Person(project, ChannelName.LINE, Optional.empty(), identity))
        : addresses;
  }

  private static MessageId id(Request request) {
    return new MessageId(Answers.id(request, "message", unknown()));
  }

  private static Refusal unknown() {
    return Refusal.unknown("MESSAGE_UNKNOWN", "The project has no such message.");
  }
}
