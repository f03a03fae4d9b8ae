package dev.throughline.callback;

import dev.throughline.contract.Contents;
import dev.throughline.contract.Json;
import dev.throughline.contract.MediaAddresses;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Fact.StoredEvent;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Owners;
import dev.throughline.conversation.Party;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Reason;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * One fact in the contract's words (conversation-api §4.1): an envelope with exactly one payload.
 * Empty values are written as {@code ""}, not left out.
 *
 * @param trigger which webhooks want it
 * @param project for facts about the project's people, told to all its apps
 * @param app for facts about an app
 */
record Callback(String trigger, ProjectId project, Optional<AppId> app, ObjectNode body) {
  static final String MESSAGE_INBOUND = "MESSAGE_INBOUND";

  /** Empty for facts that nobody outside is told of. */
  static Optional<Callback> of(Fact fact, MediaAddresses media) {
    return switch (fact) {
      case Fact.MessageReceived received -> Optional.of(received(received, media));
      case Fact.ContactCreated created -> Optional.of(created(created));
      case Fact.ConversationStarted started -> Optional.of(started(started));
      case Fact.Changed changed -> Optional.of(changed(changed));
      case Fact.Opted opted -> Optional.of(opted(opted));
      case Fact.NotMapped notMapped -> Optional.of(notMapped(notMapped));
      case Fact.StatusChanged changed -> Optional.of(changed(changed));
      case Fact.Unaddressed unaddressed -> Optional.of(unaddressed(unaddressed));
      case Fact.Submitted submitted -> Optional.of(submitted(submitted));
      case Fact.EventStatusChanged changed -> Optional.of(changed(changed));
      case Fact.ReachKnown known -> Optional.of(known(known));
      case Fact.ConsentChanged changed -> Optional.of(changed(changed));
      case Fact.AccountTroubled troubled -> Optional.of(troubled(troubled));
      case Fact.EventReceived received -> Optional.of(received(received));
      case Fact.ChannelTold told -> Optional.of(told(told));
      case Fact.SendRequested _,
          Fact.EventRequested _,
          Fact.ReachAsked _,
          Fact.OutcomeKnown _,
          Fact.Asked _,
          Fact.ReplayAsked _,
          Fact.ReceiptTold _,
          Fact.CancelAsked _,
          Fact.WebhookTaken _,
          Fact.SubscriptionOffered _,
          Fact.PieceKept _,
          Fact.TakenBack _ ->
          Optional.empty();
    };
  }

  private static Callback received(Fact.MessageReceived fact, MediaAddresses media) {
    Party party = fact.party();
    boolean dispatch = isDispatch(party);
    ObjectNode body = envelope(party, fact.acceptedAt(), fact.occurredAt());
    ObjectNode message = body.putObject("message");
    message.put("id", fact.id().toString());
    message.put("direction", "TO_APP");
    message.set(
        "contact_message",
        media.shown(Contents.toJson(fact.content(), fact.replyTo()), fact.id(), fact.acceptedAt()));
    message.set("channel_identity", identity(party));
    message.put("conversation_id", conversation(party, dispatch));
    message.put("contact_id", contact(party, dispatch));
    message.put("metadata", fact.answeredMetadata());
    message.put("accept_time", fact.acceptedAt().toString());
    message.put("sender_id", fact.senderId().orElse(""));
    message.put("processing_mode", mode(dispatch));
    message.put("injected", false);
    return finish(MESSAGE_INBOUND, party, body, fact.metadata(), fact.correlationId());
  }

  private static Callback changed(Fact.StatusChanged fact) {
    Party party = fact.party();
    StoredMessage message = fact.message();
    ObjectNode body = envelope(party, message.acceptedAt(), Optional.of(fact.at()));
    ObjectNode report = body.putObject("message_delivery_report");
    report.put("message_id", message.id().toString());
    report.put("conversation_id", conversation(party, message.dispatch()));
    report.put("status", fact.status().name());
    report.set("channel_identity", identity(party));
    report.put("contact_id", contact(party, message.dispatch()));
    fact.reason().ifPresent(reason -> report.set("reason", reason(reason)));
    report.put("metadata", message.metadata());
    report.put("processing_mode", mode(message.dispatch()));
    return finish("MESSAGE_DELIVERY", party, body, message.metadata(), message.correlationId());
  }

