package dev.throughline.api;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.contract.AppMessages;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** What a message would become on a channel (contract, 2): nothing is kept, nothing is sent. */
final class TranscodeRoutes {
  /** Stands where a send has the message's id. */
  static final MessageId NO_MESSAGE = new MessageId(new Ulid(0, 0));

  private final Directory directory;
  private final Map<ChannelName, Channel> channels;

  TranscodeRoutes(Directory directory, Map<ChannelName, Channel> channels) {
    this.directory = directory;
    this.channels = channels;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post("/v1/projects/{project}/messages:transcode", guard.project(this::transcode)));
  }

  private Response transcode(ProjectId project, Request request) {
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
      switch (channel.render(new Composed(NO_MESSAGE, message.content(), Map.of()))) {
        case Rendered.Ready ready -> transcoded.put(name.value(), ready.body().asUtf8());
        case Rendered.Impossible(String why) ->
            throw Refusal.invalid("CANNOT_BE_SHOWN", "app_message", name + ": " + why);
      }
    }
    return Answers.ok(json);
  }
}
