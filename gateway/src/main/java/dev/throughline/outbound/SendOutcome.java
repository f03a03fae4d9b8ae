package dev.throughline.outbound;

import dev.throughline.channel.SendResult;
import dev.throughline.contract.Json;
import dev.throughline.conversation.Changes;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Reason;
import dev.throughline.task.Task;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * The first part of an {@code outcome} entry of a send: what the handler tells the fold, and an
 * auditor who opens the entry.
 */
record SendOutcome(
    Result result,
    boolean reply,
    Optional<Duration> retryAfter,
    Optional<Reason> reason,
    List<String> platformIds) {

  /** What is known after a task ran. */
  enum Result {
    ACCEPTED,
    ALREADY_ACCEPTED,
    THROTTLED,
    REJECTED,
    REPLY_TOKEN_INVALID,
    UNREACHABLE,
    UNKNOWN,
    /** The process ended between the attempt and its outcome. */
    LOST,
    /** The retry key is too old to make a repeat safe. */
    KEY_EXPIRED,
    /** It was withdrawn before its attempt: nothing was sent. */
    WITHDRAWN
  }

  static SendOutcome of(SendResult sent, boolean reply) {
    return switch (sent) {
      case SendResult.Accepted accepted ->
          new SendOutcome(
              Result.ACCEPTED,
              reply,
              Optional.empty(),
              Optional.empty(),
              accepted.platformMessageIds());
      case SendResult.AlreadyAccepted already ->
          new SendOutcome(
              Result.ALREADY_ACCEPTED,
              reply,
              Optional.empty(),
              Optional.empty(),
              already.platformMessageIds());
      case SendResult.Throttled throttled ->
          new SendOutcome(
              Result.THROTTLED,
              reply,
              throttled.retryAfter(),
              Optional.of(throttled.ifGivenUp()),
              List.of());
      case SendResult.Rejected rejected -> rejected(rejected.reason(), reply);
      case SendResult.ReplyTokenInvalid _ -> plain(Result.REPLY_TOKEN_INVALID, reply);
      case SendResult.Unreachable unreachable ->
          new SendOutcome(
              Result.UNREACHABLE,
              reply,
              Optional.empty(),
              Optional.of(unreachable.ifGivenUp()),
              List.of());
      case SendResult.Unknown unknown ->
          new SendOutcome(
              Result.UNKNOWN, reply, Optional.empty(), Optional.of(unknown.ifGivenUp()), List.of());
    };
  }

  static SendOutcome rejected(Reason reason, boolean reply) {
    return new SendOutcome(
        Result.REJECTED, reply, Optional.empty(), Optional.of(reason), List.of());
  }

  static SendOutcome plain(Result result, boolean reply) {
    return new SendOutcome(result, reply, Optional.empty(), Optional.empty(), List.of());
  }

  /** Whether nobody can have got it by this attempt. */
  boolean isNotTaken() {
    return switch (result) {
      case THROTTLED, REJECTED, REPLY_TOKEN_INVALID, UNREACHABLE, WITHDRAWN -> true;
      case ACCEPTED, ALREADY_ACCEPTED, UNKNOWN, LOST, KEY_EXPIRED -> false;
    };
  }

  ObjectNode toJson(Task task, MessageId message) {
    ObjectNode json = Json.object();
    json.put("task", task.id().toString());
    json.put("kind", SendHandler.KIND);
    json.put("message", message.toString());
    json.put("result", result.name());
    json.put("via", reply ? "reply" : "push");
    retryAfter.ifPresent(time -> json.put("retry_after_ms", time.toMillis()));
    reason.ifPresent(why -> {
      ObjectNode object = json.putObject("reason");
      object.put("code", why.code().name());
      object.put("description", why.description());
    });
    if (!platformIds.isEmpty()) {
      var array = json.putArray("platform_message_ids");
      platformIds.forEach(array::add);
    }
    return json;
  }

  static SendOutcome of(ObjectNode json) {
    Optional<Reason> reason =
        Json.string(json, "reason", "code")
            .map(code ->
                new Reason(
                    Reason.Code.valueOf(code),
                    Json.string(json, "reason", "description").orElse("")));
    return new SendOutcome(
        Result.valueOf(Json.string(json, "result").orElse("LOST")),
        Json.string(json, "via").filter("reply"::equals).isPresent(),
        json.has("retry_after_ms")
            ? Optional.of(Duration.ofMillis(json.path("retry_after_ms").asLong()))
            : Optional.empty(),
        reason,
        List.of());
  }

  static ObjectNode attempt(Task task, SendBody body, boolean reply, Ulid id) {
    ObjectNode json = Json.object();
    json.put("task", task.id().toString());
    json.put("kind", SendHandler.KIND);
    json.put("attempt", id.toString());
    json.put("message", body.message().toString());
    json.put("step", body.step().toString());
    json.put("channel", body.recipient().channel().value());
    body.messageClass().ifPresent(sent -> json.put("class", sent.name()));
    if (body.numbered()) {
      json.put(Changes.NUMBERED, true);
    }
    json.put("via", reply ? "reply" : "push");
    if (!reply) {
      json.put("retry_key", body.retryKey());
    }
    return json;
  }
}
