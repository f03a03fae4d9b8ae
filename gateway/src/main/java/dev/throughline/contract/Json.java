package dev.throughline.contract;

import dev.throughline.message.Bytes;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NumericNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

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

  /** Far more than any request has; bounds what a body of 1 MiB can cost to some milliseconds. */
  private static final int MAX_REQUEST_TOKENS = 50_000;

  /** Below, JavaScript writes whole numbers without an exponent. */
  private static final double PLAIN_LIMIT = 1e21;

  /** Up to here each whole number is a double, and a long without rounding. */
  private static final double EXACT_LIMIT = 1L << 53;

  /** For what platforms send: whatever can be understood is. */
  private static final JsonMapper MAPPER = new JsonMapper(factory(Long.MAX_VALUE).build());

  /** For what clients of the API send: a document that can be understood in two ways is refused. */
  private static final JsonMapper STRICT =
      new JsonMapper(
          factory(MAX_REQUEST_TOKENS).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  private Json() {}

  private static JsonFactoryBuilder factory(long maxTokens) {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxNumberLength(MAX_NUMBER_LENGTH)
                .maxNameLength(MAX_NAME_LENGTH)
                .maxTokenCount(maxTokens)
                .build())
        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
        .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES);
  }

  /** Empty unless the bytes are exactly one JSON document. */
  public static Optional<JsonNode> parse(Bytes bytes) {
    try {
      JsonNode node = MAPPER.readTree(bytes.array());
      return node == null || node.isMissingNode() ? Optional.empty() : Optional.of(node);
    } catch (JacksonException malformed) {
      return Optional.empty();
    }
  }

  /**
   * What a client of the API sent, as an object in which every string can be stored and sent on: no
   * key twice, no NUL, no half of a surrogate pair, no number beyond a double's range. Numbers are
   * kept as JavaScript would print them.
   *
   * @throws WrongFieldException saying what is wrong
   */
  public static ObjectNode request(Bytes bytes) {
    JsonNode node;
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes.array()))
              .toString();
      node = STRICT.readTree(text);
    } catch (CharacterCodingException malformed) {
      throw new WrongFieldException("", "The body is not UTF-8.");
    } catch (JacksonException malformed) {
      throw new WrongFieldException(
          "",
          "The body is not one JSON document with distinct keys, at most "
              + MAX_REQUEST_TOKENS
              + " values and "
              + MAX_DEPTH
              + " levels deep, with numbers of at most "
              + MAX_NUMBER_LENGTH
              + " digits.");
    }
    if (node == null || !node.isObject()) {
      throw new WrongFieldException("", "The body must be a JSON object.");
    }
    return (ObjectNode) storable(node, "");
  }

  /** Recursion is bounded by {@link #MAX_DEPTH}. */
  private static JsonNode storable(JsonNode node, String path) {
    switch (node) {
      case ObjectNode object -> {
        for (Map.Entry<String, JsonNode> property : object.properties()) {
          requireStorable(property.getKey(), path);
          property.setValue(storable(property.getValue(), join(path, property.getKey())));
        }
        return object;
      }
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, storable(array.get(i), path + "[" + i + "]"));
        }
        return array;
      }
      case StringNode string -> {
        requireStorable(string.stringValue(), path);
        return string;
      }
      case NumericNode number -> {
        return number.isIntegralNumber() ? number : printable(number, path);
      }
      default -> {
        return node;
      }
    }
  }

  /**
   * {@code 1.0} becomes {@code 1} and {@code 1e3} becomes {@code 1000}. Where JavaScript too writes
   * an exponent, it stays one: spelt out, a few bytes would become hundreds.
   */
  private static JsonNode printable(NumericNode number, String path) {
    double value = number.doubleValue();
    if (!Double.isFinite(value)) {
      throw new WrongFieldException(path, "is a number out of range.");
    }
    return number(value);
  }

  /** A finite number, as JavaScript would print it. */
  static JsonNode number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < PLAIN_LIMIT) {
      return Math.abs(value) <= EXACT_LIMIT
          ? JsonNodeFactory.instance.numberNode((long) value)
          : JsonNodeFactory.instance.numberNode(new BigDecimal(value).toBigIntegerExact());
    }
    return JsonNodeFactory.instance.numberNode(
        new BigDecimal(Double.toString(value)).stripTrailingZeros());
  }

  private static void requireStorable(String text, String path) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw new WrongFieldException(path, "holds a NUL character.");
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new WrongFieldException(path, "holds half of a surrogate pair.");
        }
        i++;
      }
    }
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
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
