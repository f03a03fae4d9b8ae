package dev.throughline.outbound.broadcast;

import dev.throughline.channel.SendResult;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.task.Task;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * The first part of the {@code outcome} entry of a chunk.
 *
 * @param counts people by what became of them
 * @param attempt whose request it was, if one was made
 */
record ChunkOutcome(
    Result result,
    Map<String, Long> counts,
    Optional<Ulid> attempt,
    Optional<Duration> retryAfter,
    Optional<Reason> reason) {
  ChunkOutcome {
    counts = Map.copyOf(counts);
  }

  /** What is known after a task ran. */
  enum Result {
    /** Everybody of the chunk is seen to. */
    DONE,
    /** The channel will not take it in this form. */
    REJECTED,
    /** Not taken now. */
    LATER,
    /** Taken, and the provider tells how far it is. */
    FOLLOW,
    /** It may have been taken, and the same request may be made again. */
    DOUBTFUL,
    /** It may have been taken, and nobody can find out any more. */
    UNKNOWN,
    /** Nothing was done: what was made one by one before is still waiting to go out. */
    FULL,
    /** The broadcast was stopped, or is gone. */
    OVER
  }

  static ChunkOutcome plain(Result result) {
    return new ChunkOutcome(result, Map.of(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Of a request to so many. */
  static ChunkOutcome of(SendResult sent, Map<String, Long> others, int people, Ulid attempt) {
    return switch (sent) {
      case SendResult.Accepted _, SendResult.AlreadyAccepted _ ->
          new ChunkOutcome(
              Result.DONE,
              with(others, "ACCEPTED", people),
              Optional.of(attempt),
              Optional.empty(),
              Optional.empty());
      case SendResult.Throttled throttled ->
          new ChunkOutcome(
              Result.LATER,
              Map.of(),
              Optional.of(attempt),
              throttled.retryAfter(),
              Optional.of(throttled.ifGivenUp()));
      case SendResult.Unreachable unreachable ->
          new ChunkOutcome(
              Result.LATER,
              Map.of(),
              Optional.of(attempt),
              Optional.empty(),
              Optional.of(unreachable.ifGivenUp()));
      case SendResult.Rejected rejected ->
          new ChunkOutcome(
              Result.REJECTED,
              with(others, "REJECTED_" + rejected.reason().code().name(), people),
              Optional.of(attempt),
              Optional.empty(),
              Optional.of(rejected.reason()));
      case SendResult.Unknown unknown ->
          new ChunkOutcome(
              Result.DOUBTFUL,
              Map.of(),
              Optional.of(attempt),
              Optional.empty(),
              Optional.of(unknown.ifGivenUp()));
      case SendResult.ReplyTokenInvalid _ ->
          throw new IllegalStateException("no reply token was used");
    };
  }

  static Map<String, Long> with(Map<String, Long> counts, String what, int people) {
    Map<String, Long> more = new TreeMap<>(counts);
    more.merge(what, (long) people, Long::sum);
    return more;
  }

  ObjectNode toJson(Task task, ChunkWork work) {
    ObjectNode json = Json.object();
    json.put("task", task.id().toString());
    json.put("kind", ChunkHandler.KIND);
    json.put("broadcast", work.broadcast().toString());
    json.put("chunk", work.chunk());
    json.put("result", result.name());
    ObjectNode counted = json.putObject("counts");
    new TreeMap<>(counts).forEach(counted::put);
    attempt.ifPresent(id -> json.put("attempt", id.toString()));
    retryAfter.ifPresent(time -> json.put("retry_after_ms", time.toMillis()));
    reason.ifPresent(why ->
        json.putObject("reason")
            .put("code", why.code().name())
            .put("description", why.description()));
    return json;
  }

  static ChunkOutcome of(ObjectNode json) {
    return new ChunkOutcome(
        Result.valueOf(Json.string(json, "result").orElse("OVER")),
        counts(json),
        Json.string(json, "attempt").flatMap(Ulids::parse),
        json.has("retry_after_ms")
            ? Optional.of(Duration.ofMillis(json.path("retry_after_ms").asLong()))
            : Optional.empty(),
        Json.string(json, "reason", "code")
            .map(code ->
                new Reason(
                    Reason.Code.valueOf(code),
                    Json.string(json, "reason", "description").orElse(""))));
  }

  static Map<String, Long> counts(ObjectNode json) {
    Map<String, Long> counts = new TreeMap<>();
    json.path("counts")
        .properties()
        .forEach(each -> counts.put(each.getKey(), each.getValue().asLong()));
    return counts;
  }
}
