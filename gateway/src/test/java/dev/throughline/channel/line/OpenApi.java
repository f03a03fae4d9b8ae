package dev.throughline.channel.line;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.throughline.contract.Json;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * As much of OpenAPI 3.0 as LINE's files use: references, allOf, discriminators, types, required
 * properties, enums, patterns, and bounds of length and count.
 */
final class OpenApi {
  private static final int MAX_ALIASES = 10_000;

  private final Map<?, ?> root;

  private OpenApi(Map<?, ?> root) {
    this.root = root;
  }

  /** One of LINE's own files; without them beside the checkout, the test is skipped. */
  static OpenApi line(String file) {
    Path path =
        Path.of(System.getProperty("throughline.root"), "..", "shared", "contracts", "line", file)
            .normalize();
    assumeTrue(Files.isRegularFile(path), "LINE's OpenAPI file " + file + " is not there: " + path);
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(MAX_ALIASES);
    try (Reader reader = Files.newBufferedReader(path)) {
      return new OpenApi(new Yaml(new SafeConstructor(options)).load(reader));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with the value, by the schema of that name; empty if nothing is. */
  List<String> problems(String schema, JsonNode value) {
    List<String> problems = new ArrayList<>();
    check(named(schema), value, "$", problems);
    return problems;
  }

  /** A value that the schema of that name allows, of a kind that chance decides. */
  JsonNode example(String schema, Random random) {
    return example(named(schema), random);
  }

  private JsonNode example(Map<?, ?> given, Random random) {
    Map<?, ?> schema = resolve(given);
    Map<?, ?> discriminator = map(schema.get("discriminator"));
    List<Map.Entry<?, ?>> kinds = List.copyOf(map(discriminator.get("mapping")).entrySet());
    if (!kinds.isEmpty()) {
      Map.Entry<?, ?> kind = kinds.get(random.nextInt(kinds.size()));
      ObjectNode json = Json.object();
      fill(schema, json, random);
      fill(referred(String.valueOf(kind.getValue())), json, random);
      json.put(String.valueOf(discriminator.get("propertyName")), String.valueOf(kind.getKey()));
      return json;
    }
    return switch (String.valueOf(schema.get("type"))) {
      case "array" -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        int size = 1 + random.nextInt(3);
        for (int i = 0; i < size; i++) {
          array.add(example(map(schema.get("items")), random));
        }
        yield array;
      }
      case "string" -> StringNode.valueOf(text(schema, random));
      case "boolean" -> JsonNodeFactory.instance.booleanNode(random.nextBoolean());
      case "integer" -> JsonNodeFactory.instance.numberNode(random.nextLong(1L << 45));
      case "number" -> JsonNodeFactory.instance.numberNode(random.nextDouble(-200, 200));
      default -> {
        ObjectNode json = Json.object();
        fill(schema, json, random);
        yield json;
      }
    };
  }

  private void fill(Map<?, ?> schema, ObjectNode json, Random random) {
    for (Object part : list(schema.get("allOf"))) {
      fill(resolve(map(part)), json, random);
    }
    List<?> required = list(schema.get("required"));
    map(schema.get("properties"))
        .forEach((name, property) -> {
          if (required.contains(name) || random.nextInt(3) > 0) {
            json.set(String.valueOf(name), example(map(property), random));
          }
        });
  }

  private static String text(Map<?, ?> schema, Random random) {
    if (schema.get("enum") instanceof List<?> allowed) {
      return String.valueOf(allowed.get(random.nextInt(allowed.size())));
    }
    return switch (random.nextInt(4)) {
      case 0 -> "U" + "%032x".formatted(random.nextInt(1, Integer.MAX_VALUE));
      case 1 -> String.valueOf(random.nextInt(1, Integer.MAX_VALUE));
      case 2 -> "\u3042\ud83d\ude00 \\ \" \n" + random.nextInt();
      default -> "";
    };
  }

  /** The schema's discriminator values. */
  List<String> kinds(String schema) {
    Map<?, ?> mapping = map(map(named(schema).get("discriminator")).get("mapping"));
    return mapping.keySet().stream().map(String::valueOf).toList();
  }

  /** The names of all properties of one of the schema's kinds. */
  List<String> properties(String schema, String kind) {
    Map<?, ?> mapping = map(map(named(schema).get("discriminator")).get("mapping"));
    List<String> names = new ArrayList<>();
    properties(referred(String.valueOf(mapping.get(kind))), names);
    return names;
  }

  private void properties(Map<?, ?> given, List<String> names) {
    Map<?, ?> schema = resolve(given);
    map(schema.get("properties")).keySet().forEach(name -> names.add(String.valueOf(name)));
    list(schema.get("allOf")).forEach(part -> properties(map(part), names));
  }

  /** Whether the operation exists, and takes this header. */
  boolean takes(String method, String path, String header) {
    Object parameters = map(map(map(root.get("paths")).get(path)).get(method)).get("parameters");
    return list(parameters).stream()
        .anyMatch(parameter ->
            header.equalsIgnoreCase(String.valueOf(map(parameter).get("name")))
                && "header".equals(map(parameter).get("in")));
  }

  private void check(Map<?, ?> given, JsonNode value, String at, List<String> problems) {
    Map<?, ?> schema = resolve(given);
    checkShape(schema, value, at, problems);
    checkParts(schema, value, at, problems);
    kind(schema, value)
        .ifPresent(kind -> {
          checkShape(kind, value, at, problems);
          checkParts(kind, value, at, problems);
        });
  }

  /** Shapes only: a part is the base whose discriminator led here, or a schema without one. */
  private void checkParts(Map<?, ?> schema, JsonNode value, String at, List<String> problems) {
    for (Object part : list(schema.get("allOf"))) {
      checkShape(resolve(map(part)), value, at, problems);
    }
  }

  private Optional<Map<?, ?>> kind(Map<?, ?> schema, JsonNode value) {
    Map<?, ?> discriminator = map(schema.get("discriminator"));
    String name = value.path(String.valueOf(discriminator.get("propertyName"))).asString("");
    return map(discriminator.get("mapping")).get(name) instanceof String reference
        ? Optional.of(referred(reference))
        : Optional.empty();
  }

  private void checkShape(Map<?, ?> schema, JsonNode value, String at, List<String> problems) {
    if (schema.get("type") instanceof String type && !hasType(type, value)) {
      problems.add(at + ": not of type " + type);
      return;
    }
    for (Object required : list(schema.get("required"))) {
      if (!value.has(String.valueOf(required))) {
        problems.add(at + ": lacks " + required);
      }
    }
    map(schema.get("properties"))
        .forEach((name, property) -> {
          JsonNode member = value.get(String.valueOf(name));
          if (member != null) {
            check(map(property), member, at + "." + name, problems);
          }
        });
    if (value.isArray() && schema.get("items") instanceof Map<?, ?> items) {
      for (int i = 0; i < value.size(); i++) {
        check(items, value.get(i), at + "[" + i + "]", problems);
      }
    }
    checkBounds(schema, value, at, problems);
  }

  private static void checkBounds(
      Map<?, ?> schema, JsonNode value, String at, List<String> problems) {
    if (value.isString()) {
      String text = value.asString();
      bound(schema, "minLength", "maxLength", text.length(), at, problems);
      if (schema.get("pattern") instanceof String pattern
          && !Pattern.compile(pattern).matcher(text).find()) {
        problems.add(at + ": does not match " + pattern);
      }
      if (schema.get("enum") instanceof List<?> allowed && !allowed.contains(text)) {
        problems.add(at + ": none of " + allowed);
      }
    }
    if (value.isArray()) {
      bound(schema, "minItems", "maxItems", value.size(), at, problems);
    }
  }

  private static void bound(
      Map<?, ?> schema, String least, String most, int size, String at, List<String> problems) {
    if (schema.get(least) instanceof Integer min && size < min
        || schema.get(most) instanceof Integer max && size > max) {
      problems.add(at + ": " + size + " is out of bounds");
    }
  }

  private static boolean hasType(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isString();
      case "boolean" -> value.isBoolean();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      default -> throw new AssertionError("unknown type " + type);
    };
  }

  private Map<?, ?> resolve(Map<?, ?> schema) {
    return schema.get("$ref") instanceof String reference ? referred(reference) : schema;
  }

  private Map<?, ?> referred(String reference) {
    return named(reference.substring(reference.lastIndexOf('/') + 1));
  }

  private Map<?, ?> named(String schema) {
    Map<?, ?> found = map(map(map(root.get("components")).get("schemas")).get(schema));
    if (found.isEmpty()) {
      throw new AssertionError("no schema " + schema);
    }
    return found;
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }
}
