package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import tools.jackson.databind.node.ObjectNode;

/** What End User Messaging SMS refuses, in its words; {@code Reason} is the useful field. */
final class SmsErrors {
  private SmsErrors() {}

  static Refusal conflict(String reason, String resourceType, String resourceId) {
    ObjectNode more = Json.object().put("Reason", reason);
    more.put("ResourceType", resourceType).put("ResourceId", resourceId);
    return new Refusal(
        400, "ConflictException", "Conflict occurred. Reason=\"" + reason + "\"", more);
  }

  static Refusal invalid(String reason, String field, String sentence) {
    ObjectNode more = Json.object().put("Reason", reason);
    more.putArray("Fields").addObject().put("Name", field).put("Message", sentence);
    return new Refusal(
        400, "ValidationException", "Validation failed. Reason=\"" + reason + "\"", more);
  }

  static Refusal badField(String field, String sentence) {
    return invalid("FIELD_VALIDATION_FAILED", field, sentence);
  }

  static Refusal missing(String field) {
    return invalid("MISSING_PARAMETER", field, field + " is required.");
  }

  static Refusal notFound(String resourceType, String resourceId) {
    ObjectNode more = Json.object().put("ResourceType", resourceType);
    more.put("ResourceId", resourceId);
    return new Refusal(400, "ResourceNotFoundException", "Resource not found: " + resourceId, more);
  }

  static Refusal quota(String reason) {
    return new Refusal(
        400,
        "ServiceQuotaExceededException",
        "Service quota exceeded. Reason=\"" + reason + "\"",
        Json.object().put("Reason", reason));
  }
}