  private static Callback unaddressed(Fact.Unaddressed fact) {
    StoredMessage message = fact.message();
    App app = fact.app();
    ObjectNode body =
        envelope(app.id(), app.project(), message.acceptedAt(), Optional.of(fact.at()));
    ObjectNode report = body.putObject("message_delivery_report");
    report.put("message_id", message.id().toString());
    report.put("conversation_id", "");
    report.put("status", message.status().name());
    report
        .putObject("channel_identity")
        .put("channel", message.channel().value())
        .put("identity", "")
        .put("app_id", Owners.scope(message.channel(), app.id()).map(AppId::toString).orElse(""));
    report.put("contact_id", message.dispatch() ? "" : fact.contact().toString());
    report.set("reason", reason(fact.reason()));
    report.put("metadata", message.metadata());
    report.put("processing_mode", mode(message.dispatch()));
    body.put("message_metadata", message.metadata());
    message.correlationId().ifPresent(id -> body.put("correlation_id", id));
    return new Callback("MESSAGE_DELIVERY", app.project(), Optional.of(app.id()), body);
  }

  private static Callback submitted(Fact.Submitted fact) {
    Party party = fact.party();
    StoredMessage message = fact.message();
    ObjectNode body = envelope(party, message.acceptedAt(), Optional.of(fact.at()));
    ObjectNode notification = body.putObject("message_submit_notification");
    notification.put("message_id", message.id().toString());
    notification.put("conversation_id", conversation(party, message.dispatch()));
    notification.set("channel_identity", identity(party));
    notification.put("contact_id", contact(party, message.dispatch()));
    notification.set("submitted_message", message.content());
    notification.put("metadata", message.metadata());
    notification.put("processing_mode", mode(message.dispatch()));
    return finish("MESSAGE_SUBMIT", party, body, message.metadata(), message.correlationId());
  }

  private static Callback opted(Fact.Opted fact) {
    ObjectNode body = envelope(fact.party(), fact.acceptedAt(), fact.occurredAt());
    return opted(fact.party(), body, fact.in(), "", Optional.empty());
  }

  private static Callback changed(Fact.ConsentChanged fact) {
    ObjectNode body = envelope(fact.party(), fact.at(), Optional.of(fact.occurred()));
    ObjectNode ours = Json.object();
    ours.put("list_type", fact.list().name());
    ours.put("source", fact.source().name());
    return opted(fact.party(), body, !fact.out(), fact.requestId(), Optional.of(ours));
  }

  /**
   * @param ours which list and by what way; a channel's own facts have neither
   */
  private static Callback opted(
      Party party, ObjectNode body, boolean in, String requestId, Optional<ObjectNode> ours) {
    boolean dispatch = isDispatch(party);
    ObjectNode opt = body.putObject(in ? "opt_in_notification" : "opt_out_notification");
    opt.put("request_id", requestId);
    opt.put("contact_id", contact(party, dispatch));
    opt.put("channel", party.identity().channel().value());
    opt.put("identity", party.identity().value());
    opt.put("status", in ? "OPT_IN_SUCCEEDED" : "OPT_OUT_SUCCEEDED");
    opt.put("processing_mode", mode(dispatch));
    ours.ifPresent(told -> opt.set("throughline", told));
    return finish(in ? "OPT_IN" : "OPT_OUT", party, body, "", Optional.empty());
  }

  private static Callback changed(Fact.EventStatusChanged fact) {
    Party party = fact.party();
    StoredEvent event = fact.event();
    ObjectNode body = envelope(party, event.acceptedAt(), Optional.of(fact.at()));
    ObjectNode report = body.putObject("event_delivery_report");
    report.put("event_id", event.id().toString());
    report.put("status", fact.status().name());
    report.set("channel_identity", identity(party));
    report.put("contact_id", contact(party, event.dispatch()));
    fact.reason().ifPresent(reason -> report.set("reason", reason(reason)));
    report.put("metadata", event.metadata());
    report.put("processing_mode", mode(event.dispatch()));
    return finish("EVENT_DELIVERY", party, body, event.metadata(), Optional.empty());
  }

