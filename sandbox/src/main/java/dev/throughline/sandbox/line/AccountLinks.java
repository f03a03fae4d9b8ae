package dev.throughline.sandbox.line;

import dev.throughline.sandbox.line.Events.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Link tokens, and the page of LINE's that ends an account link. */
final class AccountLinks {
  static final Duration LIFE = Duration.ofMinutes(10);
  private static final int LIMIT = 10_000;
  private static final int NONCE_SHORTEST = 10;
  private static final int NONCE_LONGEST = 255;
  private static final int TOKEN_DIGITS = 32;

  record Token(String token, String userId, Instant issuedAt) {}

  private final World world;
  private final LinkedHashMap<String, Token> tokens = new LinkedHashMap<>();

  AccountLinks(World world) {
    this.world = world;
  }

  String issue(String userId) {
    world.lock.lock();
    try {
      Instant now = world.clock.instant();
      Iterator<Token> oldest = tokens.values().iterator();
      while (oldest.hasNext()) {
        boolean over = now.isAfter(oldest.next().issuedAt.plus(LIFE));
        if (!over && tokens.size() < LIMIT) {
          break;
        }
        oldest.remove();
      }
      String token = world.ids.hex(TOKEN_DIGITS);
      tokens.put(token, new Token(token, userId, now));
      return token;
    } finally {
      world.lock.unlock();
      world.changed("settings", "");
    }
  }

  /**
   * The person comes back from the app's own log-in.
   *
   * @return empty for a used or expired token: LINE shows an error and tells nobody
   */
  Optional<WebhookEvent> finish(String token, String nonce) {
    world.lock.lock();
    try {
      Token found = tokens.remove(token);
      Instant now = world.clock.instant();
      if (found == null || now.isAfter(found.issuedAt.plus(LIFE))) {
        return Optional.empty();
      }
      boolean good = nonce.length() >= NONCE_SHORTEST && nonce.length() <= NONCE_LONGEST;
      if (!good) {
        return Optional.of(
            world.tell(
                "accountLink",
                now,
                json -> json.putObject("link").put("result", "failed").put("nonce", nonce)));
      }
      return Optional.of(
          world.answerable(
              "accountLink",
              Source.user(found.userId),
              now,
              json -> json.putObject("link").put("result", "ok").put("nonce", nonce)));
    } finally {
      world.lock.unlock();
    }
  }

  record Saved(List<Token> tokens) {}

  Saved save() {
    return new Saved(List.copyOf(tokens.values()));
  }

  void restore(Saved saved) {
    saved.tokens.forEach(token -> tokens.put(token.token, token));
  }
}
