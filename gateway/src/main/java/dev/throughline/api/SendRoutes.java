package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.contract.Sayings;
import dev.throughline.contract.SendRequests;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.QuotePreview;
import dev.throughline.conversation.SendPermissions;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Kind;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.MessageClass;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.outbound.Outbound;
import dev.throughline.policy.Permission;
import dev.throughline.vault.Owner;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code messages:send} (contract, 3.1): validated fully, then one entry whose id is the message's.
 * What the fold does with it is decided from the same bytes.
 */
final class SendRoutes {
  /** Well within the time for which the contract keeps messages where nobody says otherwise. */
  private static final Duration LONGEST_SCHEDULE = Duration.ofDays(90);

  private final Requests requests;
  private final Directory directory;
  private final TargetCheck targets;
  private final Map<ChannelName, Channel> channels;
  private final TemplateStore templates;
  private final FileLook files;
  private final QuotePreview quotes;
  private final SendPermissions permissions;
  private final Freshness freshness;
  private final InstantSource clock;

  SendRoutes(
      Requests requests,
      Directory directory,
      TargetCheck targets,
      Map<ChannelName, Channel> channels,
      TemplateStore templates,
      FileLook files,
      QuotePreview quotes,
      SendPermissions permissions,
      Freshness freshness,
      InstantSource clock) {
    this.files = files;
    this.quotes = quotes;
    this.permissions = permissions;
    this.freshness = freshness;
    this.clock = clock;
    this.requests = requests;
    this.directory = directory;
    this.targets = targets;
    this.channels = channels;
    this.templates = templates;
  }

  List<Route> routes(Guard guard) {
    return List.of(Route.post("/v1/projects/{project}/messages:send", guard.project(this::send)));
  }

  private Response send(ProjectId project, Request request) throws InterruptedException {
    IdempotencyKeys.key(request);
    SendRequest send =
        switch (SendRequests.parse(request.body())) {
          case SendRequests.Parsed.Valid(SendRequest valid) -> valid;
          case SendRequests.Parsed.Wrong(String field, String sentence) ->
              throw Refusal.invalid("FIELD_INVALID", field, sentence);
        };
    App app = directory.app(project, send.app()).orElseThrow(AppRoutes::unknown);
    requireChannels(app, send.priority());
    requireSteps(app, send);
    requireSoon(send);
    send.callbackUrl()
        .flatMap(targets::refusal)
        .ifPresent(sentence -> {
          throw Refusal.invalid("TARGET_REFUSED", "callback_url", sentence);
        });
    if (app.processingMode() == App.ProcessingMode.DISPATCH
        && send.recipient() instanceof Recipient.ByContact) {
      throw new WrongFieldException(
          "recipient.contact_id", "cannot be used with an app in DISPATCH mode.");
    }
    Owner owner = requests.owner(project, app, send.recipient());
    if (send.validateOnly()) {
      freshness.await(project);
      return Answers.ok(preview(app, send));
    }
    requests.queue(app);
    return requests
        .accept(Kind.REQUEST, project, owner, request.body(), request)
        .answer("message_id");
  }

  /** What each channel that may be tried would make of it; nothing is kept. */
  private ObjectNode preview(App app, SendRequest send) throws InterruptedException {
    ObjectNode json = Json.object();
    json.put("validate_only", true);
    json.put("class", app.settings().policy().classOf(send.messageClass()).name());
    ArrayNode shown = json.putArray("channels");
    for (Tried tried : tried(app, send)) {
      ChannelName name = tried.channel();
      ObjectNode each = shown.addObject();
      each.put("channel", name.value());
      Channel channel = channels.get(name);
      if (channel == null || app.account(name).isEmpty()) {
        refused(
            each,
            Reason.Code.CHANNEL_CONFIGURATION_MISSING,
            "The app has no credential for the channel " + name + ".");
        continue;
      }
      switch (Sayings.of(
          tried.message(), name, id -> templates.find(app.project(), id), OptOutLinks.SAMPLES)) {
        case Said.Nothing(Reason reason) -> refused(each, reason.code(), reason.description());
        case Said.Something something ->
            looked(each, app, channel, send, tried.message(), something.content());
      }
    }
    return json;
  }

  private void looked(
      ObjectNode shown,
      App app,
      Channel channel,
      SendRequest send,
      AppMessage message,
      Content.Outbound content)
      throws InterruptedException {
    MessageClass sent = app.settings().policy().classOf(send.messageClass());
    Optional<Identity> recipient =
        permissions.address(
            app,
            send.recipient(),
            channel.name(),
            send.message().isNotification() || send.asksForNotification());
    Optional<Reason> refusal =
        recipient.flatMap(address -> Outbound.refusal(channel, address, sent));
    if (refusal.isPresent()) {
      refused(shown, refusal.get().code(), refusal.get().description());
      return;
    }
    if (recipient.isPresent() && !isPermitted(shown, app, recipient.get(), sent, send.urgent())) {
      return;
    }
    switch (files.look(app.project(), content, channel.mediaLimits())) {
      case Probed.Fit(Map<String, MediaFacts> media) ->
          rendered(shown, app, channel, send, message, recipient, content, media);
      case Probed.Unfit(Reason reason) -> refused(shown, reason.code(), reason.description());
      case Probed.Later(Reason reason) -> refused(shown, reason.code(), reason.description());
    }
  }

