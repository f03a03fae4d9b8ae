package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The account's templates, and whether a message that names one fits it. */
final class Templates {
  private static final int LIMIT = 6_000;
  private static final int BODY_LIMIT = 1024;

  /**
   * What a template message becomes.
   *
   * @param text as the person reads it
   */
  record Filled(Template template, String text) {}

  /** Either of the two. */
  sealed interface Outcome {
    record Fits(Filled filled) implements Outcome {}

    record Refused(GraphError error) implements Outcome {}
  }

  private final Ids ids;
  private final Map<String, Template> templates = new LinkedHashMap<>();

  Templates(Ids ids, List<Template> first) {
    this.ids = ids;
    first.forEach(this::put);
  }

  private void put(Template template) {
    templates.put(key(template.name(), template.language()), template);
  }

  private static String key(String name, String language) {
    return name + "/" + language;
  }

  synchronized List<Template> all() {
    return List.copyOf(templates.values());
  }

  synchronized void status(String name, String language, Template.Status status)
      throws ControlRefusal {
    Template template = templates.get(key(name, language));
    if (template == null) {
      throw new ControlRefusal(404, "There is no template " + name + " in " + language + ".");
    }
    put(template.with(status, status == Template.Status.REJECTED ? "INVALID_FORMAT" : ""));
  }

  /** {@code POST {WABA}/message_templates}: an emulated reviewer approves at once. */
  synchronized GraphAnswer create(JsonNode asked) {
    String name = Json.text(asked, "name").orElse("");
    String language = Json.text(asked, "language").orElse("");
    Optional<Template.Category> category = category(Json.text(asked, "category").orElse(""));
    if (!Template.NAME.matcher(name).matches()) {
      return GraphAnswer.refused(
          GraphError.parameter("name is 1 to 512 lower-case letters, digits and underscores"));
    }
    if (language.isEmpty() || category.isEmpty() || !asked.path("components").isArray()) {
      return GraphAnswer.refused(
          GraphError.parameter("a template has a language, a category and components"));
    }
    if (templates.containsKey(key(name, language))) {
      return GraphAnswer.refused(
          GraphError.parameter("There is already content in this language for this template")
              .withSubcode(2388024));
    }
    if (templates.size() >= LIMIT) {
      return GraphAnswer.refused(
          GraphError.parameter("The account has " + LIMIT + " templates").withSubcode(2388019));
    }
    Template template =
        new Template(
            ids.decimal(),
            name,
            language,
            Template.Status.APPROVED,
            category.get(),
            asked.path("components"),
            "");
    if (template.text("BODY").isEmpty()) {
      return GraphAnswer.refused(GraphError.parameter("components lack a BODY with text"));
    }
    put(template);
    return GraphAnswer.ok(
        Json.object()
            .put("id", template.id())
            .put("status", template.status().name())
            .put("category", template.category().name()));
  }

  private static Optional<Template.Category> category(String name) {
    for (Template.Category category : Template.Category.values()) {
      if (category.name().equals(name.toUpperCase(Locale.ROOT))) {
        return Optional.of(category);
      }
    }
    return Optional.empty();
  }

  /** {@code GET {WABA}/message_templates}, of one name or all. */
  synchronized GraphAnswer list(Optional<String> name, Optional<String> status) {
    ObjectNode answer = Json.object();
    var data = answer.putArray("data");
    templates.values().stream()
        .filter(template -> name.isEmpty() || template.name().contains(name.get()))
        .filter(template -> status.isEmpty() || template.status().name().equals(status.get()))
        .forEach(template -> data.add(template.json()));
    answer.putObject("paging").putObject("cursors").put("before", "MAZDZD").put("after", "MjQZD");
    return GraphAnswer.ok(answer);
  }

  /** {@code DELETE {WABA}/message_templates?name=}: in all languages. */
  synchronized GraphAnswer delete(String name) {
    boolean removed = templates.values().removeIf(template -> template.name().equals(name));
    return removed
        ? GraphAnswer.success()
        : GraphAnswer.refused(GraphError.parameter("Message template not found"));
  }

