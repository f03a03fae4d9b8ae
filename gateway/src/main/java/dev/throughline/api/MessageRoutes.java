package dev.throughline.api;

import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
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
import dev.throughline.message.Ulids;
import dev.throughline.vault.Owner;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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
    boolean dispatch =
        word(request, "messages_source", "CONVERSATION_SOURCE", "DISPATCH_SOURCE")
            .filter("DISPATCH_SOURCE"::equals)
            .isPresent();
    boolean withMetadata =
        word(request, "view", "WITH_METADATA", "WITHOUT_METADATA")
            .filter("WITHOUT_METADATA"::equals)
            .isEmpty();
    Optional<Direction> direction =
        word(request, "direction", "TO_APP", "TO_CONTACT").map(Direction::valueOf);
    if (dispatch && Answers.flag(request, "only_recipient_originated")) {
      direction = Optional.of(Direction.TO_APP);
    }
    Optional<ChannelName> channel =
        request
            .query("channel")
            .filter(name -> !name.isEmpty())
            .map(name -> Identities.channel("channel", name));
    MessageStore.Filter filter =
        new MessageStore.Filter(
            Answers.idQuery(request, "conversation_id").map(ConversationId::new),
            Answers.idQuery(request, "contact_id").map(ContactId::new),
            Answers.idQuery(request, "app_id").map(AppId::new),
            addresses(project, request, channel),
            channel,
            direction,
            time(request, "start_time"),
            time(request, "end_time"),
            dispatch);
    Optional<MessageStore.Cursor> after =
        paging.place(request, project, LIST).map(MessageRoutes::cursor);
    freshness.await(project);
    List<AppId> apps =
        filter.app().isPresent()
            ? filter.app().stream().toList()
            : directory.apps(project).stream().map(app -> app.id()).toList();
    List<ConversationMessage> found = messages.page(project, apps, filter, after, size + 1);
    boolean more = found.size() > size;
    List<ConversationMessage> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            LIST,
            page.stream().map(message -> shown(message, withMetadata)).toList(),
            more ? paging.token(project, LIST, place(page.getLast())) : ""));
  }

  private Response get(ProjectId project, Request request) throws InterruptedException {
    return Answers.ok(find(project, id(request)).json());
  }

  private Response update(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    String metadata = body.string("metadata", SendRequests.MAX_METADATA).orElse("");
    MessageId id = id(request);
    requireFolded(project, id);
    return Answers.ok(
        Answers.done(messages.update(project, id, metadata), unknown(), by -> unknown()).json());
  }

  /** Deletes what is kept; a message that is on its way still arrives. */
  private Response delete(ProjectId project, Request request) throws InterruptedException {
    MessageId id = id(request);
    requireFolded(project, id);
    Answers.done(messages.delete(project, id), unknown(), by -> unknown());
    return Answers.empty();
  }

  /** Sends again what may have arrived: only somebody who was asked may decide that. */
  private Response resend(ProjectId project, Request request) throws InterruptedException {
    MessageId id = id(request);
    ConversationMessage message = find(project, id);
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
            .receipt(find(project, id).id())
            .orElseThrow(() ->
                Refusal.unavailable("No checkpoint covers the message yet; try again shortly."));
    return Response.of(200, "application/zip", receipt)
        .with("Content-Disposition", "attachment; filename=\"receipt-" + id + ".zip\"");
  }

  private ConversationMessage find(ProjectId project, MessageId id) throws InterruptedException {
    freshness.await(project);
    return messages
        .find(project, id)
        .or(() -> messages.accepted(project, id))
        // The fold may have passed it between the two looks.
        .or(() -> messages.find(project, id))
        .orElseThrow(MessageRoutes::unknown);
  }

  private void requireFolded(ProjectId project, MessageId id) throws InterruptedException {
    freshness.await(project);
    if (messages.find(project, id).isEmpty() && messages.accepted(project, id).isPresent()) {
      throw Refusal.unavailable("The message is still being accepted; try again shortly.");
    }
  }

  private List<Owner.Person> addresses(
      ProjectId project, Request request, Optional<ChannelName> channel) {
    Optional<String> identity = request.rawPlusQuery("channel_identity").filter(v -> !v.isEmpty());
    if (identity.isEmpty()) {
      return List.of();
    }
    // Without a channel it may be an address of any that the project's apps have.
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
            .flatMap(
                name -> ContactRoutes.addresses(directory, project, name, identity.get()).stream())
            .toList();
    return addresses.isEmpty()
        ? List.of(new Owner.Person(project, ChannelName.LINE, Optional.empty(), identity.get()))
        : addresses;
  }

  private static ObjectNode shown(ConversationMessage message, boolean withMetadata) {
    ObjectNode json = message.json();
    if (!withMetadata) {
      json.put("metadata", "");
    }
    return json;
  }

  private static Optional<String> word(Request request, String name, String one, String other) {
    Optional<String> value =
        request
            .query(name)
            .filter(word -> !word.isEmpty() && !word.endsWith("UNSPECIFIED"))
            .filter(word -> !word.startsWith("UNDEFINED"));
    if (value.isPresent() && !value.get().equals(one) && !value.get().equals(other)) {
      throw Refusal.invalid("FIELD_INVALID", name, name + " must be " + one + " or " + other + ".");
    }
    return value;
  }

  private static Optional<Instant> time(Request request, String name) {
    return request
        .rawPlusQuery(name)
        .filter(value -> !value.isEmpty())
        .map(value -> {
          try {
            Instant time = OffsetDateTime.parse(value).toInstant();
            if (time.isAfter(Instant.EPOCH) && time.isBefore(MessageStore.LATEST)) {
              return time;
            }
          } catch (DateTimeParseException e) {
            // answered below, as a time out of range is
          }
          throw Refusal.invalid(
              "FIELD_INVALID", name, name + " must be a time such as 2026-01-31T12:00:00Z.");
        });
  }

  private static byte[] place(ConversationMessage message) {
    Ulid id = message.id().value();
    return ByteBuffer.allocate(3 * Long.BYTES)
        .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, message.acceptTime()))
        .putLong(id.high())
        .putLong(id.low())
        .array();
  }

  private static MessageStore.Cursor cursor(Bytes place) {
    ByteBuffer buffer = ByteBuffer.wrap(place.array());
    return new MessageStore.Cursor(
        Instant.EPOCH.plus(buffer.getLong(), ChronoUnit.MICROS),
        Ulids.of(new UUID(buffer.getLong(), buffer.getLong())));
  }

  private static MessageId id(Request request) {
    return new MessageId(Answers.id(request, "message", unknown()));
  }

  private static Refusal unknown() {
    return Refusal.unknown("MESSAGE_UNKNOWN", "The project has no such message.");
  }
}
