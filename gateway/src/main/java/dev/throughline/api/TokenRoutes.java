package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.message.Ids.ProjectId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * OAuth2 client credentials (contract, 1.2). Its errors have OAuth2's own form, which SDKs read
 * here and nowhere else.
 */
final class TokenRoutes {
  private static final long BODY_BYTES = 16 << 10;

  private final AccessKeys keys;
  private final Tokens tokens;

  TokenRoutes(AccessKeys keys, Tokens tokens) {
    this.keys = keys;
    this.tokens = tokens;
  }

  List<Route> routes() {
    return List.of(Route.post("/oauth2/token", Guard.open(this::token)).limit(BODY_BYTES));
  }

  private Response token(Request request) {
    Map<String, String> form = form(request.body().asUtf8());
    if (!"client_credentials".equals(form.get("grant_type"))) {
      return error(400, "unsupported_grant_type", "The grant_type must be client_credentials.");
    }
    Optional<BasicCredentials> given =
        request.header("Authorization").map(BasicCredentials::of).orElseGet(() -> inForm(form));
    Optional<ProjectId> project =
        given.flatMap(client -> keys.project(client.id(), client.secret()));
    if (given.isEmpty() || project.isEmpty()) {
      return error(401, "invalid_client", "The key id or the key secret is wrong or revoked.")
          .with("www-authenticate", "Basic realm=\"throughline\"");
    }
    ObjectNode json = Json.object();
    json.put("access_token", tokens.issue(given.get().id(), project.get()));
    json.put("expires_in", Tokens.LIFE.toSeconds());
    json.put("scope", "");
    json.put("token_type", "bearer");
    return Response.json(200, Json.bytes(json)).with("Cache-Control", "no-store");
  }

  private static Optional<BasicCredentials> inForm(Map<String, String> form) {
    String id = form.get("client_id");
    String secret = form.get("client_secret");
    return id == null || secret == null
        ? Optional.empty()
        : Optional.of(new BasicCredentials(id, secret));
  }

  private static Map<String, String> form(String body) {
    Map<String, String> form = new HashMap<>();
    for (String pair : body.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        try {
          form.put(
              URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
              URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
          // a field that cannot be read counts as absent, and is missed below if it is needed
        }
      }
    }
    return form;
  }

  private static Response error(int status, String error, String description) {
    ObjectNode json = Json.object();
    json.put("error", error);
    json.put("error_description", description);
    return Response.json(status, Json.bytes(json));
  }
}
