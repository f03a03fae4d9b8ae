package dev.throughline.callback;

import dev.throughline.contract.Json;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * How a target's own authorization server gives out tokens (conversation-api §4.3). Secret: its
 * text form shows nothing.
 *
 * @param basic the client names itself in the Authorization header, and not in the form
 */
record ClientCredentials(
    String id,
    String secret,
    String endpoint,
    Optional<String> scope,
    Optional<String> responseType,
    boolean basic) {

  /** Empty where the webhook has none. */
  static Optional<ClientCredentials> of(JsonNode json) {
    return json.isObject()
        ? Optional.of(
            new ClientCredentials(
                Json.string(json, "client_id").orElse(""),
                Json.string(json, "client_secret").orElse(""),
                Json.string(json, "endpoint").orElse(""),
                Json.string(json, "scope").filter(value -> !value.isEmpty()),
                Json.string(json, "response_type").filter(value -> !value.isEmpty()),
                Json.string(json, "token_request_type").filter("FORM"::equals).isEmpty()))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "ClientCredentials";
  }
}
