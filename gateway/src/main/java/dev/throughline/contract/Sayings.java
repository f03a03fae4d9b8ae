package dev.throughline.contract;

import dev.throughline.message.AppMessage;
import dev.throughline.message.AppMessage.Source;
import dev.throughline.message.AppMessage.TemplateReference;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** Finds what a message says on a channel, and fills in templates. Pure. */
public final class Sayings {
  private Sayings() {}

  /**
   * @param templates the project's templates by id, as the API shows them
   */
  public static Said of(
      AppMessage message, ChannelName channel, Function<String, Optional<ObjectNode>> templates) {
    Optional<Source> source = message.on(channel);
    if (source.isEmpty()) {
      return nothing(
          Reason.Code.BAD_REQUEST, "The message says nothing on the channel " + channel + ".");
    }
    return switch (source.get()) {
      case Source.Given(var content) -> new Said.Something(content, Optional.empty());
      case Source.Stored(TemplateReference template) ->
          templates
              .apply(template.id())
              .map(found -> Translations.fill(found, template, channel))
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
          new Said.Something(AppMessages.template(template), Optional.empty());
      case Source.ChannelTemplate _ ->
          nothing(
              Reason.Code.TEMPLATE_NOT_FOUND,
              "The channel " + channel + " has no template of this id.");
    };
  }

  static Said nothing(Reason.Code code, String sentence) {
    return new Said.Nothing(new Reason(code, sentence));
  }
}
