package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message template in one language.
 *
 * @param components as they were handed in: HEADER, BODY, FOOTER, BUTTONS
 * @param rejection why Meta refused it; empty if it did not
 */
public record Template(
    String id,
    String name,
    String language,
    Status status,
    Category category,
    JsonNode components,
    String rejection) {
  static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,512}");
  private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*([A-Za-z0-9_]+)\\s*}}");

  /** Only APPROVED ones can be sent. */
  public enum Status {
    APPROVED,
    PENDING,
    REJECTED,
    PAUSED,
    DISABLED
  }

  /** What it is billed as. */
  public enum Category {
    MARKETING,
    UTILITY,
    AUTHENTICATION;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One of each kind that a beginner, and a test, can make use of. */
  public static List<Template> samples() {
    List<Template> samples = new ArrayList<>();
    samples.add(sample("hello_world", "en_US", Category.UTILITY, body("Hello World")));
    samples.add(
        sample(
            "order_shipped",
            "en",
            Category.UTILITY,
            body("Hello {{1}}, your order {{2}} is on its way.")));
    samples.add(
        sample("order_shipped", "ja", Category.UTILITY, body("{{1}} 様、ご注文 {{2}} を発送しました。")));
    ArrayNode offer = body("{{1}}, this week everything is {{2}} off.");
    offer.addObject().put("type", "FOOTER").put("text", "Reply STOP to hear no more of this");
    ArrayNode buttons = offer.addObject().put("type", "BUTTONS").putArray("buttons");
    buttons.addObject().put("type", "QUICK_REPLY").put("text", "Tell me more");
    buttons
        .addObject()
        .put("type", "URL")
        .put("text", "Shop")
        .put("url", "https://shop.example/{{1}}");
    samples.add(sample("weekly_offer", "en", Category.MARKETING, offer));
    samples.add(
        sample("old_offer", "en", Category.MARKETING, body("An old offer"))
            .with(Status.PAUSED, ""));
    samples.add(
        sample("bad_offer", "en", Category.MARKETING, body("A bad offer"))
            .with(Status.REJECTED, "PROMOTIONAL"));
    return samples;
  }

  private static ArrayNode body(String text) {
    ArrayNode components = Json.array();
    components.addObject().put("type", "BODY").put("text", text);
    return components;
  }

  private static Template sample(
      String name, String language, Category category, JsonNode components) {
    String id =
        Integer.toString(100_000_000 + Math.floorMod((name + language).hashCode(), 900_000_000));
    return new Template(id, name, language, Status.APPROVED, category, components, "");
  }

  public Template with(Status other, String why) {
    return new Template(id, name, language, other, category, components, why);
  }

  Optional<JsonNode> component(String type) {
    for (JsonNode component : components) {
      if (component.path("type").stringValue("").equalsIgnoreCase(type)) {
        return Optional.of(component);
      }
    }
    return Optional.empty();
  }

  /** The text of a component; empty if there is no such one. */
  String text(String type) {
    return component(type).flatMap(found -> Json.text(found, "text")).orElse("");
  }

  /** The places of a text, in order, each once. */
  static List<String> places(String text) {
    List<String> places = new ArrayList<>();
    for (Matcher found = PLACE.matcher(text); found.find(); ) {
      if (!places.contains(found.group(1))) {
        places.add(found.group(1));
      }
    }
    return places;
  }

  /** The text with its places filled in. */
  static String filled(String text, List<String> places, List<String> values) {
    Matcher found = PLACE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (found.find()) {
      int at = places.indexOf(found.group(1));
      found.appendReplacement(
          out, Matcher.quoteReplacement(at < values.size() ? values.get(at) : found.group()));
    }
    return found.appendTail(out).toString();
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("name", name).put("parameter_format", "POSITIONAL");
    json.set("components", components);
    json.put("language", language).put("status", status.name()).put("category", category.name());
    if (!rejection.isEmpty()) {
      json.put("rejected_reason", rejection);
    }
    return json.put("id", id);
  }
}
