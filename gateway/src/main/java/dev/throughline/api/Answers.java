package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Written;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ulids;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The shapes in which successes are answered, and what handlers read from paths. */
final class Answers {
  private Answers() {}

  static Response ok(ObjectNode json) {
    return Response.json(200, Json.bytes(json));
  }

  /** Deletions, and verbs that answer nothing. */
  static Response empty() {
    return ok(Json.object());
  }

  /** The array is there even if it is empty (contract, 0, trap 3). */
  static ObjectNode list(String name, List<ObjectNode> elements, String nextPageToken) {
    ObjectNode json = Json.object();
    ArrayNode array = json.putArray(name);
    elements.forEach(array::add);
    json.put("next_page_token", nextPageToken);
    return json;
  }

  /** The id in the path; one that is none is of nothing that exists. */
  static Ulid id(Request request, String name, Refusal otherwise) {
    return Ulids.parse(request.param(name)).orElseThrow(() -> otherwise);
  }

  /** An id among the query's parameters. */
  static Optional<Ulid> idQuery(Request request, String name) {
    return request
        .query(name)
        .filter(value -> !value.isEmpty())
        .map(value ->
            Ulids.parse(value)
                .orElseThrow(
                    () -> Refusal.invalid("FIELD_INVALID", name, name + " must be a ULID.")));
  }

  static boolean flag(Request request, String name) {
    String value = request.query(name).orElse("");
    return switch (value) {
      case "", "false" -> false;
      case "true" -> true;
      default -> throw Refusal.invalid("FIELD_INVALID", name, name + " must be true or false.");
    };
  }

  static <T> T done(Written<T> written, Refusal missing, Function<Ulid, Refusal> taken) {
    return switch (written) {
      case Written.Done<T>(T value) -> value;
      case Written.Missing<T>() -> throw missing;
      case Written.Taken<T>(Ulid by) -> throw taken.apply(by);
      case Written.Contended<T>() ->
          throw Refusal.unavailable("Others changed it at the same time; try again shortly.");
    };
  }

  static Refusal taken(String reason, String field, String message, String name, Ulid by) {
    return Refusal.invalid(reason, field, message, Map.of(name, by.toString()));
  }
}
