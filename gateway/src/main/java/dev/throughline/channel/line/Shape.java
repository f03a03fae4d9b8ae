package dev.throughline.channel.line;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What LINE takes in one place of a message. Properties that nobody describes are let be. */
interface Shape {
  String EMPTY = "May not be empty";
  String MISSING = "must be specified";
  String NOT_HTTPS = "Must be a valid HTTPS URL";

  void check(JsonNode node, String at, Findings findings);

  /** How LINE counts the length of a text (spec line.md §2.2). */
  enum Unit {
    UTF_16,
    CLUSTERS;

    int length(String text, int enough) {
      return this == UTF_16 ? text.length() : LineText.clusters(text, enough);
    }
  }

  /** More of a text than its length. */
  interface TextRule {
    /** What is wrong, or an empty string. */
    String problem(String text);
  }

  record Text(int min, int max, Unit unit, List<TextRule> rules) implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      if (!node.isString()) {
        findings.malformed(at);
        return;
      }
      String text = node.stringValue();
      if (min > 0 && text.isBlank()) {
        findings.add(at, EMPTY);
        return;
      }
      int length = unit.length(text, max);
      if (length < min || length > max) {
        findings.add(at, "Length must be between " + min + " and " + max);
        return;
      }
      for (TextRule rule : rules) {
        String problem = rule.problem(text);
        if (!problem.isEmpty()) {
          findings.add(at, problem);
          return;
        }
      }
    }

    Text and(TextRule rule) {
      List<TextRule> more = new ArrayList<>(rules);
      more.add(rule);
      return new Text(min, max, unit, List.copyOf(more));
    }
  }

  record Whole(long min, long max) implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      if (!node.isIntegralNumber() || !node.canConvertToLong()) {
        findings.malformed(at);
      } else {
        bounds(node.longValue(), min, max, at, findings);
      }
    }
  }

  record Real(double min, double max) implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      if (!node.isNumber()) {
        findings.malformed(at);
      } else if (!(node.asDouble() >= min)) {
        findings.add(at, "must be greater than or equal to " + (long) min);
      } else if (!(node.asDouble() <= max)) {
        findings.add(at, "must be less than or equal to " + (long) max);
      }
    }
  }

  record Flag() implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      if (!node.isBoolean()) {
        findings.malformed(at);
      }
    }
  }

  record ListOf(Shape element, int min, int max) implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      if (!node.isArray()) {
        findings.malformed(at);
        return;
      }
      if (node.size() < min || node.size() > max) {
        findings.add(at, "Size must be between " + min + " and " + max);
      }
      // Of a list that is far too long the first elements say enough.
      for (int i = 0; i < Math.min(node.size(), max + 1); i++) {
        element.check(node.get(i), at + "[" + i + "]", findings);
      }
    }
  }

  /**
   * @param required names of properties that must be there
   * @param missing what is said where one is not
   * @param together what holds of several properties at once
   */
  record Thing(
      Map<String, Shape> properties, Set<String> required, String missing, List<Together> together)
      implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      if (!(node instanceof ObjectNode object)) {
        findings.malformed(at);
        return;
      }
      properties.forEach((name, shape) -> {
        if (object.hasNonNull(name)) {
          shape.check(object.get(name), at(at, name), findings);
        } else if (required.contains(name)) {
          findings.add(at(at, name), missing);
        }
      });
      together.forEach(rule -> rule.check(object, at, findings));
    }

    Thing with(String name, Shape shape, boolean needed) {
      Map<String, Shape> more = new LinkedHashMap<>(properties);
      more.put(name, shape);
      Set<String> all = new LinkedHashSet<>(required);
      if (needed) {
        all.add(name);
      }
      return new Thing(more, all, missing, together);
    }

    Thing must(String name, Shape shape) {
      return with(name, shape, true);
    }

    Thing may(String name, Shape shape) {
      return with(name, shape, false);
    }

    Thing and(Together rule) {
      List<Together> more = new ArrayList<>(together);
      more.add(rule);
      return new Thing(properties, required, missing, List.copyOf(more));
    }
  }

  /** What holds of several properties of an object at once. */
  interface Together {
    void check(ObjectNode object, String at, Findings findings);
  }

  /** One of several objects, told apart by a property. */
  record Kinds(String property, Map<String, ? extends Shape> kinds) implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      if (!node.isObject()) {
        findings.malformed(at);
        return;
      }
      JsonNode kind = node.path(property);
      Shape shape = kind.isString() ? kinds.get(kind.stringValue()) : null;
      if (shape != null) {
        shape.check(node, at, findings);
      } else {
        findings.add(at(at, property), oneOf(kinds.keySet()));
      }
    }
  }

  /** What is checked elsewhere, by more than itself. */
  record Anything() implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      // Whoever describes the object around it looks at it.
    }
  }

  /** A shape that holds itself. */
  record Later(Supplier<Shape> shape) implements Shape {
    @Override
    public void check(JsonNode node, String at, Findings findings) {
      shape.get().check(node, at, findings);
    }
  }

  static Thing thing() {
    return new Thing(Map.of(), Set.of(), EMPTY, List.of());
  }

  static Text text(int min, int max) {
    return new Text(min, max, Unit.UTF_16, List.of());
  }

  static Text clusters(int min, int max) {
    return new Text(min, max, Unit.CLUSTERS, List.of());
  }

  static Text keyword(String... words) {
    Set<String> allowed = new LinkedHashSet<>(Arrays.asList(words));
    return text(0, Integer.MAX_VALUE).and(word -> allowed.contains(word) ? "" : oneOf(allowed));
  }

  static Text matching(int max, String pattern, String otherwise) {
    Pattern form = Pattern.compile(pattern);
    return text(0, max).and(text -> form.matcher(text).matches() ? "" : otherwise);
  }

  /** An address of a picture or film: LINE fetches over HTTPS only. */
  static Text https() {
    return text(1, LineMedia.MAX_URL)
        .and(url -> scheme(url).equals("https") && hasHost(url) ? "" : NOT_HTTPS);
  }

  static ListOf list(Shape element, int min, int max) {
    return new ListOf(element, min, max);
  }

  /** The scheme in lower case, or an empty string where there is no URI. */
  static String scheme(String url) {
    try {
      String scheme = new URI(url).getScheme();
      return scheme == null ? "" : scheme.toLowerCase(Locale.ROOT);
    } catch (URISyntaxException e) {
      return "";
    }
  }

  static String oneOf(Collection<String> values) {
    return "Must be one of the following values: [" + String.join(", ", values) + "]";
  }

  private static String at(String object, String property) {
    return object.isEmpty() ? property : object + "." + property;
  }

  private static boolean hasHost(String url) {
    return URI.create(url).getHost() != null;
  }

  private static void bounds(long value, long min, long max, String at, Findings findings) {
    if (value < min) {
      findings.add(at, "must be greater than or equal to " + min);
    } else if (value > max) {
      findings.add(at, "must be less than or equal to " + max);
    }
  }
}
