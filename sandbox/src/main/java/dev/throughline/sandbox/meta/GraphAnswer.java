package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What the Graph API answers: an object, an error or bytes. */
sealed interface GraphAnswer {
  record Ok(ObjectNode body) implements GraphAnswer {}

  /**
   * @param status overrides the one of the error
   */
  record Refused(GraphError error, Optional<Integer> status) implements GraphAnswer {}

  record Media(String type, Bytes bytes) implements GraphAnswer {}

  static GraphAnswer ok(ObjectNode body) {
    return new Ok(body);
  }

  static GraphAnswer success() {
    return new Ok(Json.object().put("success", true));
  }

  static GraphAnswer refused(GraphError error) {
    return new Refused(error, Optional.empty());
  }

  default boolean accepted() {
    return !(this instanceof Refused);
  }
}
