package dev.throughline.api;

import dev.throughline.api.DeadLetterStore.DeadLetter;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Changes;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.ProjectId;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What could not be done, and doing it again: an extension of the contract. */
final class DeadLetterRoutes {
  private static final String BASE = "/v1/projects/{project}/dead-letters";
  private static final String LIST = "dead_letters";
  private static final int MAX_PAGE = 100;

  private final DeadLetterStore letters;
  private final Paging paging;
  private final Freshness freshness;
  private final Decisions decisions;

  DeadLetterRoutes(
      DeadLetterStore letters, Paging paging, Freshness freshness, Decisions decisions) {
    this.letters = letters;
    this.paging = paging;
    this.freshness = freshness;
    this.decisions = decisions;
  }

  List<Route> routes(Guard guard) {
    return List.of(
        Route.get(BASE, guard.project(this::list)),
        Route.post(BASE + "/{letter}:replay", guard.project(this::replay)));
  }

  private Response list(ProjectId project, Request request) throws InterruptedException {
    int size = Paging.size(request, MAX_PAGE);
    Optional<Ulid> after = paging.after(request, project, LIST);
    freshness.await(project);
    List<DeadLetter> found = letters.page(project, after, size + 1);
    boolean more = found.size() > size;
    List<DeadLetter> page = more ? found.subList(0, size) : found;
    return Answers.ok(
        Answers.list(
            LIST,
            page.stream().map(DeadLetterRoutes::shown).toList(),
            more ? paging.token(project, LIST, page.getLast().id()) : ""));
  }

  private Response replay(ProjectId project, Request request) throws InterruptedException {
    Refusal unknown =
        Refusal.unknown("DEAD_LETTER_UNKNOWN", "The project has no such dead letter.");
    freshness.await(project);
    DeadLetter letter =
        letters.find(project, Answers.id(request, "letter", unknown)).orElseThrow(() -> unknown);
    ObjectNode facts = Json.object();
    facts.put(letter.parked() ? Changes.PARKED : Changes.TASK, letter.id().toString());
    decisions.append(project, Changes.REPLAY, facts);
    return Answers.empty();
  }

  private static ObjectNode shown(DeadLetter letter) {
    ObjectNode json = Json.object();
    json.put("id", letter.id().toString());
    json.put("kind", letter.kind());
    json.put("state", letter.state());
    json.put("app_id", letter.app().map(Object::toString).orElse(""));
    json.put("contact_id", letter.contact().map(Object::toString).orElse(""));
    json.put("target_id", letter.target().map(Ulid::toString).orElse(""));
    json.put("error", letter.error());
    json.put("tries", letter.tries());
    json.put("time", letter.at().toString());
    return json;
  }
}