  private static Callback known(Fact.ReachKnown fact) {
    Party party = fact.party();
    boolean dispatch = isDispatch(party);
    ObjectNode body = envelope(party, fact.at(), Optional.of(fact.at()));
    ObjectNode capability = body.putObject("capability_notification");
    capability.put("request_id", fact.requestId());
    capability.put("contact_id", contact(party, dispatch));
    capability.put("channel", party.identity().channel().value());
    capability.put("identity", party.identity().value());
    capability.put(
        "capability_status",
        switch (fact.reachable()) {
          case YES -> "CAPABILITY_FULL";
          case NO -> "NO_CAPABILITY";
          case UNKNOWN -> "CAPABILITY_UNKNOWN";
        });
    capability.putArray("channel_capabilities");
    fact.why().ifPresent(reason -> capability.set("reason", reason(reason)));
    capability.put("processing_mode", mode(dispatch));
    return finish("CAPABILITY", party, body, "", Optional.empty());
  }

  private static Callback received(Fact.EventReceived fact) {
    Party party = fact.party();
    boolean dispatch = isDispatch(party);
    ObjectNode body = envelope(party, fact.acceptedAt(), fact.occurredAt());
    ObjectNode event = body.putObject("event");
    event.put("id", fact.id().toString());
    event.put("direction", "TO_APP");
    event.set("contact_message_event", fact.event());
    event.set("channel_identity", identity(party));
    event.put("contact_id", contact(party, dispatch));
    event.put("conversation_id", conversation(party, dispatch));
    event.put("accept_time", fact.acceptedAt().toString());
    event.put("processing_mode", mode(dispatch));
    return finish("EVENT_INBOUND", party, body, "", Optional.empty());
  }

  private static Callback troubled(Fact.AccountTroubled fact) {
    ObjectNode data = Json.object().put("description", fact.reason().description());
    return ofAccount(fact.app(), fact.account(), fact.kind(), data, fact.at(), fact.at());
  }

  private static Callback told(Fact.ChannelTold fact) {
    return ofAccount(
        fact.app(),
        fact.account(),
        fact.kind(),
        fact.data(),
        fact.acceptedAt(),
        fact.occurredAt().orElse(fact.acceptedAt()));
  }

  private static Callback ofAccount(
      App app, App.Account account, String kind, ObjectNode data, Instant accepted, Instant at) {
    ObjectNode body = envelope(app.id(), app.project(), accepted, Optional.of(at));
    ObjectNode event = body.putObject("channel_event_notification").putObject("channel_event");
    event.put("channel", account.channel().value());
    event.put("event_type", kind);
    event
        .putObject("additional_data")
        .put("credential_ordinal_number", account.ordinal())
        .setAll(data);
    body.put("message_metadata", "");
    return new Callback("CHANNEL_EVENT", app.project(), Optional.of(app.id()), body);
  }

  private static Callback notMapped(Fact.NotMapped fact) {
    Optional<Party> party = fact.party();
    boolean dispatch = party.map(Callback::isDispatch).orElse(false);
    ObjectNode body =
        envelope(fact.app().id(), fact.app().project(), fact.acceptedAt(), fact.occurredAt());
    ObjectNode unsupported = body.putObject("unsupported_callback");
    unsupported.put("channel", fact.channel().value());
    unsupported.put("payload", fact.payload());
    unsupported.put("processing_mode", mode(dispatch));
    unsupported.put("id", fact.id().toString());
    unsupported.put("contact_id", party.map(p -> contact(p, dispatch)).orElse(""));
    unsupported.put("conversation_id", party.map(p -> conversation(p, dispatch)).orElse(""));
    party.ifPresent(known -> unsupported.set("channel_identity", identity(known)));
    body.put("message_metadata", "");
    return new Callback("UNSUPPORTED", fact.app().project(), Optional.of(fact.app().id()), body);
  }

  private static Callback started(Fact.ConversationStarted fact) {
    ObjectNode conversation = Json.object();
    conversation.set("conversation", fact.json());
    return of(
        "CONVERSATION_START",
        "conversation_start_notification",
        fact.app().project(),
        Optional.of(fact.app().id()),
        fact.at(),
        conversation);
  }

