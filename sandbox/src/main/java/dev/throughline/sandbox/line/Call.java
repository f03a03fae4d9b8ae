package dev.throughline.sandbox.line;

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
 */
record Call(
    Endpoint endpoint,
    String requestId,
    String first,
    String second,
    Map<String, String> query,
    Optional<UUID> retryKey,
    JsonNode json,
    Map<String, String> form) {}
