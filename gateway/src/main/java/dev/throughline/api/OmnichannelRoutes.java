package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.contract.Omnichannel;
import dev.throughline.contract.Omnichannel.Part;
import dev.throughline.contract.Omnichannel.UseCase;
import dev.throughline.contract.OmnichannelSends;
import dev.throughline.contract.SendRequests;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.conversation.App;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The AWS sample's own request (docs/migrate-from-aws-sample.md): a fallback becomes one send with
 * a delivery plan, a broadcast two sends. Each is taken or refused for itself.
 */
final class OmnichannelRoutes {
  /** The sample's word. */
  private static final String ACCEPTED = "Message sent to the queue";

  private static final String NOTHING_SENT = "Nothing was sent, as validate_only asks";

  private final Requests requests;
  private final Senders senders;
  private final SendChecks checks;
  private final SendPreview preview;
  private final Freshness freshness;

  OmnichannelRoutes(
      Requests requests,
      Senders senders,
      SendChecks checks,
      SendPreview preview,
      Freshness freshness) {
    this.requests = requests;
    this.senders = senders;
    this.checks = checks;
    this.preview = preview;
    this.freshness = freshness;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.post(
            "/v1/projects/{project}/omnichannel/messages", guard.projectOrApiKey(this::take)));
  }

  /** A send that the request asks for, and what came of it. */
  private record Asked(List<String> parts, Outcome outcome) {}

  private sealed interface Outcome {
    record Shown(ObjectNode preview) implements Outcome {}

    record Taken(Requests.Accepted accepted, SendRequest send) implements Outcome {}

    record Refused(Refusal refusal) implements Outcome {}
  }

  private Response take(ProjectId project, Request request) throws InterruptedException {
    IdempotencyKeys.key(request);
    Omnichannel asked = Omnichannel.read(request.body());
    List<List<String>> messages =
        asked.useCase() == UseCase.FALLBACK
            ? List.of(List.of(Omnichannel.PRIMARY, Omnichannel.FALLBACK))
            : List.of(List.of(Omnichannel.PRIMARY), List.of(Omnichannel.FALLBACK));
    List<Asked> all = new ArrayList<>();
    for (List<String> parts : messages) {
      all.add(new Asked(parts, outcome(project, request, asked, parts)));
    }
    List<Refusal> refused =
        all.stream()
            .flatMap(each ->
                each.outcome() instanceof Outcome.Refused(Refusal why)
                    ? Optional.of(why).stream()
                    : Optional.<Refusal>empty().stream())
            .toList();
    if (refused.size() == all.size()) {
      throw refused.getFirst();
    }
    return answer(all, refused.size());
  }

  private Outcome outcome(ProjectId project, Request request, Omnichannel asked, List<String> parts)
      throws InterruptedException {
    try {
      return taken(project, request, asked, parts);
    } catch (RuntimeException e) {
      return new Outcome.Refused(Guard.refusal(e).orElseThrow(() -> e));
    }
  }

  private Outcome taken(ProjectId project, Request request, Omnichannel asked, List<String> names)
      throws InterruptedException {
    List<Part> parts = names.stream().map(asked::part).toList();
    requireOneAddressAChannel(parts);
    Senders.Found found = senders.of(project, asked.app(), parts);
    Bytes body = OmnichannelSends.of(asked, found.app().id(), found.steps());
    SendRequest send =
        switch (SendRequests.parse(body)) {
          case SendRequests.Parsed.Valid(SendRequest valid) -> valid;
          case SendRequests.Parsed.Wrong(String field, String sentence) ->
              throw Refusal.invalid("FIELD_INVALID", field, sentence);
        };
    App app = checks.app(project, send);
    var owner = requests.owner(project, app, send.recipient());
    if (send.validateOnly()) {
      freshness.await(project);
      return new Outcome.Shown(preview.of(app, send));
    }
    requests.queue(app);
    return new Outcome.Taken(
        requests.acceptPart(
            project, owner, body, request, "omnichannel " + names.getFirst(), asked.about(parts)),
        send);
  }

  /** A person is reached by one address a channel. */
  private static void requireOneAddressAChannel(List<Part> parts) {
    Part first = parts.getFirst();
    Part last = parts.getLast();
    if (first.channel().equals(last.channel()) && !first.recipient().equals(last.recipient())) {
      throw new WrongFieldException(
          last.name() + ".recipient",
          "is another address on the channel of pc: one person has one. Send two messages.");
    }
  }

  private static Response answer(List<Asked> all, int refused) {
    ObjectNode json = Json.object();
    boolean shownOnly = all.stream().anyMatch(each -> each.outcome() instanceof Outcome.Shown);
    String taken = shownOnly ? NOTHING_SENT : ACCEPTED;
    json.put(
        "message",
        refused == 0 ? taken : refused + " of " + all.size() + " refused: see error. " + taken);
    ArrayNode messages = json.putArray("messages");
    for (Asked each : all) {
      ObjectNode shown = messages.addObject();
      each.parts().forEach(shown.putArray("parts")::add);
      switch (each.outcome()) {
        case Outcome.Shown(ObjectNode preview) -> shown.setAll(preview);
        case Outcome.Taken(Requests.Accepted accepted, SendRequest send) -> {
          ArrayNode channels = shown.putArray("channels");
          send.plan().forEach(step -> channels.add(step.channel().value()));
          shown.put("message_id", accepted.id().toString());
          shown.put("accepted_time", accepted.at().toString());
        }
        case Outcome.Refused(Refusal why) -> shown.set("error", why.json());
      }
    }
    return Response.json(refused == 0 ? 200 : 207, Json.bytes(json));
  }
}
