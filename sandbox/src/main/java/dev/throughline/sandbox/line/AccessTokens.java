package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Channel access tokens of all four kinds, with LINE's numbers and lives. */
final class AccessTokens {
  enum Kind {
    /** Issued in the console: the one of the configuration. */
    LONG_LIVED,
    SHORT_LIVED,
    /** v2.1, issued for a signed assertion. */
    JWT,
    STATELESS
  }

  /**
   * @param keyId empty but for v2.1
   */
  record Token(String value, Kind kind, Instant expiresAt, String keyId) {}

  static final Duration SHORT_LIFE = Duration.ofDays(30);
  static final Duration LONGEST_LIFE = Duration.ofDays(30);
  static final Duration STATELESS_LIFE = Duration.ofMinutes(15);
  static final int SHORT_LIMIT = 30;
  static final int JWT_LIMIT = 30;

  /** LINE sets no limit on stateless tokens; the emulator forgets the oldest beyond this many. */
  private static final int STATELESS_KEPT = 10_000;

  private static final int VALUE_DIGITS = 96;
  private static final int KEY_ID_DIGITS = 22;

  private final InstantSource clock;
  private final Ids ids;
  private final LinkedHashMap<String, Token> tokens = new LinkedHashMap<>();

  AccessTokens(InstantSource clock, Ids ids, String longLived) {
    this.clock = clock;
    this.ids = ids;
    tokens.put(longLived, new Token(longLived, Kind.LONG_LIVED, Instant.MAX, ""));
  }

  synchronized Optional<Token> valid(String value) {
    Token token = tokens.get(value);
    return token == null || !clock.instant().isBefore(token.expiresAt)
        ? Optional.empty()
        : Optional.of(token);
  }

  synchronized boolean expired(String value) {
    Token token = tokens.get(value);
    return token != null && !clock.instant().isBefore(token.expiresAt);
  }

  /** Beyond 30 short-lived tokens the oldest is revoked. */
  synchronized Token issueShort() {
    List<Token> alive = alive(Kind.SHORT_LIVED);
    if (alive.size() >= SHORT_LIMIT) {
      tokens.remove(alive.getFirst().value);
    }
    return issue(Kind.SHORT_LIVED, SHORT_LIFE, "");
  }

  /** Beyond 30 v2.1 tokens none is issued. */
  synchronized Optional<Token> issueJwt(Duration life) {
    return alive(Kind.JWT).size() >= JWT_LIMIT
        ? Optional.empty()
        : Optional.of(issue(Kind.JWT, life, ids.hex(KEY_ID_DIGITS)));
  }

  synchronized Token issueStateless() {
    List<Token> alive = alive(Kind.STATELESS);
    if (alive.size() >= STATELESS_KEPT) {
      tokens.remove(alive.getFirst().value);
    }
    return issue(Kind.STATELESS, STATELESS_LIFE, "");
  }

  private Token issue(Kind kind, Duration life, String keyId) {
    Instant now = clock.instant();
    // Expired ones are remembered for a while, so that they can be told from unknown ones.
    Iterator<Token> old = tokens.values().iterator();
    while (old.hasNext()) {
      Token next = old.next();
      if (next.kind != Kind.LONG_LIVED && now.isAfter(next.expiresAt.plus(SHORT_LIFE))) {
        old.remove();
      }
    }
    Token token = new Token(ids.hex(VALUE_DIGITS), kind, now.plus(life), keyId);
    tokens.put(token.value, token);
    return token;
  }

  /** A stateless token cannot be revoked. */
  synchronized void revoke(String value) {
    Token token = tokens.get(value);
    if (token != null && token.kind != Kind.STATELESS) {
      tokens.remove(value);
    }
  }

  synchronized List<String> keyIds() {
    return alive(Kind.JWT).stream().map(Token::keyId).toList();
  }

  long secondsLeft(Token token) {
    return token.kind == Kind.LONG_LIVED
        ? Integer.MAX_VALUE
        : Duration.between(clock.instant(), token.expiresAt).toSeconds();
  }

  private List<Token> alive(Kind kind) {
    Instant now = clock.instant();
    List<Token> alive = new ArrayList<>();
    for (Token token : tokens.values()) {
      if (token.kind == kind && now.isBefore(token.expiresAt)) {
        alive.add(token);
      }
    }
    return alive;
  }

  /** Those that were issued here, for the state file. */
  synchronized List<Token> issued() {
    return tokens.values().stream().filter(token -> token.kind != Kind.LONG_LIVED).toList();
  }

  synchronized void restore(List<Token> saved) {
    saved.forEach(token -> tokens.put(token.value, token));
  }
}
