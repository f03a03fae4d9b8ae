package dev.throughline.channel.whatsapp;

import dev.throughline.message.Bytes;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Jackson with limits of our own, for what Meta sends and what apps write for it. */
final class WhatsAppJson {
  /** The largest webhook body that we take in (ARCHITECTURE §4.1). */
  private static final int MAX_BODY_BYTES = 1024 * 1024;

  private static final int MAX_DEPTH = 100;
  private static final int MAX_NUMBER_LENGTH = 1_000;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_BODY_BYTES)
                  .maxNumberLength(MAX_NUMBER_LENGTH)
                  .maxDocumentLength(-1)
                  .build())
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  static final JsonMapper MAPPER = new JsonMapper(FACTORY);

  private WhatsAppJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static Optional<ObjectNode> read(String text) {
    try {
      return MAPPER.readTree(text) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  static Optional<ObjectNode> read(Bytes body) {
    try {
      return MAPPER.readTree(body.array()) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  static Bytes bytes(JsonNode json) {
    return Bytes.wrap(MAPPER.writeValueAsBytes(json));
  }

  /** The string there; empty for anything else. */
  static String text(JsonNode json, String... path) {
    JsonNode at = json;
    for (String name : path) {
      at = at.path(name);
    }
    return at.isString() ? at.stringValue() : "";
  }
}
