package dev.throughline.api;

import dev.throughline.contract.AppEvents;
import dev.throughline.contract.AppMessages;
import dev.throughline.contract.ChannelIdentity;
import dev.throughline.contract.ContactMessages;
import dev.throughline.contract.Conversation;
import dev.throughline.contract.ConversationMessage.Direction;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Identities;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.ConversationStore;
import dev.throughline.conversation.Injections;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.AppEvent;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code conversations:inject-message} and {@code :inject-event}: what was said elsewhere
 * (contract, 2.5).
 */
final class InjectRoutes {
  private static final Duration OLDEST = Duration.ofDays(30);
  private static final int MAX_TEXT = 256;

  private final ConversationStore conversations;
  private final Injections injections;
  private final Freshness freshness;
  private final InstantSource clock;

  InjectRoutes(
      ConversationStore conversations,
      Injections injections,
      Freshness freshness,
      InstantSource clock) {
    this.conversations = conversations;
    this.injections = injections;
    this.freshness = freshness;
    this.clock = clock;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post(
            "/v1/projects/{project}/conversations/{conversation}:inject-message",
            guard.project(this::message)),
        Route.post(
            "/v1/projects/{project}/conversations/{conversation}:inject-event",
            guard.project(this::event)));
  }

  /** Of an app alone, and into a conversation (contract, 2). */
  private Response event(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    body.oneOf("processing_mode", Set.of("CONVERSATION"));
    AppEvent event = AppEvents.read(body.requiredObject("app_event"));
    Instant acceptTime = acceptTime(body);
    Optional<Identity> identity = body.object("channel_identity").map(Identities::read);
    Optional<String> contact = body.string("contact_id", MAX_TEXT).filter(id -> !id.isEmpty());
    freshness.await(project);
    Conversation conversation = conversation(project, request);
    if (contact.filter(id -> !conversation.contact().toString().equals(id)).isPresent()) {
      throw body.wrong("contact_id", "must be the conversation's contact.");
    }
    Injections.InjectedEvent injected =
        injections
            .event(
                project,
                conversation,
                identity.map(own -> ChannelIdentity.of(own, conversation.app())),
                acceptTime,
                event)
            .orElseThrow(() ->
                body.wrong(
                    "channel_identity", "must be an address of the conversation's contact."));
    ObjectNode json = Json.object();
    json.put("event_id", injected.id().toString());
    json.put("accepted_time", injected.acceptedAt().toString());
    return Answers.ok(json);
  }

  private Conversation conversation(ProjectId project, Request request) {
    return conversations
        .find(
            project,
            new ConversationId(Answers.id(request, "conversation", ConversationRoutes.unknown())))
        .orElseThrow(ConversationRoutes::unknown);
  }

  private Response message(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    Direction direction =
        Direction.valueOf(
            body.oneOf("direction", Set.of("TO_APP", "TO_CONTACT"))
                .orElseThrow(() -> body.wrong("direction", "is required.")));
    Instant acceptTime = acceptTime(body);
    ObjectNode content = content(body, direction);
    String contact = body.requiredString("contact_id", MAX_TEXT);
    Fields address = body.requiredObject("channel_identity");
    Identity identity = Identities.read(address);
    String metadata = body.string("metadata", SendRequests.MAX_METADATA).orElse("");
    String sender = body.string("sender_id", MAX_TEXT).orElse("");
    freshness.await(project);
    Conversation conversation = conversation(project, request);
    if (!conversation.contact().toString().equals(contact)) {
      throw body.wrong("contact_id", "must be the conversation's contact.");
    }
    Optional<MessageId> injected =
        injections.message(
            project,
            conversation,
            new Injections.Injected(
                ChannelIdentity.of(identity, conversation.app()),
                direction,
                acceptTime,
                content,
                metadata,
                sender));
    if (injected.isEmpty()) {
      throw address.wrong("identity", "must be an address of the conversation's contact.");
    }
    return Answers.empty();
  }

  private Instant acceptTime(Fields body) {
    Instant now = clock.instant();
    return MessageQuery.time(body.requiredString("accept_time", MAX_TEXT))
        .filter(time -> !time.isAfter(now) && !time.isBefore(now.minus(OLDEST)))
        .orElseThrow(
            () -> body.wrong("accept_time", "must be a time between 30 days ago and now."));
  }

  private static ObjectNode content(Fields body, Direction direction) {
    return switch (direction) {
      case TO_APP -> {
        refuse(body, "app_message", "contact_message");
        yield ContactMessages.read(body.requiredObject("contact_message"));
      }
      case TO_CONTACT -> {
        refuse(body, "contact_message", "app_message");
        Fields message = body.requiredObject("app_message");
        AppMessages.read(message);
        yield message.json();
      }
    };
  }

  private static void refuse(Fields body, String other, String wanted) {
    if (body.has(other)) {
      throw body.wrong(other, "goes the other way: give " + wanted + ".");
    }
  }
}
