package dev.throughline.channel.line;

import dev.throughline.channel.Transport;
import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * LINE's answer to a call, with the parts that we branch on (spec line.md §2.5). A body that is no
 * JSON object, or one of another shape, reads as one that says nothing.
 *
 * @param json the body, if it was a whole JSON object
 * @param bodyRead false if the body was too long to be kept
 */
record LineAnswer(
    int status,
    Map<String, String> headers,
    Bytes body,
    boolean bodyRead,
    Optional<JsonNode> json) {
  private static final String REQUEST_ID = "x-line-request-id";
  private static final String ACCEPTED_REQUEST_ID = "x-line-accepted-request-id";
  private static final int MAX_DETAILS = 20;

  /** What LINE found wrong, and where; either may be empty. */
  record Detail(String message, String property) {}

  static LineAnswer of(Transport.Answer.Answered answer) {
    return new LineAnswer(
        answer.status(), answer.headers(), answer.body(), true, object(answer.body()));
  }

  static LineAnswer of(Transport.Answer.TooLarge answer) {
    return new LineAnswer(answer.status(), answer.headers(), Bytes.EMPTY, false, Optional.empty());
  }

  Optional<String> requestId() {
    return Transport.header(headers, REQUEST_ID).filter(LineIds::isUsable);
  }

  /** With 409: the request that had been accepted under the same retry key. */
  Optional<String> acceptedRequestId() {
    return Transport.header(headers, ACCEPTED_REQUEST_ID).filter(LineIds::isUsable);
  }

  String message() {
    return text("message");
  }

  String text(String property) {
    return json.map(node -> node.path(property).asString("")).orElse("");
  }

  boolean flag(String property) {
    return json.map(node -> node.path(property).asBoolean(false)).orElse(false);
  }

  long number(String property) {
    return json.map(node -> node.path(property).asLong(0)).orElse(0L);
  }

  Optional<String> optional(String property) {
    return Optional.of(text(property)).filter(text -> !text.isEmpty());
  }

  List<Detail> details() {
    List<Detail> details = new ArrayList<>();
    for (JsonNode detail : elements("details")) {
      if (details.size() == MAX_DETAILS) {
        break;
      }
      details.add(
          new Detail(detail.path("message").asString(""), detail.path("property").asString("")));
    }
    return details;
  }

  /** The ids that LINE gave the messages, in order; none if any of them is not one. */
  List<String> sentMessageIds() {
    List<String> ids = new ArrayList<>();
    for (JsonNode sent : elements("sentMessages")) {
      // Documented as a number, sent as a string (spec line.md, gap G5).
      String id = sent.path("id").asString("");
      if (!LineIds.isUsable(id) || ids.size() == LineText.MAX_MESSAGES) {
        return List.of();
      }
      ids.add(id);
    }
    return ids;
  }

  /** False for an answer that something between us and LINE must have given. */
  boolean isLines() {
    return requestId().isPresent() || json.isPresent() || (bodyRead && body.length() == 0);
  }

  private Iterable<JsonNode> elements(String property) {
    return json.map(node -> node.path(property)).filter(JsonNode::isArray).isPresent()
        ? json.get().path(property)
        : List.of();
  }

  /** Of a message that came in, or of the first of those sent together that can be quoted. */
  static Optional<String> quoteToken(Bytes eventOrAnswer) {
    Optional<JsonNode> json = object(eventOrAnswer);
    Optional<String> received =
        json.flatMap(event -> LineIds.token(event.path("message").path("quoteToken").asString("")));
    if (received.isPresent() || json.isEmpty()) {
      return received;
    }
    return json.get()
        .path("sentMessages")
        .valueStream()
        .flatMap(sent -> LineIds.token(sent.path("quoteToken").asString("")).stream())
        .findFirst();
  }

  private static Optional<JsonNode> object(Bytes body) {
    try {
      return Optional.ofNullable(LineJson.MAPPER.readTree(body.array())).filter(JsonNode::isObject);
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** Shows the status only. */
  @Override
  public String toString() {
    return "LineAnswer[" + status + "]";
  }
}
