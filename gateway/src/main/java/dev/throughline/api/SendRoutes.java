package dev.throughline.api;

import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.App;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Kind;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest;
import dev.throughline.vault.Owner;
import java.util.List;

/**
 * {@code messages:send} (contract, 3.1): validated fully, then one entry whose id is the message's.
 * What the fold does with it is decided from the same bytes.
 */
final class SendRoutes {
  private final Requests requests;
  private final SendChecks checks;
  private final SendPreview preview;
  private final Freshness freshness;

  SendRoutes(Requests requests, SendChecks checks, SendPreview preview, Freshness freshness) {
    this.requests = requests;
    this.checks = checks;
    this.preview = preview;
    this.freshness = freshness;
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
    App app = checks.app(project, send);
    Owner owner = requests.owner(project, app, send.recipient());
    if (send.validateOnly()) {
      freshness.await(project);
      return Answers.ok(preview.of(app, send));
    }
    requests.queue(app);
    return requests
        .accept(Kind.REQUEST, project, owner, request.body(), request)
        .answer("message_id");
  }
}
