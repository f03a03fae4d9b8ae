package dev.throughline.sandbox.line;

import java.net.URI;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * One of LINE's OpenAPI files as a strict judge of JSON: besides what the schemas say, a property
 * that they do not name is a mistake. Knows the part of OpenAPI 3.0 that these files use.
 */
final class OpenApi {
  private final JsonNode root;

  OpenApi(Path file) {
    root = new YAMLMapper().readTree(file.toFile());
  }

  /** What is wrong with a request body; nothing if the operation takes none. */
  List<String> request(String method, String path, JsonNode body) {
    JsonNode operation = operation(method, path);
    JsonNode content = operation.path("requestBody").path("content");
    List<String> problems = new ArrayList<>();
    if (operation.isMissingNode()) {
      problems.add(method + " " + path + " is not in the file");
    } else if (!content.isMissingNode()) {
      check(content.values().iterator().next().path("schema"), body, "", problems);
    }
    return problems;
  }

  /** What is wrong with an answer; one whose status is not in the file is an error answer. */
  List<String> response(String method, String path, int status, JsonNode body) {
    List<String> problems = new ArrayList<>();
    JsonNode responses = operation(method, path).path("responses");
    JsonNode response = responses.path(Integer.toString(status));
    JsonNode content = response.path("content");
    if (status >= 400 && !schema("ErrorResponse").isMissingNode()) {
      check(schema("ErrorResponse"), body, "", problems);
    } else if (response.isMissingNode() && status < 400) {
      problems.add("status " + status + " is not in the file");
    } else if (!content.isMissingNode()) {
      check(content.values().iterator().next().path("schema"), body, "", problems);
    }
    return problems;
  }

  /** Method and path of every operation. */
  List<String> operations() {
    List<String> operations = new ArrayList<>();
    for (var path : root.path("paths").properties()) {
      for (String method : List.of("get", "post", "put", "delete")) {
        if (path.getValue().has(method)) {
          operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
        }
      }
    }
    return operations;
  }

  boolean has(String method, String path) {
    return !operation(method, path).isMissingNode();
  }

  /** Whether the operation answers with something that is not JSON. */
  boolean binary(String method, String path) {
    return operation(method, path).path("responses").path("200").path("content").has("*/*");
  }

  List<String> named(String schema, JsonNode value) {
    List<String> problems = new ArrayList<>();
    check(schema(schema), value, "", problems);
    return problems;
  }

  private JsonNode schema(String name) {
    return root.path("components").path("schemas").path(name);
  }

  private JsonNode operation(String method, String path) {
    JsonNode exact = root.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
    if (!exact.isMissingNode()) {
      return exact;
    }
    for (var entry : root.path("paths").properties()) {
      String pattern = entry.getKey().replaceAll("\\{[^}]*}", "[^/]+");
      JsonNode operation = entry.getValue().path(method.toLowerCase(Locale.ROOT));
      boolean template = entry.getKey().contains("{");
      if (!operation.isMissingNode()
          && (template ? path.matches(pattern) : entry.getKey().equals(path))) {
        return operation;
      }
    }
    return MissingNode.getInstance();
  }

  private JsonNode resolve(JsonNode schema) {
    return schema.has("$ref") ? root.at(schema.path("$ref").stringValue().substring(1)) : schema;
  }

  private void check(JsonNode reference, JsonNode value, String at, List<String> problems) {
    JsonNode schema = resolve(reference);
    if (value.isNull()) {
      if (!schema.path("nullable").booleanValue(false)) {
        problems.add(at + " is null");
      }
      return;
    }
    if (schema.has("oneOf")) {
      oneOf(schema, value, at, problems);
      return;
    }
    JsonNode chosen = discriminated(schema, value, at, problems);
    Shape shape = new Shape();
    shape.gather(chosen, new HashSet<>());
    switch (shape.type) {
      case "object" -> object(shape, value, at, problems);
      case "array" -> array(chosen, value, at, problems);
      case "string" -> string(chosen, value, at, problems);
      case "integer", "number" -> number(chosen, value, at, problems);
      case "boolean" -> expect(value.isBoolean(), at, "a boolean", problems);
      default -> problems.add(at + " has a schema without a type");
    }
  }

  private void oneOf(JsonNode schema, JsonNode value, String at, List<String> problems) {
    int matching = 0;
    for (JsonNode option : schema.path("oneOf")) {
      List<String> found = new ArrayList<>();
      check(option, value, at, found);
      matching += found.isEmpty() ? 1 : 0;
    }
    expect(matching == 1, at, "exactly one of its forms", problems);
  }

