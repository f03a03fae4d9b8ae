package dev.throughline.contract;

import dev.throughline.message.Bytes;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An error as the contract's SDKs read it (1.4): nested, with a list of details.
 *
 * @param code the HTTP status
 * @param status the contract's word for it
 * @param reason our own stable code, listed in the documentation
 * @param message a sentence that says what to do
 * @param field the field that is wrong, or empty
 * @param metadata further facts for programs
 */
public record ApiError(
    int code,
    String status,
    String reason,
    String message,
    String field,
    Map<String, String> metadata) {

  public ApiError {
    metadata = Map.copyOf(metadata);
  }

  public static ApiError of(int code, String status, String reason, String message) {
    return new ApiError(code, status, reason, message, "", Map.of());
  }

  public Bytes bytes() {
    ObjectNode json = Json.object();
    json.set("error", json());
    return Json.bytes(json);
  }

  /** What stands under {@code error}. */
  public ObjectNode json() {
    ObjectNode error = Json.object();
    error.put("code", code);
    error.put("message", message);
    error.put("status", status);
    ArrayNode details = error.putArray("details");
    if (!field.isEmpty()) {
      ObjectNode bad = details.addObject();
      bad.put("@type", "type.googleapis.com/google.rpc.BadRequest");
      ObjectNode violation = bad.putArray("field_violations").addObject();
      violation.put("field", field);
      violation.put("description", message);
    }
    ObjectNode info = details.addObject();
    info.put("@type", "type.googleapis.com/google.rpc.ErrorInfo");
    info.put("reason", reason);
    info.put("domain", "throughline");
    if (!metadata.isEmpty()) {
      ObjectNode facts = info.putObject("metadata");
      metadata.forEach(facts::put);
    }
    return error;
  }
}
