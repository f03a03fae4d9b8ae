package dev.throughline.sandbox.line.rules;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** One JSON object of a body under examination, its path, and the findings that it adds to. */
final class Part {

  /** How LINE counts a length: most texts by UTF-16 code unit, what a person reads by grapheme. */
  enum Unit {
    UTF16,
    GRAPHEME
  }

  static final int URL_LIMIT = 2000;

  private static final Pattern GRAPHEME = Pattern.compile("\\X");
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final JsonNode node;
  private final String path;
  private final Report report;

  /** Collects findings while a body is walked. */
  static final class Report {
    private final List<Finding> findings = new ArrayList<>();
    private Optional<String> wrongType = Optional.empty();

    Verdict verdict() {
      return new Verdict(findings, wrongType);
    }
  }

  Part(JsonNode node, String path, Report report) {
    this.node = node;
    this.path = path;
    this.report = report;
  }

  JsonNode node() {
    return node;
  }

  String path() {
    return path;
  }

  boolean has(String name) {
    JsonNode value = node.path(name);
    return !value.isMissingNode() && !value.isNull();
  }

  void find(String message) {
    report.findings.add(new Finding(message, path));
  }

  void find(String message, String name) {
    report.findings.add(new Finding(message, at(name)));
  }

  private void wrongType(String where) {
    if (report.wrongType.isEmpty()) {
      report.wrongType = Optional.of(where);
    }
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** A string that must be there and not be empty. */
  Optional<String> required(String name, int max, Unit unit) {
    if (!has(name)) {
      find("May not be empty", name);
      return Optional.empty();
    }
    Optional<String> text = optional(name, max, unit);
    if (text.isPresent() && text.get().isEmpty()) {
      find("May not be empty", name);
    }
    return text;
  }

  /** A string that may be there. */
  Optional<String> optional(String name, int max, Unit unit) {
    if (!has(name)) {
      return Optional.empty();
    }
    JsonNode value = node.path(name);
    if (!value.isString()) {
      wrongType(at(name));
      return Optional.empty();
    }
    String text = value.stringValue();
    if (longer(text, max, unit)) {
      find("Length must be between 0 and " + max, name);
    }
    return Optional.of(text);
  }

  Optional<String> matching(String name, boolean required, Pattern pattern) {
    Optional<String> text =
        required
            ? required(name, Integer.MAX_VALUE, Unit.UTF16)
            : optional(name, Integer.MAX_VALUE, Unit.UTF16);
    if (text.isPresent() && !text.get().isEmpty() && !pattern.matcher(text.get()).matches()) {
      find("must match \"" + pattern.pattern() + "\"", name);
    }
    return text;
  }

  Optional<String> oneOf(String name, boolean required, List<String> values) {
    if (!has(name)) {
      if (required) {
        find("Must be one of the following values: " + values, name);
      }
      return Optional.empty();
    }
    JsonNode value = node.path(name);
    if (!value.isString()) {
      wrongType(at(name));
      return Optional.empty();
    }
    if (!values.contains(value.stringValue())) {
      find("Must be one of the following values: " + values, name);
      return Optional.empty();
    }
    return Optional.of(value.stringValue());
  }

  /** An https URL of something that LINE or the phone fetches. */
  void mediaUrl(String name, boolean required) {
    url(name, required, URL_LIMIT, Set.of("https"));
  }

  void url(String name, boolean required, int max, Set<String> schemes) {
    Optional<String> text =
        required ? required(name, max, Unit.UTF16) : optional(name, max, Unit.UTF16);
    if (text.isPresent() && !text.get().isEmpty() && !validUri(text.get(), schemes)) {
      find("invalid uri", name);
    }
  }

  private static boolean validUri(String text, Set<String> schemes) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      return false;
    }
    if (uri.getScheme() == null) {
      return false;
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    boolean web = scheme.equals("http") || scheme.equals("https");
    if (web && uri.getHost() == null) {
      return false;
    }
    // A sandbox serves its media without a certificate, so loopback may be plain http.
    return schemes.contains(scheme) || (scheme.equals("http") && LOOPBACK.contains(uri.getHost()));
  }

  Optional<Integer> integer(String name, boolean required, int min, int max) {
    if (!has(name)) {
      if (required) {
        find("must be specified", name);
      }
      return Optional.empty();
    }
    JsonNode value = node.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      wrongType(at(name));
      return Optional.empty();
    }
    int number = value.intValue();
    if (number < min || number > max) {
      find("Must be between " + min + " and " + max, name);
    }
    return Optional.of(number);
  }

  void number(String name, int min, int max) {
    if (!has(name)) {
      find("must be specified", name);
      return;
    }
    JsonNode value = node.path(name);
    if (!value.isNumber()) {
      wrongType(at(name));
    } else if (value.doubleValue() < min || value.doubleValue() > max) {
      find("Must be between " + min + " and " + max, name);
    }
  }

  void bool(String name) {
    if (has(name) && !node.path(name).isBoolean()) {
      wrongType(at(name));
    }
  }

  Optional<Part> object(String name, boolean required) {
    if (!has(name)) {
      if (required) {
        find("must be specified", name);
      }
      return Optional.empty();
    }
    JsonNode value = node.path(name);
    if (!value.isObject()) {
      wrongType(at(name));
      return Optional.empty();
    }
    return Optional.of(new Part(value, at(name), report));
  }

  /** The objects of an array; none if it is absent, and then a finding if it is required. */
  List<Part> objects(String name, boolean required, int min, int max) {
    List<Part> parts = new ArrayList<>();
    for (JsonNode item : items(name, required, min, max)) {
      String where = at(name) + "[" + parts.size() + "]";
      if (!item.isObject()) {
        wrongType(where);
        return List.of();
      }
      parts.add(new Part(item, where, report));
    }
    return parts;
  }

  List<String> strings(String name, boolean required, int min, int max) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : items(name, required, min, max)) {
      if (!item.isString()) {
        wrongType(at(name) + "[" + texts.size() + "]");
        return List.of();
      }
      texts.add(item.stringValue());
    }
    return texts;
  }

  private List<JsonNode> items(String name, boolean required, int min, int max) {
    if (!has(name)) {
      if (required) {
        find("May not be empty", name);
      }
      return List.of();
    }
    JsonNode value = node.path(name);
    if (!value.isArray()) {
      wrongType(at(name));
      return List.of();
    }
    if (value.size() < min || value.size() > max) {
      find("Size must be between " + min + " and " + max, name);
    }
    return value.size() > max ? List.of() : List.copyOf(value.values());
  }

  int bytes() {
    return node.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  static boolean longer(String text, int max, Unit unit) {
    if (text.length() <= max) {
      return false; // a grapheme is at least one code unit
    }
    return switch (unit) {
      case UTF16 -> true;
      case GRAPHEME -> GRAPHEME.matcher(text).results().limit(max + 1L).count() > max;
    };
  }
}
