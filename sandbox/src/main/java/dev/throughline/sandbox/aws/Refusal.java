package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import tools.jackson.databind.node.ObjectNode;

/** An error as the service would answer it; each service writes it in its own dialect. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient ObjectNode more;

  Refusal(int status, String code, String message) {
    this(status, code, message, Json.object());
  }

  /**
   * @param more what the body says beside code and message
   */
  Refusal(int status, String code, String message, ObjectNode more) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.more = more;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  String message() {
    return String.valueOf(getMessage());
  }

  ObjectNode more() {
    return more;
  }

  /** An operation that the service (or this emulator of it) does not have. */
  static Refusal unknownOperation(Service service) {
    return switch (service.dialect()) {
      case REST_JSON -> unknownOperation(404);
      case AWS_JSON, QUERY_JSON -> unknownOperation(400);
      case XML ->
          new Refusal(
              501,
              "NotImplemented",
              "A header you provided implies functionality that is not implemented.");
    };
  }

  private static Refusal unknownOperation(int status) {
    return new Refusal(status, "UnknownOperationException", "The operation is unknown.");
  }

  static Refusal unparsable() {
    return new Refusal(400, "SerializationException", "The body is not a JSON object.");
  }

  static Refusal tooLarge() {
    return new Refusal(413, "RequestEntityTooLargeException", "The request is too large.");
  }
}
