package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.rules.Finding;
import dev.throughline.sandbox.line.rules.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an endpoint answers, in LINE's words.
 *
 * @param body JSON, or empty
 * @param headers beside the request id
 * @param accepted whether the request had its effect: a fault after accepting strikes only then
 * @param media what is answered instead of JSON
 */
record Answer(
    int status, String body, Map<String, String> headers, boolean accepted, Optional<Media> media) {

  /** A picture, a film or another file. */
  record Media(String type, Bytes bytes) {
    /** What the journal keeps of it. */
    String described() {
      return "[" + type + ", " + bytes.length() + " bytes]";
    }
  }

  static final String ACCEPTED_REQUEST_ID = "x-line-accepted-request-id";

  Answer(int status, String body, Map<String, String> headers, boolean accepted) {
    this(status, body, headers, accepted, Optional.empty());
  }

  static Answer ok(ObjectNode body) {
    return new Answer(200, Json.string(body), Map.of(), true);
  }

  static Answer ok() {
    return new Answer(200, "{}", Map.of(), true);
  }

  static Answer accepted202() {
    return new Answer(202, "{}", Map.of(), true);
  }

  static Answer accepted202(ObjectNode body) {
    return new Answer(202, Json.string(body), Map.of(), true);
  }

  /** A page for a browser. */
  static Answer page(int status, String words) {
    Bytes bytes = Bytes.of(words.getBytes(StandardCharsets.UTF_8));
    return new Answer(
        status,
        "",
        Map.of(),
        status == 200,
        Optional.of(new Media("text/plain; charset=utf-8", bytes)));
  }

  static Answer media(String type, Bytes bytes) {
    return new Answer(200, "", Map.of(), true, Optional.of(new Media(type, bytes)));
  }

  /** 200 without a body, as the revoke endpoints answer. */
  static Answer nothing() {
    return new Answer(200, "", Map.of(), true);
  }

  static Answer error(int status, String message) {
    return new Answer(status, Json.string(Json.object().put("message", message)), Map.of(), false);
  }

  static Answer oauthError(int status, String error, String description) {
    ObjectNode body = Json.object().put("error", error).put("error_description", description);
    return new Answer(status, Json.string(body), Map.of(), false);
  }

  static Answer unauthorized(String message) {
    return error(401, message);
  }

  static Answer unsupportedType(String type) {
    return error(415, "The content type, " + type + ", is not supported");
  }

  static Answer unparsable(int line, int column) {
    return error(
        400,
        "The request body could not be parsed as JSON (line: "
            + line
            + ", column: "
            + column
            + ")");
  }

  static Answer notFound() {
    return error(404, "Not found");
  }

  static Answer rateLimited() {
    return error(429, "The API rate limit has been exceeded. Try again later.");
  }

  static Answer monthlyLimit() {
    return error(429, "You have reached your monthly limit.");
  }

  static Answer failedToSend() {
    return error(400, "Failed to send messages");
  }

  static Answer wrongProperty(String property) {
    return error(
        400, "The property, " + property + ", in the request body is invalid (line: -, column: -)");
  }

  static Answer wrongParameter(String name) {
    return error(400, "The value for the '" + name + "' parameter is invalid");
  }

  /** The 400 for a body that broke the rules; empty if it broke none. */
  static Optional<Answer> refusal(Verdict verdict) {
    if (verdict.wrongType().isPresent()) {
      return Optional.of(wrongProperty(verdict.wrongType().get()));
    }
    return verdict.findings().isEmpty()
        ? Optional.empty()
        : Optional.of(invalid(verdict.findings()));
  }

  static Answer invalid(List<Finding> findings) {
    ObjectNode body =
        Json.object().put("message", "The request body has " + findings.size() + " error(s)");
    ArrayNode details = body.putArray("details");
    for (Finding finding : findings) {
      details.addObject().put("message", finding.message()).put("property", finding.property());
    }
    return new Answer(400, Json.string(body), Map.of(), false);
  }

  static ArrayNode sentMessages(List<SentMessage> messages) {
    ArrayNode array = Json.array();
    for (SentMessage message : messages) {
      ObjectNode sent = array.addObject().put("id", message.id());
      message.quoteToken().ifPresent(token -> sent.put("quoteToken", token));
    }
    return array;
  }

  /** 409: the retry key's first request was accepted. */
  static Answer alreadyAccepted(RetryKeys.Accepted first) {
    ObjectNode body = Json.object().put("message", "The retry key is already accepted");
    if (!first.sentMessages().isEmpty()) {
      body.set("sentMessages", sentMessages(first.sentMessages()));
    }
    return new Answer(
        409, Json.string(body), Map.of(ACCEPTED_REQUEST_ID, first.requestId()), false);
  }
}
