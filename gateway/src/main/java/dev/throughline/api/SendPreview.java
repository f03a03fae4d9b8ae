package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.contract.Sayings;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.QuotePreview;
import dev.throughline.conversation.SendPermissions;
import dev.throughline.conversation.SendPermissions.Acquaintance;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.MessageClass;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.outbound.Outbound;
import dev.throughline.policy.Permission;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a send would meet: asks of each channel, in the order in which a send asks, what stands in
 * its way, as things stand now. Nothing is kept, and nobody is told.
 */
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
    this.channels = Map.copyOf(channels);
    this.templates = templates;
    this.files = files;
    this.quotes = quotes;
    this.permissions = permissions;
    this.clock = clock;
  }

  /** A channel, and what would be said there by whom. */
  private record Tried(ChannelName channel, AppMessage message, Optional<Account> account) {}

  /** What stands on one channel. */
  private sealed interface Found {
    record Sendable(List<String> lost, Optional<Permission.NotBefore> held) implements Found {}

    record Refused(Reason reason) implements Found {}
  }

  ObjectNode of(App app, SendRequest send) throws InterruptedException {
    MessageClass sent = app.settings().policy().classOf(send.messageClass());
    ObjectNode json = Json.object();
    json.put("validate_only", true);
    json.put("class", sent.name());
    ArrayNode shown = json.putArray("channels");
    Optional<ChannelName> first = Optional.empty();
    Reason last =
        new Reason(
            Reason.Code.NO_CHANNEL_IDENTITY_FOR_CONTACT,
            "The recipient has no address on a channel that the message may go by.");
    for (Tried tried : tried(app, send)) {
      ObjectNode each = shown.addObject().put("channel", tried.channel().value());
      switch (found(app, send, sent, tried)) {
        case Found.Sendable(List<String> lost, Optional<Permission.NotBefore> held) -> {
          held.ifPresent(hold -> held(each, hold));
          each.put("sendable", true);
          lost.forEach(each.putArray("lost")::add);
          first = first.or(() -> Optional.of(tried.channel()));
        }
        case Found.Refused(Reason reason) -> {
          each.put("sendable", false);
          reason(each, reason);
          last = reason;
        }
      }
    }
    json.put("sendable", first.isPresent());
    if (first.isPresent()) {
      json.put("first_channel", first.get().value());
    } else {
      reason(json, last);
    }
    return json;
  }

  private Found found(App app, SendRequest send, MessageClass sent, Tried tried)
      throws InterruptedException {
    ChannelName name = tried.channel();
    Channel channel = channels.get(name);
    if (channel == null || tried.account().isEmpty()) {
      return refused(
          Reason.Code.CHANNEL_CONFIGURATION_MISSING,
          "The app has no credential for the channel " + name + ".");
    }
    Optional<Identity> address =
        permissions.address(
            app,
            send.recipient(),
            name,
            send.message().isNotification() || send.asksForNotification());
    if (address.isEmpty()) {
      return refused(
          Reason.Code.NO_CHANNEL_IDENTITY_FOR_CONTACT,
          "The recipient has no address on the channel.");
    }
    Identity recipient = address.get();
    Instant now = clock.instant();
    Instant then = send.notBefore().filter(now::isBefore).orElse(now);
    Optional<Permission.NotBefore> held = Optional.empty();
    switch (permissions.of(app, recipient, sent, send.urgent(), then)) {
      case Permission.Granted() -> {
        // Other things may stand in the way.
      }
      case Permission.Refused(Reason reason) -> {
        return new Found.Refused(reason);
      }
      case Permission.NotBefore hold -> {
        held = Optional.of(hold);
        then = hold.time();
      }
    }
    Optional<Reason> refusal = Outbound.refusal(channel, recipient, sent);
    if (refusal.isPresent()) {
      return new Found.Refused(refusal.get());
    }
    Acquaintance known = permissions.with(app, tried.account().get().id(), recipient, then);
    if (known.blocked() && app.settings().knownBlock() == App.KnownBlock.FAIL) {
      return refused(
          Reason.Code.RECIPIENT_NOT_OPTED_IN,
          "The recipient is known to have blocked the account, which the channel would not tell.");
    }
    return switch (Sayings.of(
        tried.message(), name, id -> templates.find(app.project(), id), OptOutLinks.SAMPLES)) {
      case Said.Nothing(Reason reason) -> new Found.Refused(reason);
      case Said.Something something ->
          looked(app, channel, send, tried, recipient, known, something.content(), held);
    };
  }

  private Found looked(
      App app,
      Channel channel,
      SendRequest send,
      Tried tried,
      Identity recipient,
      Acquaintance known,
      Content.Outbound content,
      Optional<Permission.NotBefore> held)
      throws InterruptedException {
    return switch (files.look(app.project(), content, channel.mediaLimits())) {
      case Probed.Fit(Map<String, MediaFacts> media) -> {
        Channel.Composed composed =
            new Channel.Composed(
                TranscodeRoutes.NO_MESSAGE,
                content,
                send.channelProperties(),
                tried.message().agent(),
                quotes.of(app, send, tried.channel(), Optional.of(recipient)),
                Optional.of(recipient),
                media);
        yield switch (channel.render(
            channel.hasWindow() ? composed.after(known.silence()) : composed)) {
          case Channel.Rendered.Ready ready -> new Found.Sendable(ready.lost(), held);
          case Channel.Rendered.Impossible(Reason.Code code, String why) -> refused(code, why);
        };
      }
      case Probed.Unfit(Reason reason) -> new Found.Refused(reason);
      case Probed.Later(Reason reason) -> new Found.Refused(reason);
    };
  }

  /** In the order in which a send would go through them. */
  private static List<Tried> tried(App app, SendRequest send) {
    if (!send.plan().isEmpty()) {
      return send.plan().stream().map(step -> tried(app, send, step)).toList();
    }
    return channels(app, send).stream()
        .map(channel -> new Tried(channel, send.message(), app.account(channel)))
        .toList();
  }

  private static Tried tried(App app, SendRequest send, PlannedStep step) {
    return new Tried(
        step.channel(),
        step.message().orElse(send.message()),
        step.sender()
            .map(sender -> app.account(step.channel(), sender))
            .orElseGet(() -> app.account(step.channel())));
  }

  private static List<ChannelName> channels(App app, SendRequest send) {
    if (!send.priority().isEmpty()) {
      return send.priority();
    }
    return switch (send.recipient()) {
      case Recipient.ByIdentities(List<Identity> named) ->
          named.stream().map(Identity::channel).distinct().toList();
      case Recipient.ByContact _ ->
          app.accounts().stream().map(Account::channel).distinct().toList();
    };
  }

  private static Found refused(Reason.Code code, String why) {
    return new Found.Refused(new Reason(code, why));
  }

  private static void reason(ObjectNode json, Reason reason) {
    json.putObject("reason")
        .put("code", reason.code().name())
        .put("description", reason.description());
  }

  private static void held(ObjectNode channel, Permission.NotBefore hold) {
    channel
        .putObject("held")
        .put("not_before", hold.time().toString())
        .put("time_zone", hold.zone().zone().getId())
        .put("time_zone_source", hold.zone().source().name())
        .put("reason", hold.sentence());
  }
}
