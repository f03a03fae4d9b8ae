package dev.throughline.sandbox.emulator;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON in and out, with limits on depth and numbers so that no body can exhaust the process. */
public final class Json {

  /** Deeper bodies are refused as unparsable; the deepest real one (a flex message) needs 30. */
  public static final int DEPTH_LIMIT = 200;

  private static final int STRING_LIMIT = 8 * 1024 * 1024;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_LIMIT)
                          .maxStringLength(STRING_LIMIT)
                          .build())
                  .build())
          // numbers keep the digits they came with
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** A text that is not JSON, and where it stops being it. */
  public static final class Unparsable extends Exception {
    private static final long serialVersionUID = 1L;
    private final int line;
    private final int column;

    Unparsable(int line, int column) {
      super("not JSON at line " + line + ", column " + column);
      this.line = line;
      this.column = column;
    }

    public int line() {
      return line;
    }

    public int column() {
      return column;
    }
  }

  public static JsonNode parse(byte[] bytes) throws Unparsable {
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node.isMissingNode()) {
        throw new Unparsable(1, 1);
      }
      return node;
    } catch (JacksonException e) {
      var at = e.getLocation();
      throw new Unparsable(at == null ? 1 : at.getLineNr(), at == null ? 1 : at.getColumnNr());
    }
  }

  public static JsonNode parse(Bytes bytes) throws Unparsable {
    return parse(bytes.array());
  }

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  public static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  public static String string(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  /** A tree from text that this process wrote itself. */
  public static JsonNode trusted(String json) {
    return MAPPER.readTree(json);
  }

  /** The string under {@code name}, if there is one. */
  public static Optional<String> text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  public static <T> T read(byte[] bytes, Class<T> type) {
    return MAPPER.readValue(bytes, type);
  }

  /** What {@link #tree} made, as a value again. */
  public static <T> T value(JsonNode tree, Class<T> type) {
    return MAPPER.treeToValue(tree, type);
  }

  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }
}
