package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Rendered;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Content to {@code {"messages":[…]}}, LINE's body without recipient (spec line.md §3). */
final class LineRendering {
  private LineRendering() {}

  static Rendered render(Content content) {
    return switch (content) {
      case Content.Text text -> text(text.text());
    };
  }

  private static Rendered text(String text) {
    int lone = LineText.loneSurrogate(text);
    if (lone >= 0) {
      return new Rendered.Impossible(
          "The text holds half of a surrogate pair at UTF-16 position "
              + lone
              + ", which no encoding can carry: send whole characters.");
    }
    List<String> parts = LineText.parts(text);
    if (parts.isEmpty()) {
      return new Rendered.Impossible(
          "The text has "
              + text.length()
              + " UTF-16 units; one LINE call takes "
              + LineText.MAX_MESSAGES
              + " messages of "
              + LineText.MAX_UNITS
              + ", cut between characters: send it in several messages.");
    }
    if (parts.stream().anyMatch(String::isBlank)) {
      return new Rendered.Impossible(
          "A LINE text message needs at least one character that is not a space: send some text.");
    }
    List<String> lost =
        parts.size() == 1
            ? List.of()
            : List.of(
                "One LINE message holds "
                    + LineText.MAX_UNITS
                    + " UTF-16 units, so the text is shown as "
                    + parts.size()
                    + " messages.");
    return new Rendered.Ready(textMessages(parts), lost);
  }

  private static Bytes textMessages(List<String> texts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = LineJson.FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("messages");
      for (String text : texts) {
        json.writeStartObject();
        json.writeStringProperty("type", "text");
        json.writeStringProperty("text", text);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return Bytes.wrap(out.toByteArray());
  }
}
