package dev.throughline.contract;

import dev.throughline.message.Bytes;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one JSON mapper. It writes compact UTF-8 without escapes that JSON does not ask for, as
 * JavaScript's {@code JSON.stringify} does, because clients check signatures over bodies that they
 * parsed and wrote again.
 */
public final class Json {
  /** Deeper than any message of any provider; a document beyond it is refused. */
  public static final int MAX_DEPTH = 200;

  private static final int MAX_NUMBER_LENGTH = 100;
  private static final int MAX_NAME_LENGTH = 10_000;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER_LENGTH)
                          .maxNameLength(MAX_NAME_LENGTH)
                          .build())
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
                  .build())
          .build();

  private Json() {}

  /** Empty unless the bytes are exactly one JSON document. */
  public static Optional<JsonNode> parse(Bytes bytes) {
    try {
      JsonNode node = MAPPER.readTree(bytes.array());
      return node == null || node.isMissingNode() ? Optional.empty() : Optional.of(node);
    } catch (JacksonException malformed) {
      return Optional.empty();
    }
  }

  /** What the gateway wrote itself. */
  public static ObjectNode object(Bytes bytes) {
    return (ObjectNode)
        parse(bytes)
            .filter(JsonNode::isObject)
            .orElseThrow(() -> new IllegalStateException("stored JSON is not an object"));
  }

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  public static Bytes bytes(JsonNode node) {
    return Bytes.wrap(MAPPER.writeValueAsBytes(node));
  }

  public static String text(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  /** The string at a path of names, or empty where there is none. */
  public static Optional<String> string(JsonNode node, String... path) {
    JsonNode at = node;
    for (String name : path) {
      at = at.path(name);
    }
    return at.isString() ? Optional.of(at.stringValue()) : Optional.empty();
  }
}
