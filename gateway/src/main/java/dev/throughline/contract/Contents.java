package dev.throughline.contract;

import dev.throughline.message.Content;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Content as the contract writes it inside {@code app_message} and {@code contact_message}. */
public final class Contents {
  private Contents() {}

  public static ObjectNode toJson(Content content) {
    return switch (content) {
      case Content.Text(String text) -> {
        ObjectNode message = Json.object();
        message.putObject("text_message").put("text", text);
        yield message;
      }
    };
  }

  /** Empty where the message is of a kind that has no {@link Content}. */
  public static Optional<Content> fromJson(JsonNode message) {
    return Json.string(message, "text_message", "text").map(Content.Text::new);
  }
}
