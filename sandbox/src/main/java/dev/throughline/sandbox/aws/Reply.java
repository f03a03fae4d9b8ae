package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is answered.
 *
 * @param accepted whether the request had its effect: a fault after accepting strikes only then
 */
record Reply(int status, Map<String, String> headers, Bytes body, boolean accepted) {

  Reply {
    headers = Map.copyOf(headers);
  }

  static Reply ok(ObjectNode body) {
    return new Reply(200, Map.of(), bytes(Json.string(body)), true);
  }

  static Reply ok() {
    return new Reply(200, Map.of(), bytes("{}"), true);
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
      case XML -> {
        return new Reply(refusal.status(), headers, bytes(xml(refusal)), false);
      }
    }
    body.setAll(refusal.more());
    return new Reply(refusal.status(), headers, bytes(Json.string(body)), false);
  }

  private static String xml(Refusal refusal) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"
        + refusal.code()
        + "</Code><Message>"
        + refusal.message().replace("&", "&amp;").replace("<", "&lt;")
        + "</Message></Error>";
  }

  private static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  String contentType(Service service) {
    return switch (service.dialect()) {
      case REST_JSON -> "application/json";
      case AWS_JSON, QUERY_JSON -> "application/x-amz-json-1.0";
      case XML -> headers.getOrDefault("content-type", "application/xml");
    };
  }
}
