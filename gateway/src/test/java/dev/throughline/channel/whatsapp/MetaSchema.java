package dev.throughline.channel.whatsapp;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * As much of JSON Schema as Meta's OpenAPI file uses for messages: references, allOf, oneOf,
 * discriminators, types, required and further properties, enums, and bounds of length and count. A
 * part of an allOf says nothing of further properties, which another part may have. The pattern of
 * {@code TemplateComponent.index} is left out: it forbids the 0 that Meta's own examples have.
 */
final class MetaSchema {
  private final JsonNode schemas;

  private MetaSchema(JsonNode schemas) {
    this.schemas = schemas;
  }

  static MetaSchema published() {
    try (InputStream in =
        Objects.requireNonNull(MetaSchema.class.getResourceAsStream("openapi.json"))) {
      return new MetaSchema(
          Json.object(Bytes.wrap(in.readAllBytes())).path("components").path("schemas"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with the value, by the schema of that name; empty if nothing is. */
  List<String> problems(String name, JsonNode value) {
    List<String> problems = new ArrayList<>();
    check(named(name), value, "$", true, problems);
    return problems;
  }

  private void check(
      JsonNode given, JsonNode value, String at, boolean closed, List<String> problems) {
    JsonNode schema = resolve(given);
    type(schema, value, at, problems);
    for (JsonNode part : schema.path("allOf")) {
      check(part, value, at, false, problems);
    }
    alternatives(schema, value, at, closed, problems);
    for (JsonNode required : schema.path("required")) {
      if (!value.has(required.asString())) {
        problems.add(at + ": lacks " + required.asString());
      }
    }
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      if (value.has(property.getKey())) {
        check(
            property.getValue(),
            value.path(property.getKey()),
            at + "." + property.getKey(),
            true,
            problems);
      }
    }
    if (closed && schema.path("additionalProperties").isBoolean()) {
      value.propertyNames().stream()
          .filter(name -> !schema.path("properties").has(name))
          .forEach(name -> problems.add(at + ": has " + name + ", which is not known"));
    }
    for (int i = 0; i < value.size() && schema.has("items"); i++) {
      check(schema.path("items"), value.path(i), at + "[" + i + "]", true, problems);
    }
    bounds(schema, value, at, problems);
  }

  private void alternatives(
      JsonNode schema, JsonNode value, String at, boolean closed, List<String> problems) {
    JsonNode mapping = schema.path("discriminator").path("mapping");
    if (!mapping.isMissingNode() && schema.has("oneOf")) {
      String kind =
          value.path(schema.path("discriminator").path("propertyName").asString()).asString("");
      if (!mapping.has(kind)) {
        problems.add(at + ": no kind " + kind);
        return;
      }
      check(referred(mapping.path(kind).asString()), value, at, closed, problems);
      return;
    }
    if (schema.has("oneOf")) {
      List<String> all = new ArrayList<>();
      for (JsonNode one : schema.path("oneOf")) {
        List<String> found = new ArrayList<>();
        check(one, value, at, closed, found);
        if (found.isEmpty()) {
          return;
        }
        all.addAll(found);
      }
      problems.add(at + ": none of several: " + all);
    }
  }

  private static void type(JsonNode schema, JsonNode value, String at, List<String> problems) {
    boolean right =
        switch (schema.path("type").asString("")) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isString();
          case "boolean" -> value.isBoolean();
          case "" -> true;
          default -> throw new AssertionError("a type that is not known: " + schema.path("type"));
        };
    if (!right) {
      problems.add(at + ": not of type " + schema.path("type").asString());
    }
  }

  private static void bounds(JsonNode schema, JsonNode value, String at, List<String> problems) {
    if (value.isString() && value.stringValue().length() > schema.path("maxLength").asInt(9_999)) {
      problems.add(at + ": too long");
    }
    if (value.isArray()
        && (value.size() < schema.path("minItems").asInt(0)
            || value.size() > schema.path("maxItems").asInt(9_999))) {
      problems.add(at + ": too many or too few");
    }
    if (schema.has("enum")
        && schema.path("enum").valueStream().noneMatch(allowed -> allowed.equals(value))) {
      problems.add(at + ": none of " + schema.path("enum"));
    }
  }

  private JsonNode resolve(JsonNode schema) {
    return schema.has("$ref") ? referred(schema.path("$ref").asString()) : schema;
  }

  private JsonNode referred(String reference) {
    return named(reference.substring(reference.lastIndexOf('/') + 1));
  }

  private JsonNode named(String name) {
    if (!schemas.has(name)) {
      throw new AssertionError("no schema " + name);
    }
    return schemas.path(name);
  }
}
