package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One request past signature and JSON.
 *
 * @param values what varies in the path
 * @param query decoded
 * @param json the body; an empty object if there was none, or if it is not JSON
 * @param body as it came
 * @param contentType of the body; empty if it was not said
 */
record Call(
    Operation operation,
    String requestId,
    List<String> values,
    Map<String, String> query,
    ObjectNode json,
    Bytes body,
    String contentType) {

  Call {
    values = List.copyOf(values);
    query = Map.copyOf(query);
  }

  String value() {
    return values.getFirst();
  }

  String query(String name) {
    return query.getOrDefault(name, "");
  }

  Optional<String> text(String name) {
    return Json.text(json, name);
  }

  JsonNode at(String name) {
    return json.path(name);
  }
}
