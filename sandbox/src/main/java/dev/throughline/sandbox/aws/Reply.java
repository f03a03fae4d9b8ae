package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is answered.
 *
 * @param accepted whether the request had its effect: a fault after accepting strikes only then
 */
record Reply(int status, Map<String, String> headers, String body, boolean accepted) {

  Reply {
    headers = Map.copyOf(headers);
  }

  static Reply ok(ObjectNode body) {
    return new Reply(200, Map.of(), Json.string(body), true);
  }

  static Reply ok() {
    return new Reply(200, Map.of(), "{}", true);
  }

  /** The error in the dialect of the service. */
  static Reply refused(Service service, Refusal refusal) {
    Map<String, String> headers = new LinkedHashMap<>();
    ObjectNode body = Json.object();
    switch (service.dialect()) {
      case REST_JSON -> {
        headers.put("x-amzn-errortype", refusal.code());
        body.put("message", refusal.message());
      }
      case AWS_JSON -> body.put("__type", refusal.code()).put("Message", refusal.message());
      case QUERY_JSON -> {
        body.put("__type", "com.amazonaws.sqs#" + refusal.code());
        body.put("message", refusal.message());
        String fault = refusal.status() < 500 ? "Sender" : "Receiver";
        headers.put("x-amzn-query-error", SqsErrors.queryCode(refusal.code()) + ";" + fault);
      }
    }
    body.setAll(refusal.more());
    return new Reply(refusal.status(), headers, Json.string(body), false);
  }

  String contentType(Service service) {
    return service.dialect() == Service.Dialect.REST_JSON
        ? "application/json"
        : "application/x-amz-json-1.0";
  }
}
