package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.contract.Sayings;
import dev.throughline.conversation.App;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.QuotePreview;
import dev.throughline.conversation.SendPermissions;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.outbound.Outbound;
import dev.throughline.policy.Permission;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code validate_only} answers: nothing is kept, nothing is sent. */
final class SendPreview {
  private final Map<ChannelName, Channel> channels;
  private final TemplateStore templates;
  private final FileLook files;
  private final QuotePreview quotes;
  private final SendPermissions permissions;
  private final InstantSource clock;

  SendPreview(
      Map<ChannelName, Channel> channels,
      TemplateStore templates,
      FileLook files,
      QuotePreview quotes,
      SendPermissions permissions,
      InstantSource clock) {
    this.channels = channels;
    this.templates = templates;
    this.files = files;
    this.quotes = quotes;
    this.permissions = permissions;
    this.clock = clock;
  }

  /** What each channel that may be tried would make of it; nothing is kept. */
  ObjectNode of(App app, SendRequest send) throws InterruptedException {
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
}
