package dev.throughline.contract;

import dev.throughline.message.AppMessage.TemplateReference;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The translations of a template: which one a reference means, and what it says once its
 * placeholders, <code>${name}</code>, are filled in (spec conversation-api.md §2.6).
 */
public final class Translations {
  static final String LATEST = "latest";

  /** What is no such name is text, and stays. */
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z0-9_.\\-]{1,64})}");

  private static final int MAX_SHOWN = 5;

  private static final Comparator<ObjectNode> BY_VERSION =
      Comparator.comparingLong(translation -> number(version(translation)));

  private Translations() {}

  /**
   * @param template as the API shows it
   */
  static Said fill(ObjectNode template, TemplateReference reference, ChannelName channel) {
    Optional<ObjectNode> translation =
        find(
            template,
            reference.language().orElseGet(() -> text(template, "default_translation")),
            reference.version());
    if (translation.isEmpty()) {
      return Sayings.nothing(
          Reason.Code.TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION,
          "The template has no translation of this language and version.");
    }
    JsonNode override = translation.get().path("channel_template_overrides").path(channel.value());
    if (channel.equals(ChannelName.WHATSAPP) && override.isObject()) {
      return overridden(override, reference);
    }
    String kind = kind(translation.get());
    if (kind.equals(AppMessages.TEMPLATE)) {
      return Sayings.nothing(
          Reason.Code.BAD_REQUEST,
          "This translation only refers to templates that other channels keep.");
    }
    JsonNode message = translation.get().path(kind);
    TreeSet<String> missing = new TreeSet<>(names(message));
    missing.removeAll(reference.parameters().keySet());
    if (!missing.isEmpty()) {
      return insufficient(missing);
    }
    try {
      ObjectNode filled = Json.object();
      filled.set(kind, filled(message, reference.parameters()));
      return new Said.Something(
          AppMessages.content(Fields.of(filled)), Optional.of(Json.text(filled)));
    } catch (WrongFieldException e) {
      return Sayings.nothing(
          Reason.Code.BAD_REQUEST, "With these parameters the template's " + e.sentence());
    }
  }

  /**
   * On one channel, a template that the channel itself keeps stands for the translation. Each of
   * its parameters has the value of the parameter of ours that it is mapped to, else its own.
   */
  private static Said overridden(JsonNode override, TemplateReference reference) {
    JsonNode template = override.path("template_reference");
    String id = template.path("template_id").asString("");
    if (id.isEmpty()) {
      return Sayings.nothing(
          Reason.Code.BAD_REQUEST,
          "The translation's channel_template_overrides name no template_reference.template_id.");
    }
    Map<String, String> parameters = new TreeMap<>();
    template
        .path("parameters")
        .properties()
        .forEach(each -> parameters.put(each.getKey(), each.getValue().asString("")));
    TreeSet<String> missing = new TreeSet<>();
    for (Map.Entry<String, JsonNode> mapped : override.path("parameter_mappings").properties()) {
      // Clients write the pair either way round; only theirs has an index.
      boolean theirsFirst = mapped.getKey().contains("[");
      String theirs = theirsFirst ? mapped.getKey() : mapped.getValue().asString("");
      String ours = theirsFirst ? mapped.getValue().asString("") : mapped.getKey();
      if (reference.parameters().containsKey(ours)) {
        parameters.put(theirs, reference.parameters().get(ours));
      } else if (!parameters.containsKey(theirs)) {
        missing.add(ours);
      }
    }
    if (!missing.isEmpty()) {
      return insufficient(missing);
    }
    ObjectNode message = Json.object();
    ObjectNode byChannel = message.putObject(AppMessages.TEMPLATE).putObject("channel_template");
    Content.Specific content =
        AppMessages.template(
            new TemplateReference(
                id,
                template.path("version").asString(""),
                Optional.of(template.path("language_code").asString(""))
                    .filter(code -> !code.isEmpty()),
                parameters));
    byChannel.set(ChannelName.WHATSAPP.value(), Json.object(Bytes.utf8(content.json())));
    return new Said.Something(content, Optional.of(Json.text(message)));
  }

  private static Said insufficient(Set<String> missing) {
    return Sayings.nothing(
        Reason.Code.TEMPLATE_INSUFFICIENT_PARAMETERS,
        "The template needs values for "
            + String.join(", ", missing.stream().limit(MAX_SHOWN).toList())
            + ".");
  }

  /** All that match, in the template's order; an empty word matches everything. */
  public static List<ObjectNode> matching(ObjectNode template, String language, String version) {
    List<ObjectNode> found = new ArrayList<>();
    for (JsonNode each : template.path("translations")) {
      if (each instanceof ObjectNode translation
          && (language.isEmpty()
              || normal(text(translation, "language_code")).equals(normal(language)))
          && (version.isEmpty()
              || version.equals(LATEST)
              || version(translation).equals(version))) {
        found.add(translation);
      }
    }
    if (!version.equals(LATEST)) {
      return found;
    }
    List<ObjectNode> latest = new ArrayList<>();
    for (ObjectNode translation : found) {
      String code = normal(text(translation, "language_code"));
      latest.removeIf(other ->
          normal(text(other, "language_code")).equals(code)
              && BY_VERSION.compare(other, translation) <= 0);
      if (latest.stream().noneMatch(o -> normal(text(o, "language_code")).equals(code))) {
        latest.add(translation);
      }
    }
    return latest;
  }

  private static Optional<ObjectNode> find(ObjectNode template, String language, String version) {
    return matching(template, language, version).stream().findFirst();
  }

  /** Codes may be written with dashes or underscores, in any case. */
  static String normal(String language) {
    return language.replace('_', '-').toLowerCase(Locale.ROOT);
  }

  /** The one kind of message that a translation holds. */
  static String kind(ObjectNode translation) {
    return AppMessages.KINDS.stream()
        .filter(translation::hasNonNull)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a stored translation without a message"));
  }

  /** The names of all placeholders in the texts of a message. */
  static Set<String> names(JsonNode node) {
    Set<String> names = new TreeSet<>();
    collect(node, names);
    return names;
  }

  private static void collect(JsonNode node, Set<String> names) {
    if (node.isString()) {
      Matcher matcher = PLACEHOLDER.matcher(node.stringValue());
      while (matcher.find()) {
        names.add(matcher.group(1));
      }
    } else {
      node.forEach(child -> collect(child, names));
    }
  }

  /** What a value holds is not looked at again: a parameter cannot bring in another. */
  static JsonNode filled(JsonNode node, Map<String, String> values) {
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode copy = Json.object();
        object.properties().forEach(p -> copy.set(p.getKey(), filled(p.getValue(), values)));
        yield copy;
      }
      case ArrayNode array -> {
        ArrayNode copy = Json.array();
        array.forEach(child -> copy.add(filled(child, values)));
        yield copy;
      }
      case StringNode string ->
          StringNode.valueOf(
              PLACEHOLDER
                  .matcher(string.stringValue())
                  .replaceAll(match ->
                      Matcher.quoteReplacement(
                          values.getOrDefault(match.group(1), match.group()))));
      default -> node;
    };
  }

  private static String version(ObjectNode translation) {
    return text(translation, "version");
  }

  /** Versions that are no whole numbers come before all that are. */
  private static long number(String version) {
    return version.matches("[0-9]{1,18}") ? Long.parseLong(version) : -1;
  }

  private static String text(ObjectNode node, String name) {
    return Json.string(node, name).orElse("");
  }
}
