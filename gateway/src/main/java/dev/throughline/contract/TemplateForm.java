package dev.throughline.contract;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a template of the second version (spec conversation-api.md §2.6). What a translation says
 * is checked as a message is, with the preview values in its placeholders; where one of them has
 * none, only when it is sent.
 */
public final class TemplateForm {
  /** Bounds what one template can cost; the contract names no limit. */
  public static final int MAX_BYTES = 128 * 1024;

  private static final int MAX_DESCRIPTION = 1_024;
  private static final int MAX_TRANSLATIONS = 100;
  private static final int MAX_VARIABLES = 100;
  private static final int MAX_PREVIEW = 4_096;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.\\-]{1,64}");
  private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9_.\\-]{1,64}");

  private TemplateForm() {}

  public static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  /** The id that a client chose for a new template. */
  public static Optional<String> id(Fields body) {
    Optional<String> id =
        body.string("id", ChannelMessages.MAX_TEMPLATE_ID).filter(value -> !value.isEmpty());
    if (id.isPresent() && !isId(id.get())) {
      throw body.wrong("id", "must be 1 to 64 letters, digits and _.-");
    }
    return id;
  }

  /** The version that a client says it changes. */
  public static int version(Fields body) {
    return body.integer("version", 1, Integer.MAX_VALUE)
        .orElseThrow(
            () -> body.wrong("version", "is required: the one that the template has now."));
  }

  /**
   * @param before the template that is replaced: translations that are still there keep their times
   */
  public static ObjectNode read(
      String id, int version, Fields body, Optional<ObjectNode> before, Instant now) {
    ObjectNode template = Json.object();
    template.put("id", id);
    template.put("description", body.string("description", MAX_DESCRIPTION).orElse(""));
    template.put("version", version);
    String standard = body.requiredString("default_translation", ChannelMessages.MAX_LANGUAGE);
    template.put("default_translation", standard);
    ArrayNode translations = template.putArray("translations");
    Set<String> seen = new HashSet<>();
    Map<String, Integer> numbers = new HashMap<>();
    for (Fields each : body.objects("translations", MAX_TRANSLATIONS)) {
      ObjectNode translation = translation(each, numbers);
      String key = key(translation);
      if (!seen.add(key)) {
        throw each.wrong("version", "stands twice for this language.");
      }
      times(translation, before.flatMap(old -> find(old, key)), now);
      translations.add(translation);
    }
    if (translations.isEmpty()) {
      throw body.wrong("translations", "is required.");
    }
    if (Translations.matching(template, standard, "").isEmpty()) {
      throw body.wrong("default_translation", "must be the language of one of the translations.");
    }
    template.put(
        "create_time",
        before.flatMap(old -> Json.string(old, "create_time")).orElse(now.toString()));
    template.put("update_time", now.toString());
    if (Json.bytes(template).length() > MAX_BYTES) {
      throw new WrongFieldException("", "A template has at most " + MAX_BYTES + " bytes.");
    }
    return template;
  }

  private static ObjectNode translation(Fields given, Map<String, Integer> numbers) {
    String language = given.requiredString("language_code", ChannelMessages.MAX_LANGUAGE);
    if (!LANGUAGE.matcher(language).matches()) {
      throw given.wrong("language_code", "must be a BCP 47 code, such as en-US.");
    }
    int number = numbers.merge(Translations.normal(language), 1, Integer::sum);
    String version =
        given
            .string("version", ChannelMessages.MAX_VERSION)
            .filter(text -> !text.isEmpty())
            .orElse(String.valueOf(number));
    if (!VERSION.matcher(version).matches() || version.equals(Translations.LATEST)) {
      throw given.wrong("version", "must be 1 to 64 letters, digits and _.-, and not latest.");
    }
    ObjectNode translation = Json.object();
    translation.put("language_code", language);
    translation.put("version", version);
    ArrayNode variables = translation.putArray("variables");
    Map<String, String> previews = new HashMap<>();
    for (Fields variable : given.objects("variables", MAX_VARIABLES)) {
      String key = variable.requiredString("key", ChannelMessages.MAX_TEMPLATE_ID);
      Optional<String> preview = variable.string("preview_value", MAX_PREVIEW);
      ObjectNode kept = variables.addObject().put("key", key);
      preview.ifPresent(value -> kept.put("preview_value", value));
      preview.filter(value -> !value.isEmpty()).ifPresent(value -> previews.put(key, value));
    }
    given
        .object("channel_template_overrides")
        .ifPresent(overrides -> {
          overrides
              .json()
              .propertyNames()
              .forEach(name -> Identities.channel(overrides.path(name), name));
          translation.set("channel_template_overrides", overrides.json());
        });
    String kind =
        AppMessages.kind(given, AppMessages.KINDS)
            .orElseThrow(() -> given.wrong("text_message", "is required."));
    JsonNode message = given.requiredObject(kind).json();
    translation.set(kind, message);
    check(given, kind, message, previews);
    return translation;
  }

  private static void check(
      Fields given, String kind, JsonNode message, Map<String, String> previews) {
    Set<String> unknown = new TreeSet<>(Translations.names(message));
    unknown.removeAll(previews.keySet());
    if (kind.equals(AppMessages.TEMPLATE)) {
      Fields template = given.requiredObject(kind);
      if (template.has("omni_template")) {
        throw template.wrong("omni_template", "cannot stand within a template.");
      }
      ChannelMessages.channelTemplates(template);
    } else if (unknown.isEmpty()) {
      ObjectNode filled = Json.object();
      filled.set(kind, Translations.filled(message, previews));
      AppMessages.content(Fields.of(filled));
    }
  }

  private static void times(ObjectNode translation, Optional<ObjectNode> before, Instant now) {
    Optional<String> created = before.flatMap(old -> Json.string(old, "create_time"));
    Optional<String> updated = before.flatMap(old -> Json.string(old, "update_time"));
    boolean same =
        before
            .map(ObjectNode::deepCopy)
            .map(old -> old.remove(List.of("create_time", "update_time")).equals(translation))
            .orElse(false);
    translation.put("create_time", created.orElse(now.toString()));
    translation.put("update_time", updated.filter(time -> same).orElse(now.toString()));
  }

  private static Optional<ObjectNode> find(ObjectNode template, String key) {
    for (JsonNode each : template.path("translations")) {
      if (each instanceof ObjectNode translation && key(translation).equals(key)) {
        return Optional.of(translation);
      }
    }
    return Optional.empty();
  }

  private static String key(ObjectNode translation) {
    return Translations.normal(translation.path("language_code").asString(""))
        + "\n"
        + translation.path("version").asString("");
  }
}
