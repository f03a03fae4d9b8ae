package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Bytes;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * One request to LINE's API, past authentication.
 *
 * @param first the first value in the path, such as a user id; empty if it has none
 * @param json the body, for endpoints that take JSON; else an empty object
 * @param form the body, for endpoints that take a form
 * @param headers by lower-case name
 * @param body as it came
 */
record Call(
    Endpoint endpoint,
    String requestId,
    String first,
    String second,
    Map<String, String> query,
    Optional<UUID> retryKey,
    JsonNode json,
    Map<String, String> form,
    Map<String, String> headers,
    Bytes body) {

  /** A value of the query; empty if it is absent. */
  String query(String name) {
    return query.getOrDefault(name, "");
  }
}
