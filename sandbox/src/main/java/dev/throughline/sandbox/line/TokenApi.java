package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Issuing, verifying and revoking channel access tokens. */
final class TokenApi {
  private static final String SCOPE = "P CM";

  private final AccessTokens tokens;
  private final Assertions assertions;
  private final String channelId;
  private final String channelSecret;

  TokenApi(AccessTokens tokens, Assertions assertions, LineConfig config) {
    this.tokens = tokens;
    this.assertions = assertions;
    this.channelId = config.channelId();
    this.channelSecret = config.channelSecret();
  }

  Answer answer(Call call) {
    return switch (call.endpoint()) {
      case TOKEN_SHORT -> issueShort(call);
      case TOKEN_VERIFY -> verify(field(call, "access_token"), false);
      case TOKEN_REVOKE -> revoke(call);
      case TOKEN_JWT -> issueJwt(call);
      case TOKEN_JWT_VERIFY -> verify(call.query().getOrDefault("access_token", ""), true);
      case TOKEN_JWT_REVOKE -> revokeJwt(call);
      case TOKEN_JWT_KIDS -> keyIds(call);
      default -> issueStateless(call);
    };
  }

  private Answer issueShort(Call call) {
    if (!grant(call)) {
      return missing();
    }
    return secret(call, "invalid_client", "invalid client_secret")
        .orElseGet(() -> issued(tokens.issueShort()));
  }

  private Answer issueJwt(Call call) {
    if (!grant(call)) {
      return missing();
    }
    return switch (assertion(
        field(call, "client_assertion_type"), field(call, "client_assertion"))) {
      case Assertions.Verdict.Bad bad -> bad.answer();
      case Assertions.Verdict.Good good -> {
        if (good.tokenLife().isEmpty()) {
          yield Answer.oauthError(400, "invalid_client", "Invalid token_exp");
        }
        yield tokens
            .issueJwt(good.tokenLife().get())
            .map(this::issued)
            .orElseGet(() ->
                Answer.oauthError(
                    400,
                    "invalid_request",
                    "The maximum number of access tokens has already been issued"));
      }
    };
  }

  private Answer issueStateless(Call call) {
    if (!grant(call)) {
      return missing();
    }
    if (call.form().containsKey("client_assertion")) {
      return switch (assertion(
          field(call, "client_assertion_type"), field(call, "client_assertion"))) {
        case Assertions.Verdict.Bad bad -> bad.answer();
        case Assertions.Verdict.Good good -> issued(tokens.issueStateless());
      };
    }
    return secret(call, "invalid_request", "Invalid 'client_credentials'.")
        .orElseGet(() -> issued(tokens.issueStateless()));
  }

  private Answer verify(String value, boolean jwt) {
    if (value.isEmpty()) {
      return Answer.oauthError(400, "invalid_request", "access_token in invalid format");
    }
    if (tokens.expired(value)) {
      return Answer.oauthError(400, "invalid_request", "The access token expired");
    }
    Optional<AccessTokens.Token> token = tokens.valid(value);
    boolean right = token.isPresent() && (token.get().kind() == AccessTokens.Kind.JWT) == jwt;
    if (!right) {
      return Answer.oauthError(
          400, "invalid_request", jwt ? "The access token not JWS" : "access_token invalid");
    }
    ObjectNode body = Json.object();
    body.put("client_id", channelId);
    body.put("expires_in", tokens.secondsLeft(token.get()));
    body.put("scope", SCOPE);
    return Answer.ok(body);
  }

  private Answer revoke(Call call) {
    if (field(call, "access_token").isEmpty()) {
      return missing();
    }
    tokens.revoke(field(call, "access_token"));
    return Answer.nothing();
  }

  private Answer revokeJwt(Call call) {
    if (field(call, "access_token").isEmpty()) {
      return missing();
    }
    Optional<Answer> refusal = secret(call, "invalid_client", "invalid client_secret");
    if (refusal.isPresent()) {
      return refusal.get();
    }
    tokens.revoke(field(call, "access_token"));
    return Answer.nothing();
  }

  private Answer keyIds(Call call) {
    return switch (assertion(
        call.query().getOrDefault("client_assertion_type", ""),
        call.query().getOrDefault("client_assertion", ""))) {
      case Assertions.Verdict.Bad bad -> bad.answer();
      case Assertions.Verdict.Good good -> {
        ObjectNode body = Json.object();
        ArrayNode kids = body.putArray("kids");
        tokens.keyIds().forEach(kids::add);
        yield Answer.ok(body);
      }
    };
  }

  private Assertions.Verdict assertion(String type, String assertion) {
    if (!type.equals(Assertions.TYPE) || assertion.isEmpty()) {
      return new Assertions.Verdict.Bad(missing());
    }
    return assertions.verify(assertion);
  }

  private Answer issued(AccessTokens.Token token) {
    ObjectNode body = Json.object();
    body.put("access_token", token.value());
    body.put("expires_in", tokens.secondsLeft(token));
    body.put("token_type", "Bearer");
    if (!token.keyId().isEmpty()) {
      body.put("key_id", token.keyId());
    }
    return Answer.ok(body);
  }

  /** The refusal for a wrong channel id or secret; empty if both are right. */
  private Optional<Answer> secret(Call call, String error, String description) {
    if (!field(call, "client_id").equals(channelId)) {
      return Optional.of(Answer.oauthError(400, error, wrongId(error, description)));
    }
    boolean same =
        MessageDigest.isEqual(
            field(call, "client_secret").getBytes(StandardCharsets.UTF_8),
            channelSecret.getBytes(StandardCharsets.UTF_8));
    return same ? Optional.empty() : Optional.of(Answer.oauthError(400, error, description));
  }

  private static String wrongId(String error, String description) {
    return error.equals("invalid_client") ? "invalid client_id" : description;
  }

  private static boolean grant(Call call) {
    return field(call, "grant_type").equals("client_credentials");
  }

  private static String field(Call call, String name) {
    return call.form().getOrDefault(name, "");
  }

  private static Answer missing() {
    return Answer.oauthError(400, "invalid_request", "some parameters missed or invalid");
  }
}
