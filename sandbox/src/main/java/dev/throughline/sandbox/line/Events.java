package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Json;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** Builds webhook events in LINE's property order, with a reply token where LINE gives one. */
final class Events {
  private static final int REPLY_TOKEN_DIGITS = 32;

  /** The lane of events that have no source. */
  private static final String NO_CHAT = "account";

  private final Ids ids;
  private final ReplyTokens replyTokens;

  Events(Ids ids, ReplyTokens replyTokens) {
    this.ids = ids;
    this.replyTokens = replyTokens;
  }

  /** Where something happened and who did it. */
  record Source(String chat, Optional<String> userId) {
    static Source user(String userId) {
      return new Source(userId, Optional.of(userId));
    }

    ObjectNode json() {
      ObjectNode source = Json.object();
      if (chat.startsWith("C")) {
        source.put("type", "group").put("groupId", chat);
      } else if (chat.startsWith("R")) {
        source.put("type", "room").put("roomId", chat);
      } else {
        source.put("type", "user");
      }
      userId.ifPresent(id -> source.put("userId", id));
      return source;
    }
  }

  WebhookEvent answerable(String type, Source source, Instant at, Consumer<ObjectNode> payload) {
    String token = ids.hex(REPLY_TOKEN_DIGITS);
    replyTokens.issue(token, source.chat, at);
    return event(type, Optional.of(source), at, Optional.of(token), payload);
  }

  WebhookEvent silent(String type, Source source, Instant at, Consumer<ObjectNode> payload) {
    return event(type, Optional.of(source), at, Optional.empty(), payload);
  }

  /** Of the account, not of a chat. */
  WebhookEvent sourceless(String type, Instant at, Consumer<ObjectNode> payload) {
    return event(type, Optional.empty(), at, Optional.empty(), payload);
  }

  private WebhookEvent event(
      String type,
      Optional<Source> source,
      Instant at,
      Optional<String> replyToken,
      Consumer<ObjectNode> payload) {
    String id = ids.ulid();
    ObjectNode event = Json.object();
    event.put("type", type);
    payload.accept(event);
    event.put("webhookEventId", id);
    event.putObject("deliveryContext").put("isRedelivery", false);
    event.put("timestamp", at.toEpochMilli());
    source.ifPresent(where -> event.set("source", where.json()));
    replyToken.ifPresent(token -> event.put("replyToken", token));
    event.put("mode", "active");
    return new WebhookEvent(
        id, source.map(Source::chat).orElse(NO_CHAT), at, replyToken, event, false);
  }
}
