package dev.throughline.contract;

import dev.throughline.message.AppMessage;
import dev.throughline.message.AppMessage.Source;
import dev.throughline.message.AppMessage.TemplateReference;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Finds what a message says on a channel, and fills in templates. Pure. */
public final class Sayings {
  private Sayings() {}

  /**
   * @param templates the project's templates by id, as the API shows them
   * @param own what a placeholder stands for in every message, templates or not, by its name
   */
  public static Said of(
      AppMessage message,
      ChannelName channel,
      Function<String, Optional<ObjectNode>> templates,
      Map<String, Supplier<String>> own) {
    Map<String, String> values = values(message.json(), own);
    if (!values.isEmpty()) {
      JsonNode filled = Translations.filled(Json.object(Bytes.utf8(message.json())), values);
      Optional<AppMessage> told = AppMessages.stored(filled);
      if (told.isEmpty()) {
        return nothing(
            Reason.Code.BAD_REQUEST,
            "With what stands for " + String.join(", ", values.keySet()) + " it cannot be said.");
      }
      return of(told.get(), channel, templates, own, Optional.of(Json.text(filled)));
    }
    return of(message, channel, templates, own, Optional.empty());
  }

  private static Said of(
      AppMessage message,
      ChannelName channel,
      Function<String, Optional<ObjectNode>> templates,
      Map<String, Supplier<String>> own,
      Optional<String> filled) {
    Optional<Source> source = message.on(channel);
    if (source.isEmpty()) {
      return nothing(
          Reason.Code.BAD_REQUEST, "The message says nothing on the channel " + channel + ".");
    }
    return switch (source.get()) {
      case Source.Given(var content) -> new Said.Something(content, filled);
      case Source.Stored(TemplateReference template) ->
          templates
              .apply(template.id())
              .map(found -> Translations.fill(found, with(template, found, own), channel))
              .orElseGet(() ->
                  nothing(
                      Reason.Code.TEMPLATE_NOT_FOUND,
                      "The project has no template of this id: create it, or send another."));
      case Source.ChannelTemplate _ when channel.equals(ChannelName.LINE) ->
          nothing(
              Reason.Code.BAD_REQUEST,
              "LINE keeps no templates: refer to one of the project's by omni_template.");
      case Source.ChannelTemplate(TemplateReference template)
          when channel.equals(ChannelName.WHATSAPP) ->
          new Said.Something(AppMessages.template(template), filled);
      case Source.ChannelTemplate _ ->
          nothing(
              Reason.Code.TEMPLATE_NOT_FOUND,
              "The channel " + channel + " has no template of this id.");
    };
  }

  /** Values of those of our own placeholders that a text holds. */
  private static Map<String, String> values(String json, Map<String, Supplier<String>> own) {
    Map<String, String> values = new TreeMap<>();
    own.forEach((name, value) -> {
      if (json.contains("${" + name + "}")) {
        values.put(name, value.get());
      }
    });
    return values;
  }

  /** What the request gives goes before what we would. */
  private static TemplateReference with(
      TemplateReference reference, ObjectNode template, Map<String, Supplier<String>> own) {
    Map<String, String> parameters = values(Json.text(template), own);
    parameters.putAll(reference.parameters());
    return new TemplateReference(
        reference.id(), reference.version(), reference.language(), parameters);
  }

  static Said nothing(Reason.Code code, String sentence) {
    return new Said.Nothing(new Reason(code, sentence));
  }
}