  /** The schema that the discriminating property names, or the schema itself. */
  private JsonNode discriminated(
      JsonNode schema, JsonNode value, String at, List<String> problems) {
    JsonNode discriminator = schema.path("discriminator");
    if (discriminator.isMissingNode()) {
      return schema;
    }
    String name = discriminator.path("propertyName").stringValue();
    String kind = value.path(name).stringValue("");
    Optional<String> target =
        Optional.of(discriminator.path("mapping").path(kind).stringValue(""))
            .filter(text -> !text.isEmpty());
    if (target.isEmpty()) {
      problems.add(at + "." + name + " is " + kind + ", which the file does not know");
      return schema;
    }
    return root.at(target.get().substring(1));
  }

  /** An object schema with everything that its allOf brings together. */
  private final class Shape {
    private String type = "";
    private final Map<String, JsonNode> properties = new LinkedHashMap<>();
    private final Set<String> required = new HashSet<>();
    private JsonNode additional = MissingNode.getInstance();

    void gather(JsonNode schema, Set<JsonNode> seen) {
      if (!seen.add(schema)) {
        return;
      }
      String own = schema.path("type").stringValue("");
      if (type.isEmpty()) {
        type = own.isEmpty() && schema.has("properties") ? "object" : own;
      }
      schema.path("properties").properties().forEach(p -> properties.put(p.getKey(), p.getValue()));
      schema.path("required").forEach(name -> required.add(name.stringValue()));
      if (schema.has("additionalProperties")) {
        additional = schema.path("additionalProperties");
      }
      schema.path("allOf").forEach(part -> gather(resolve(part), seen));
    }
  }

  private void object(Shape shape, JsonNode value, String at, List<String> problems) {
    if (!expect(value.isObject(), at, "an object", problems)) {
      return;
    }
    for (String name : shape.required) {
      expect(value.has(name), at + "." + name, "there", problems);
    }
    for (var entry : value.properties()) {
      String where = at + "." + entry.getKey();
      JsonNode property = shape.properties.get(entry.getKey());
      if (property != null) {
        check(property, entry.getValue(), where, problems);
      } else if (shape.additional.isObject()) {
        check(shape.additional, entry.getValue(), where, problems);
      } else {
        problems.add(where + " is not in the schema");
      }
    }
  }

  private void array(JsonNode schema, JsonNode value, String at, List<String> problems) {
    if (!expect(value.isArray(), at, "an array", problems)) {
      return;
    }
    expect(value.size() >= schema.path("minItems").intValue(0), at, "long enough", problems);
    expect(
        value.size() <= schema.path("maxItems").intValue(Integer.MAX_VALUE),
        at,
        "short enough",
        problems);
    for (int i = 0; i < value.size(); i++) {
      check(schema.path("items"), value.path(i), at + "[" + i + "]", problems);
    }
  }

  private static void string(JsonNode schema, JsonNode value, String at, List<String> problems) {
    if (!expect(value.isString(), at, "a string", problems)) {
      return;
    }
    String text = value.stringValue();
    expect(
        text.length() >= schema.path("minLength").intValue(0)
            && text.length() <= schema.path("maxLength").intValue(Integer.MAX_VALUE),
        at,
        "of the right length",
        problems);
    if (schema.has("pattern")) {
      expect(
          Pattern.compile(schema.path("pattern").stringValue()).matcher(text).find(),
          at,
          "like " + schema.path("pattern").stringValue(),
          problems);
    }
    if (schema.has("enum")) {
      boolean among = false;
      for (JsonNode one : schema.path("enum")) {
        among |= one.stringValue("").equals(text);
      }
      expect(among, at, "one of " + schema.path("enum"), problems);
    }
    expect(formatted(schema.path("format").stringValue(""), text), at, "well formed", problems);
  }

  private static boolean formatted(String format, String text) {
    try {
      return switch (format) {
        case "uri" -> URI.create(text).isAbsolute();
        case "uuid" -> UUID.fromString(text).toString().length() == text.length();
        case "date-time" -> OffsetDateTime.parse(text).getYear() > 0;
        default -> true;
      };
    } catch (IllegalArgumentException | DateTimeParseException e) {
      return false;
    }
  }

  private static void number(JsonNode schema, JsonNode value, String at, List<String> problems) {
    boolean whole = schema.path("type").stringValue("").equals("integer");
    if (!expect(whole ? value.isIntegralNumber() : value.isNumber(), at, "a number", problems)) {
      return;
    }
    double number = value.doubleValue();
    expect(
        number >= schema.path("minimum").doubleValue(-Double.MAX_VALUE)
            && number <= schema.path("maximum").doubleValue(Double.MAX_VALUE),
        at,
        "in range",
        problems);
    expect(
        !schema.path("format").stringValue("").equals("int32") || value.canConvertToInt(),
        at,
        "32 bits",
        problems);
  }

  private static boolean expect(boolean right, String at, String what, List<String> problems) {
    if (!right) {
      problems.add((at.isEmpty() ? "the body" : at) + " is not " + what);
    }
    return right;
  }
}
