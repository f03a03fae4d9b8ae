package dev.throughline.sandbox.line;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reply tokens and their short life: usable once, within a minute of each receipt of the webhook,
 * and after a redelivery only until 20 minutes after the event.
 */
final class ReplyTokens {
  static final Duration LIFE = Duration.ofMinutes(1);
  static final Duration LIFE_OF_EVENT = Duration.ofMinutes(20);
  private static final int LIMIT = 200_000;

  /**
   * @param receivedAt when a webhook with it was last sent out; empty before the first time
   * @param redelivered whether that was a redelivery
   */
  record Token(
      String token,
      String chat,
      Instant eventAt,
      Optional<Instant> receivedAt,
      boolean redelivered,
      boolean used) {

    boolean usable(Instant now) {
      return !used
          && receivedAt.isPresent()
          && !now.isAfter(receivedAt.get().plus(LIFE))
          && (!redelivered || !now.isAfter(eventAt.plus(LIFE_OF_EVENT)));
    }
  }

  private final LinkedHashMap<String, Token> tokens = new LinkedHashMap<>();

  synchronized void issue(String token, String chat, Instant eventAt) {
    forgetOld(eventAt);
    tokens.put(token, new Token(token, chat, eventAt, Optional.empty(), false, false));
  }

  synchronized void received(String token, Instant at, boolean redelivery) {
    tokens.computeIfPresent(
        token,
        (name, old) ->
            new Token(name, old.chat, old.eventAt, Optional.of(at), redelivery, old.used));
  }

  /** The chat that a usable token answers in. */
  synchronized Optional<String> chat(String token, Instant now) {
    Token found = tokens.get(token);
    return found == null || !found.usable(now) ? Optional.empty() : Optional.of(found.chat);
  }

  synchronized void use(String token) {
    tokens.computeIfPresent(
        token,
        (name, old) ->
            new Token(name, old.chat, old.eventAt, old.receivedAt, old.redelivered, true));
  }

  /** The newest that may still be of use, oldest first, for the state file. */
  synchronized List<Token> alive(Instant now, int limit) {
    List<Token> alive = new ArrayList<>();
    for (Token token : tokens.sequencedValues().reversed()) {
      if (alive.size() == limit || now.isAfter(token.eventAt.plus(LIFE_OF_EVENT))) {
        break;
      }
      if (!token.used) {
        alive.add(token);
      }
    }
    return alive.reversed();
  }

  synchronized void restore(List<Token> saved) {
    for (Token token : saved) {
      tokens.put(token.token, token);
    }
  }

  private void forgetOld(Instant now) {
    Iterator<Map.Entry<String, Token>> oldest = tokens.entrySet().iterator();
    while (oldest.hasNext()) {
      Token token = oldest.next().getValue();
      // Twice the life: a waiting redelivery may be some time in coming.
      boolean over = now.isAfter(token.eventAt.plus(LIFE_OF_EVENT.multipliedBy(2)));
      if (!over && tokens.size() < LIMIT) {
        return;
      }
      oldest.remove();
    }
  }
}
