package dev.throughline.api;

import java.net.URI;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The schemas of an OpenAPI 3.0 document as a judge of JSON. Two things are judged that a schema
 * leaves open: in an answer a property without a name in the schema is a mistake; in a request it
 * is not, and null counts as absent.
 */
final class Schemas {
  private static final int MAX_DEPTH = 60;

  private final JsonNode root;
  private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

  Schemas(JsonNode root) {
    this.root = root;
  }

  /** Which side of an exchange a body is. */
  enum Side {
    REQUEST,
    ANSWER
  }

  /** What is wrong with a value, each with where it is. */
  List<String> problems(JsonNode schema, JsonNode value, Side side) {
    List<String> problems = new ArrayList<>();
    new Check(side, problems).whole(schema, value, "", 0);
    return problems;
  }

  JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? root.at(node.path("$ref").stringValue().substring(1)) : node;
  }

  private final class Check {
    private final Side side;
    private final List<String> problems;

    Check(Side side, List<String> problems) {
      this.side = side;
      this.problems = problems;
    }

    /** The schema, and that nothing is there beside it. */
    void whole(JsonNode reference, JsonNode value, String at, int depth) {
      JsonNode schema = resolve(reference);
      if (depth > MAX_DEPTH || schema.isMissingNode()) {
        problems.add(at + " has no schema that can be followed");
        return;
      }
      if (value.isNull()) {
        expect(schema.path("nullable").booleanValue(false), at, "there, but null");
        return;
      }
      rules(schema, value, at, depth);
      if (!value.isObject() || isUnion(schema)) {
        return;
      }
      Map<String, JsonNode> named = new HashMap<>();
      JsonNode others = gather(schema, named);
      for (Map.Entry<String, JsonNode> property : value.properties()) {
        String where = at + "." + property.getKey();
        JsonNode own = named.get(property.getKey());
        if (side == Side.REQUEST && property.getValue().isNull()) {
          continue;
        }
        if (own != null) {
          whole(own, property.getValue(), where, depth + 1);
        } else if (others.isObject()) {
          whole(others, property.getValue(), where, depth + 1);
        } else if (side == Side.ANSWER && !others.booleanValue(false)) {
          problems.add(where + " is not in the document");
        }
      }
    }

    /** What the schema says of a value itself, but for its properties. */
    private void rules(JsonNode schema, JsonNode value, String at, int depth) {
      switch (schema.path("type").stringValue("")) {
        case "object" -> object(schema, value, at);
        case "array" -> array(schema, value, at, depth);
        case "string" -> string(schema, value, at);
        case "integer" -> number(schema, value, value.isIntegralNumber(), at);
        case "number" -> number(schema, value, value.isNumber(), at);
        case "boolean" -> expect(value.isBoolean(), at, "a boolean");
        default -> required(schema, value, at);
      }
      if (schema.has("enum")) {
        expect(
            schema.path("enum").valueStream().anyMatch(value::equals),
            at,
            "one of " + schema.path("enum"));
      }
      for (JsonNode part : schema.path("allOf")) {
        rules(resolve(part), value, at, depth);
      }
      choice(schema.path("oneOf"), true, value, at, depth);
      choice(schema.path("anyOf"), false, value, at, depth);
    }

    private void choice(JsonNode options, boolean single, JsonNode value, String at, int depth) {
      if (options.isMissingNode()) {
        return;
      }
      List<String> why = new ArrayList<>();
      int fitting = 0;
      for (JsonNode option : options) {
        List<String> found = new ArrayList<>();
        Check check = new Check(side, found);
        JsonNode schema = resolve(option);
        if (isWhole(schema)) {
          check.whole(schema, value, at, depth + 1);
        } else {
          check.rules(schema, value, at, depth + 1);
        }
        fitting += found.isEmpty() ? 1 : 0;
        why.addAll(found);
      }
      if (fitting == 0 || single && fitting > 1) {
        problems.add(
            at
                + " fits "
                + fitting
                + " of "
                + options.size()
                + " forms"
                + (fitting == 0 ? " " + why : ""));
      }
    }

    private void object(JsonNode schema, JsonNode value, String at) {
      if (expect(value.isObject(), at, "an object")) {
        required(schema, value, at);
      }
    }

    private void required(JsonNode schema, JsonNode value, String at) {
      expect(value.size() >= schema.path("minProperties").intValue(0), at, "large enough");
      for (JsonNode name : schema.path("required")) {
        JsonNode property = value.path(name.stringValue());
        expect(
            !property.isMissingNode() && (side == Side.ANSWER || !property.isNull()),
            at + "." + name.stringValue(),
            "there");
      }
    }

    private void array(JsonNode schema, JsonNode value, String at, int depth) {
      if (!expect(value.isArray(), at, "an array")) {
        return;
      }
      int most = schema.path("maxItems").intValue(Integer.MAX_VALUE);
      expect(value.size() >= schema.path("minItems").intValue(0), at, "long enough");
      expect(value.size() <= most, at, "at most " + most + " long");
      for (int i = 0; i < value.size(); i++) {
        whole(schema.path("items"), value.path(i), at + "[" + i + "]", depth + 1);
      }
    }

    private void string(JsonNode schema, JsonNode value, String at) {
      if (!expect(value.isString(), at, "a string")) {
        return;
      }
      String text = value.stringValue();
      int most = schema.path("maxLength").intValue(Integer.MAX_VALUE);
      expect(text.length() >= schema.path("minLength").intValue(0), at, "long enough");
      expect(text.length() <= most, at, "at most " + most + " long");
      String pattern = schema.path("pattern").stringValue("");
      if (!pattern.isEmpty()) {
        expect(
            patterns.computeIfAbsent(pattern, Pattern::compile).matcher(text).find(),
            at,
            "like " + pattern);
      }
      String format = schema.path("format").stringValue("");
      expect(isFormed(format, text), at, "a " + format);
    }

    private void number(JsonNode schema, JsonNode value, boolean isOne, String at) {
      if (expect(isOne, at, "a number of its kind")) {
        double number = value.doubleValue();
        expect(
            number >= schema.path("minimum").doubleValue(-Double.MAX_VALUE)
                && number <= schema.path("maximum").doubleValue(Double.MAX_VALUE),
            at,
            "in range");
      }
    }

    private boolean expect(boolean right, String at, String what) {
      if (!right) {
        problems.add((at.isEmpty() ? "the body" : at) + " is not " + what);
      }
      return right;
    }
  }

  /** A choice of whole schemas, which judge the properties themselves. */
  private boolean isUnion(JsonNode schema) {
    return Stream.of("oneOf", "anyOf")
        .flatMap(word -> schema.path(word).valueStream())
        .anyMatch(option -> isWhole(resolve(option)));
  }

  private static boolean isWhole(JsonNode schema) {
    return schema.has("type") || schema.has("allOf");
  }

  /** All properties that a schema names in any of its parts; answers what it says of others. */
  private JsonNode gather(JsonNode schema, Map<String, JsonNode> named) {
    schema.path("properties").properties().forEach(p -> named.put(p.getKey(), p.getValue()));
    JsonNode others = schema.path("additionalProperties");
    for (String word : List.of("allOf", "oneOf", "anyOf")) {
      for (JsonNode part : schema.path(word)) {
        JsonNode of = gather(resolve(part), named);
        others = others.isMissingNode() ? of : others;
      }
    }
    return others;
  }

  private static boolean isFormed(String format, String text) {
    try {
      return switch (format) {
        case "uri" -> URI.create(text).isAbsolute();
        case "date-time" -> OffsetDateTime.parse(text).getYear() > 0;
        default -> true;
      };
    } catch (IllegalArgumentException | DateTimeParseException e) {
      return false;
    }
  }
}
