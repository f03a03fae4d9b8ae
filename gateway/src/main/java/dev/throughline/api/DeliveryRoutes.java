package dev.throughline.api;

import dev.throughline.contract.ConversationMessage;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Changes;
import dev.throughline.conversation.MessageStore;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.outbound.Timelines;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How a message gets to its recipient, told and stopped: extensions of the contract. */
final class DeliveryRoutes {
  private static final String BASE = "/v1/projects/{project}/messages/{message}";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final MessageStore messages;
  private final Timelines timelines;
  private final DeadLetterStore tasks;
  private final Decisions decisions;
  private final Freshness freshness;

  DeliveryRoutes(
      MessageStore messages,
      Timelines timelines,
      DeadLetterStore tasks,
      Decisions decisions,
      Freshness freshness) {
    this.messages = messages;
    this.timelines = timelines;
    this.tasks = tasks;
    this.decisions = decisions;
    this.freshness = freshness;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE + "/timeline", guard.project(this::timeline)),
        Route.post(BASE + ":cancel", guard.project(this::cancel)));
  }

  private Response timeline(ProjectId project, Request request) throws InterruptedException {
    ConversationMessage message = sent(project, request);
    ObjectNode json = about(message);
    message.messageClass().ifPresent(sent -> json.put("class", sent));
    ArrayNode entries = json.putArray("entries");
    timelines.of(message.id(), channel(message)).forEach(entries::add);
    return Answers.ok(json);
  }

  /** Stops what has not been sent, and says what that was. */
  private Response cancel(ProjectId project, Request request) throws InterruptedException {
    ConversationMessage message = sent(project, request);
    ObjectNode facts = Json.object();
    facts.put(Changes.MESSAGE, message.id().toString());
    Optional<Ulid> waiting =
        message.contact().flatMap(contact -> tasks.waitingSend(project, contact, message.id()));
    waiting.ifPresent(task -> facts.put(Changes.TASK, task.toString()));
    awaitFold(project, message.id(), decisions.place(project, Changes.CANCEL, facts));
    ObjectNode json = about(sent(project, request));
    Optional<List<String>> stopped = timelines.stopped(message.id());
    json.put("cancelled", stopped.isPresent());
    ArrayNode channels = json.putArray("stopped");
    stopped.ifPresent(each -> each.forEach(channels::add));
    return Answers.ok(json);
  }

  /** What was stopped is known once the fold has passed what was asked. */
  private void awaitFold(ProjectId project, MessageId message, long index)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    do {
      freshness.await(project);
      if (timelines.tells(message, index)) {
        return;
      }
    } while (System.nanoTime() < deadline);
    throw Refusal.unavailable("The message is still being cancelled; ask again shortly.");
  }

  private static ObjectNode about(ConversationMessage message) {
    ObjectNode json = Json.object();
    json.put("message_id", message.id().toString());
    json.put("status", message.status().map(ConversationMessage.Status::status).orElse(""));
    return json;
  }

  private static String channel(ConversationMessage message) {
    return message.identity().map(identity -> identity.channel().value()).orElse("");
  }

  /** Once the fold has passed what was asked before. */
  private ConversationMessage sent(ProjectId project, Request request) throws InterruptedException {
    MessageId id = new MessageId(Answers.id(request, "message", unknown()));
    freshness.await(project);
    Optional<ConversationMessage> found = messages.find(project, id);
    if (found.isEmpty() && messages.accepted(project, id).isPresent()) {
      throw Refusal.unavailable("The message is still being accepted; try again shortly.");
    }
    return found
        // The fold may have passed it between the two looks.
        .or(() -> messages.find(project, id))
        .filter(message -> message.direction() == Direction.TO_CONTACT)
        .orElseThrow(DeliveryRoutes::unknown);
  }

  private static Refusal unknown() {
    return Refusal.unknown("MESSAGE_UNKNOWN", "The project has no such message to a contact.");
  }
}
