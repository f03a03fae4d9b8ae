package dev.throughline.contract;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the fields of a request's object and says by name what is wrong: every method throws {@link
 * WrongFieldException}. {@code null} counts as absent, and fields nobody asks for are let be, since
 * clients may be newer than this gateway.
 */
public final class Fields {
  private final ObjectNode object;
  private final String path;

  private Fields(ObjectNode object, String path) {
    this.object = object;
    this.path = path;
  }

  public static Fields of(ObjectNode object) {
    return new Fields(object, "");
  }

  public ObjectNode json() {
    return object;
  }

  /** The field's full name, for messages. */
  public String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  public WrongFieldException wrong(String name, String sentence) {
    return new WrongFieldException(name.isEmpty() ? path : path(name), sentence);
  }

  /** Present and not null. */
  public boolean has(String name) {
    return !object.path(name).isNull() && !object.path(name).isMissingNode();
  }

  public Optional<JsonNode> node(String name) {
    return has(name) ? Optional.of(object.get(name)) : Optional.empty();
  }

  /** At most {@code max} UTF-16 units; may be empty. */
  public Optional<String> string(String name, int max) {
    if (!has(name)) {
      return Optional.empty();
    }
    JsonNode node = object.get(name);
    if (!node.isString()) {
      throw wrong(name, "must be a string.");
    }
    String value = node.stringValue();
    if (value.length() > max) {
      throw wrong(name, "must have at most " + max + " characters.");
    }
    return Optional.of(value);
  }

  /** Present and not empty. */
  public String requiredString(String name, int max) {
    return string(name, max)
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> wrong(name, "is required."));
  }

  /** What goes into a header or a key: neither holds blanks or controls. */
  public String printable(String name, int max) {
    String value = requiredString(name, max);
    if (!value.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw wrong(name, "must be printable ASCII characters without blanks.");
    }
    return value;
  }

  public Optional<Boolean> bool(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    JsonNode node = object.get(name);
    if (!node.isBoolean()) {
      throw wrong(name, "must be true or false.");
    }
    return Optional.of(node.booleanValue());
  }

  public Optional<Integer> integer(String name, int min, int max) {
    if (!has(name)) {
      return Optional.empty();
    }
    JsonNode node = object.get(name);
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < min
        || node.intValue() > max) {
      throw wrong(name, "must be a whole number from " + min + " to " + max + ".");
    }
    return Optional.of(node.intValue());
  }

  /** A number from {@code -bound} to {@code bound}, required. */
  public double number(String name, double bound) {
    if (!has(name)) {
      throw wrong(name, "is required.");
    }
    JsonNode node = object.get(name);
    if (!node.isNumber() || !(Math.abs(node.asDouble()) <= bound)) {
      throw wrong(name, "must be a number from -%.0f to %.0f.".formatted(bound, bound));
    }
    return node.asDouble();
  }

  public Optional<String> oneOf(String name, Set<String> allowed) {
    Optional<String> value = string(name, Integer.MAX_VALUE);
    if (value.isPresent() && !allowed.contains(value.get())) {
      throw wrong(name, "must be one of " + String.join(", ", new TreeSet<>(allowed)) + ".");
    }
    return value;
  }

  public Optional<Fields> object(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    if (!(object.get(name) instanceof ObjectNode inner)) {
      throw wrong(name, "must be an object.");
    }
    return Optional.of(new Fields(inner, path(name)));
  }

  public Fields requiredObject(String name) {
    return object(name).orElseThrow(() -> wrong(name, "is required."));
  }

  /** The objects of an array; empty where it is absent. */
  public List<Fields> objects(String name, int max) {
    List<Fields> objects = new ArrayList<>();
    for (JsonNode element : array(name, max)) {
      String place = path(name) + "[" + objects.size() + "]";
      if (!(element instanceof ObjectNode inner)) {
        throw new WrongFieldException(place, "must be an object.");
      }
      objects.add(new Fields(inner, place));
    }
    return objects;
  }

  /** The strings of an array, none of them empty; empty where it is absent. */
  public List<String> strings(String name, int max) {
    List<String> strings = new ArrayList<>();
    for (JsonNode element : array(name, max)) {
      if (!element.isString() || element.stringValue().isEmpty()) {
        throw new WrongFieldException(
            path(name) + "[" + strings.size() + "]", "must be a string that is not empty.");
      }
      strings.add(element.stringValue());
    }
    return strings;
  }

  /** An object whose values are all strings of at most {@code max} characters. */
  public Map<String, String> stringMap(String name, int max) {
    Map<String, String> map = new LinkedHashMap<>();
    object(name)
        .ifPresent(inner -> {
          for (Map.Entry<String, JsonNode> property : inner.json().properties()) {
            inner.string(property.getKey(), max).ifPresent(v -> map.put(property.getKey(), v));
          }
        });
    return map;
  }

  private Iterable<JsonNode> array(String name, int max) {
    if (!has(name)) {
      return List.of();
    }
    JsonNode node = object.get(name);
    if (!node.isArray()) {
      throw wrong(name, "must be an array.");
    }
    if (node.size() > max) {
      throw wrong(name, "must have at most " + max + " elements.");
    }
    return node;
  }
}
