package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.contract.AppMessages;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.Sayings;
import dev.throughline.contract.SendRequests;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What a message would become on a channel (contract, 2): nothing is kept, nothing is sent. */
final class TranscodeRoutes {
  /** Stands where a send has the message's id. */
  static final MessageId NO_MESSAGE = new MessageId(new Ulid(0, 0));

  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final TemplateStore templates;
  private final FileLook files;

  TranscodeRoutes(
      Directory directory,
      Map<ChannelName, Channel> channels,
      TemplateStore templates,
      FileLook files) {
    this.files = files;
    this.directory = directory;
    this.channels = channels;
    this.templates = templates;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post("/v1/projects/{project}/messages:transcode", guard.project(this::transcode)));
  }

  private Response transcode(ProjectId project, Request request) throws InterruptedException {
    Fields body = Fields.of(Json.request(request.body()));
    AppId app = SendRequests.app(body);
    AppMessage message = AppMessages.read(body.requiredObject("app_message"));
    List<ChannelName> wanted = SendRequests.channels(body, "channels");
    if (wanted.isEmpty()) {
      throw body.wrong("channels", "is required.");
    }
    if (directory.app(project, app).isEmpty()) {
      throw AppRoutes.unknown();
    }
    ObjectNode json = Json.object();
    ObjectNode transcoded = json.putObject("transcoded_message");
    for (int i = 0; i < wanted.size(); i++) {
      ChannelName name = wanted.get(i);
      Channel channel = channels.get(name);
      if (channel == null) {
        throw new WrongFieldException(
            "channels[" + i + "]", "is a channel that this installation does not have.");
      }
      switch (Sayings.of(message, name, id -> templates.find(project, id), OptOutLinks.SAMPLES)) {
        case Said.Nothing(Reason reason) -> throw cannot(name, reason.description());
        case Said.Something something ->
            transcoded.put(name.value(), rendered(project, channel, message, something.content()));
      }
    }
    return Answers.ok(json);
  }

  private String rendered(
      ProjectId project, Channel channel, AppMessage message, Content.Outbound content)
      throws InterruptedException {
    Map<String, MediaFacts> media =
        switch (files.look(project, content, channel.mediaLimits())) {
          case Probed.Fit(Map<String, MediaFacts> found) -> found;
          case Probed.Unfit(Reason reason) -> throw cannot(channel.name(), reason.description());
          case Probed.Later(Reason reason) -> throw cannot(channel.name(), reason.description());
        };
    Composed composed =
        new Composed(
            NO_MESSAGE,
            content,
            Map.of(),
            message.agent(),
            Optional.empty(),
            Optional.empty(),
            media);
    return switch (channel.render(composed)) {
      case Rendered.Ready ready -> ready.body().asUtf8();
      case Rendered.Impossible(var _, String why) -> throw cannot(channel.name(), why);
    };
  }

  private static Refusal cannot(ChannelName channel, String why) {
    return Refusal.invalid("CANNOT_BE_SHOWN", "app_message", channel + ": " + why);
  }
}
