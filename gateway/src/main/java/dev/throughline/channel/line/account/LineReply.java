package dev.throughline.channel.line.account;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What came of a call. */
public sealed interface LineReply {
  /** What LINE found wrong, and where; either may be empty. */
  record Detail(String message, String property) {}

  /** 2xx, and for a retry key that was used before 409: LINE did it. */
  record Done(int status, Optional<String> requestId, String contentType, Bytes body)
      implements LineReply {
    /** The body, if it is a JSON object; else an empty one. */
    public ObjectNode json() {
      return Json.parse(body)
          .filter(JsonNode::isObject)
          .map(ObjectNode.class::cast)
          .orElseGet(Json::object);
    }

    @Override
    public String toString() {
      return "Done[" + status + "]";
    }
  }

  /**
   * 4xx: LINE did nothing, and says why.
   *
   * @param retryAfter with 429, if LINE says it
   */
  record Refused(
      int status,
      String message,
      List<Detail> details,
      Optional<String> requestId,
      Optional<Duration> retryAfter)
      implements LineReply {
    public Refused {
      details = List.copyOf(details);
    }

    @Override
    public String toString() {
      return "Refused[" + status + "]";
    }
  }

  /** Not called: LINE's limit would be passed. */
  record Limited(Duration pause) implements LineReply {}

  /** Certainly not done: LINE could not be reached. */
  record Unreachable(String why) implements LineReply {}

  /** Perhaps done: no whole answer, or 5xx. */
  record Unknown(int status, String why) implements LineReply {}
}