  private void rendered(
      ObjectNode shown,
      App app,
      Channel channel,
      SendRequest send,
      AppMessage message,
      Optional<Identity> recipient,
      Content.Outbound content,
      Map<String, MediaFacts> media) {
    Channel.Composed composed =
        new Channel.Composed(
            TranscodeRoutes.NO_MESSAGE,
            content,
            send.channelProperties(),
            message.agent(),
            quotes.of(app, send, channel.name(), recipient),
            recipient,
            media);
    switch (channel.render(composed)) {
      case Channel.Rendered.Ready ready -> {
        shown.put("sendable", true);
        ready.lost().forEach(shown.putArray("lost")::add);
      }
      case Channel.Rendered.Impossible(Reason.Code code, String why) -> refused(shown, code, why);
    }
  }

  /** Shows what stands against it, and until when it would wait. */
  private boolean isPermitted(
      ObjectNode shown, App app, Identity recipient, MessageClass sent, boolean urgent) {
    return switch (permissions.of(app, recipient, sent, urgent, clock.instant())) {
      case Permission.Granted _ -> true;
      case Permission.Refused(Reason reason) -> {
        refused(shown, reason.code(), reason.description());
        yield false;
      }
      case Permission.NotBefore hold -> {
        shown
            .putObject("held")
            .put("not_before", hold.time().toString())
            .put("time_zone", hold.zone().zone().getId())
            .put("time_zone_source", hold.zone().source().name())
            .put("reason", hold.sentence());
        yield true;
      }
    };
  }

  private static void refused(ObjectNode channel, Reason.Code code, String why) {
    channel.put("sendable", false);
    channel.putObject("reason").put("code", code.name()).put("description", why);
  }

  /** In the order in which a send would go through them. */
  private static List<Tried> tried(App app, SendRequest send) {
    if (!send.plan().isEmpty()) {
      return send.plan().stream()
          .map(step -> new Tried(step.channel(), step.message().orElse(send.message())))
          .toList();
    }
    return channels(app, send).stream().map(channel -> new Tried(channel, send.message())).toList();
  }

  /** A channel, and what would be said there. */
  private record Tried(ChannelName channel, AppMessage message) {}

  private static List<ChannelName> channels(App app, SendRequest send) {
    if (!send.priority().isEmpty()) {
      return send.priority();
    }
    return switch (send.recipient()) {
      case Recipient.ByIdentities(List<Identity> named) ->
          named.stream().map(Identity::channel).distinct().toList();
      case Recipient.ByContact _ ->
          app.accounts().stream().map(App.Account::channel).distinct().toList();
    };
  }

  /** Each step has a channel and a sender of the app's, and an address of the recipient's. */
  private static void requireSteps(App app, SendRequest send) {
    for (int i = 0; i < send.plan().size(); i++) {
      PlannedStep step = send.plan().get(i);
      String place = "delivery_plan.steps[" + i + "].";
      if (app.account(step.channel()).isEmpty()) {
        throw new WrongFieldException(
            place + "channel", "is a channel that the app is not set up for.");
      }
      if (step.sender().isPresent() && app.account(step.channel(), step.sender().get()).isEmpty()) {
        throw new WrongFieldException(
            place + "sender",
            "is none of the app's accounts on the channel: give its credential_ordinal_number, or"
                + " its own id at the provider.");
      }
      if (send.recipient() instanceof Recipient.ByIdentities(List<Identity> named)
          && named.stream().noneMatch(each -> each.channel().equals(step.channel()))) {
        throw new WrongFieldException(
            place + "channel", "is a channel on which the recipient has no address.");
      }
    }
  }

  private void requireSoon(SendRequest send) {
    Instant latest = clock.instant().plus(LONGEST_SCHEDULE);
    if (send.notBefore().filter(latest::isBefore).isPresent()) {
      throw new WrongFieldException(
          "schedule.at", "must be at most " + LONGEST_SCHEDULE.toDays() + " days from now.");
    }
  }

  private static void requireChannels(App app, List<ChannelName> priority) {
    for (int i = 0; i < priority.size(); i++) {
      if (app.account(priority.get(i)).isEmpty()) {
        throw new WrongFieldException(
            "channel_priority_order[" + i + "]", "is a channel that the app is not set up for.");
      }
    }
  }
}