  private static Callback created(Fact.ContactCreated fact) {
    ObjectNode contact = Json.object();
    contact.set("contact", fact.json());
    return of(
        "CONTACT_CREATE",
        "contact_create_notification",
        fact.project(),
        Optional.empty(),
        fact.at(),
        contact);
  }

  private static Callback changed(Fact.Changed fact) {
    String payload =
        switch (fact.what()) {
          case CONTACT_UPDATED -> "contact_update_notification";
          case CONTACT_DELETED -> "contact_delete_notification";
          case CONTACT_MERGED -> "contact_merge_notification";
          case IDENTITIES_DUPLICATED -> "duplicated_contact_identities_notification";
          case CONVERSATION_STOPPED -> "conversation_stop_notification";
          case CONVERSATION_DELETED -> "conversation_delete_notification";
          case RECORD_STORED -> "record_notification";
        };
    String trigger =
        switch (fact.what()) {
          case CONTACT_UPDATED -> "CONTACT_UPDATE";
          case CONTACT_DELETED -> "CONTACT_DELETE";
          case CONTACT_MERGED -> "CONTACT_MERGE";
          case IDENTITIES_DUPLICATED -> "CONTACT_IDENTITIES_DUPLICATION";
          case CONVERSATION_STOPPED -> "CONVERSATION_STOP";
          case CONVERSATION_DELETED -> "CONVERSATION_DELETE";
          case RECORD_STORED -> "RECORD_NOTIFICATION";
        };
    return of(trigger, payload, fact.project(), fact.app(), fact.at(), fact.json());
  }

  /** Contacts belong to the project: their envelope names no app. */
  private static Callback of(
      String trigger,
      String payload,
      ProjectId project,
      Optional<AppId> app,
      Instant at,
      ObjectNode json) {
    ObjectNode body = Json.object();
    body.put("app_id", app.map(AppId::toString).orElse(""));
    body.put("project_id", project.value());
    body.put("accepted_time", at.toString());
    body.set(payload, json);
    body.put("message_metadata", "");
    return new Callback(trigger, project, app, body);
  }

  private static ObjectNode envelope(Party party, Instant accepted, Optional<Instant> occurred) {
    return envelope(party.app().id(), party.app().project(), accepted, occurred);
  }

  private static ObjectNode envelope(
      AppId app, ProjectId project, Instant accepted, Optional<Instant> occurred) {
    ObjectNode body = Json.object();
    body.put("app_id", app.toString());
    body.put("project_id", project.value());
    body.put("accepted_time", accepted.toString());
    occurred.ifPresent(time -> body.put("event_time", time.toString()));
    return body;
  }

  private static Callback finish(
      String trigger, Party party, ObjectNode body, String metadata, Optional<String> correlation) {
    body.put("message_metadata", metadata);
    correlation.ifPresent(id -> body.put("correlation_id", id));
    return new Callback(trigger, party.app().project(), Optional.of(party.app().id()), body);
  }

  private static ObjectNode identity(Party party) {
    ObjectNode identity = Json.object();
    identity.put("channel", party.identity().channel().value());
    identity.put("identity", party.identity().value());
    identity.put(
        "app_id",
        Owners.scope(party.identity().channel(), party.app().id()).map(AppId::toString).orElse(""));
    return identity;
  }

  private static ObjectNode reason(Reason reason) {
    ObjectNode json = Json.object();
    json.put("code", reason.code().name());
    json.put("description", reason.description());
    json.put("sub_code", "UNSPECIFIED_SUB_CODE");
    return json;
  }

  private static boolean isDispatch(Party party) {
    return party.app().processingMode() == App.ProcessingMode.DISPATCH;
  }

  private static String mode(boolean dispatch) {
    return dispatch ? "DISPATCH" : "CONVERSATION";
  }

  private static String contact(Party party, boolean dispatch) {
    return dispatch ? "" : party.contact().toString();
  }

  private static String conversation(Party party, boolean dispatch) {
    return dispatch ? "" : party.conversation().map(Object::toString).orElse("");
  }
}
