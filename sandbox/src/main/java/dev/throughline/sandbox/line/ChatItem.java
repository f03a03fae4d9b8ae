package dev.throughline.sandbox.line;

import java.time.Instant;
import java.util.Optional;

/**
 * One thing in a chat, as the phone shows it.
 *
 * @param via how it came: {@code reply}, {@code push}, {@code multicast}, {@code broadcast}, {@code
 *     narrowcast}, {@code pnp}, {@code pnp-templated} from the bot; {@code user} from a person;
 *     {@code event} for a follow, a block and their like
 * @param from who said it, in a group; else the user or the bot
 * @param origin the API request that sent it, or the webhook event that told of it
 * @param json the message object
 */
record ChatItem(
    String messageId,
    Instant at,
    String via,
    String from,
    Optional<String> origin,
    String json,
    boolean unsent) {

  static final String USER = "user";
  static final String EVENT = "event";

  private static final long OVERHEAD_BYTES = 200;

  boolean fromBot() {
    return !via.equals(USER) && !via.equals(EVENT);
  }

  ChatItem withJson(String other) {
    return new ChatItem(messageId, at, via, from, origin, other, unsent);
  }

  ChatItem asUnsent() {
    return new ChatItem(messageId, at, via, from, origin, "{\"type\":\"unsent\"}", true);
  }

  long weight() {
    return OVERHEAD_BYTES + json.length();
  }
}