  /** Whether this {@code template} object can be sent, and what the person then reads. */
  synchronized Outcome fill(JsonNode message) {
    String name = Json.text(message, "name").orElse("");
    String language = Json.text(message.path("language"), "code").orElse("");
    Template template = templates.get(key(name, language));
    if (template == null
        || template.status() == Template.Status.REJECTED
        || template.status() == Template.Status.PENDING) {
      return refused(132001, "template name (" + name + ") does not exist in " + language);
    }
    if (template.status() == Template.Status.PAUSED) {
      return refused(132015, "The template " + name + " is paused due to low quality");
    }
    if (template.status() == Template.Status.DISABLED) {
      return refused(132016, "The template " + name + " is disabled due to low quality");
    }
    Optional<GraphError> buttons = buttons(template, message.path("components"));
    if (buttons.isPresent()) {
      return new Outcome.Refused(buttons.get());
    }
    List<String> lines = new ArrayList<>();
    for (String part : List.of("header", "body")) {
      Outcome filled = part(template, part, message.path("components"));
      switch (filled) {
        case Outcome.Refused refused -> {
          return refused;
        }
        case Outcome.Fits fits -> lines.add(fits.filled().text());
      }
    }
    lines.add(template.text("FOOTER"));
    lines.removeIf(String::isEmpty);
    return new Outcome.Fits(new Filled(template, String.join("\n", lines)));
  }

  private static Outcome part(Template template, String part, JsonNode components) {
    String text = template.text(part.toUpperCase(Locale.ROOT));
    List<String> places = Template.places(text);
    JsonNode given = component(components, part, -1);
    List<JsonNode> parameters = List.copyOf(given.path("parameters").values());
    String format =
        template
            .component(part.toUpperCase(Locale.ROOT))
            .flatMap(found -> Json.text(found, "format"))
            .orElse("TEXT")
            .toLowerCase(Locale.ROOT);
    if (!format.equals("text")) {
      boolean fits =
          parameters.size() == 1
              && parameters.getFirst().path("type").stringValue("").equals(format);
      return fits
          ? new Outcome.Fits(new Filled(template, "[" + format + "]"))
          : refused(
              132012, part + ": Format mismatch, expected " + format.toUpperCase(Locale.ROOT));
    }
    if (parameters.size() != places.size()) {
      return refused(
          132000,
          part
              + ": number of localizable_params ("
              + parameters.size()
              + ") does not match the expected number of params ("
              + places.size()
              + ")");
    }
    List<String> values = new ArrayList<>();
    for (JsonNode parameter : parameters) {
      Optional<String> value = value(parameter);
      if (value.isEmpty()) {
        return refused(132012, part + ": a parameter is text, currency or date_time");
      }
      if (value.get().contains("\n")
          || value.get().contains("\t")
          || value.get().contains("     ")) {
        return refused(132007, part + ": no line break, tab or five spaces in a parameter");
      }
      values.add(value.get());
    }
    String filled = Template.filled(text, places, values);
    return filled.codePointCount(0, filled.length()) > BODY_LIMIT
        ? refused(132005, part + ": " + filled.length() + " of " + BODY_LIMIT + " characters")
        : new Outcome.Fits(new Filled(template, filled));
  }

  private static Optional<String> value(JsonNode parameter) {
    return switch (parameter.path("type").stringValue("")) {
      case "text" -> Json.text(parameter, "text").filter(text -> !text.isEmpty());
      case "currency" -> Json.text(parameter.path("currency"), "fallback_value");
      case "date_time" -> Json.text(parameter.path("date_time"), "fallback_value");
      default -> Optional.empty();
    };
  }

  /** A button with a place in its address wants a parameter, and no other may have one of text. */
  private static Optional<GraphError> buttons(Template template, JsonNode components) {
    List<JsonNode> buttons =
        template.component("BUTTONS").stream()
            .flatMap(found -> found.path("buttons").valueStream())
            .toList();
    for (JsonNode given : components) {
      if (!given.path("type").stringValue("").equals("button")) {
        continue;
      }
      int index = given.path("index").asInt(-1);
      if (index < 0 || index >= buttons.size()) {
        return Optional.of(GraphError.of(132000, "button: there is no button at index " + index));
      }
    }
    for (int i = 0; i < buttons.size(); i++) {
      boolean wanted = !Template.places(buttons.get(i).path("url").stringValue("")).isEmpty();
      int parameters = component(components, "button", i).path("parameters").size();
      if (wanted && parameters != 1) {
        return Optional.of(
            GraphError.of(131008, "Button at index " + i + " of type Url requires a parameter"));
      }
    }
    return Optional.empty();
  }

  private static JsonNode component(JsonNode components, String type, int index) {
    for (JsonNode component : components) {
      if (component.path("type").stringValue("").equalsIgnoreCase(type)
          && (index < 0 || component.path("index").asInt(-1) == index)) {
        return component;
      }
    }
    return Json.object();
  }

  private static Outcome refused(int code, String details) {
    return new Outcome.Refused(GraphError.of(code, details));
  }
}
