package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel.Signal;
import dev.throughline.message.Bytes;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Marks of what was read, and that an answer is being written (spec providers.md B.3.1). Meta shows
 * the second for at most 25 seconds and only together with the first, for the message that is
 * answered. Both may be repeated.
 */
final class WhatsAppSignals {
  private WhatsAppSignals() {}

  static Optional<Bytes> render(Signal signal) {
    return switch (signal) {
      case Signal.Typing typing ->
          typing
              .to()
              .map(message -> {
                ObjectNode body = read(message);
                body.putObject("typing_indicator").put("type", "text");
                return WhatsAppJson.bytes(body);
              });
      case Signal.Read(String message) -> Optional.of(WhatsAppJson.bytes(read(message)));
    };
  }

  private static ObjectNode read(String message) {
    return WhatsAppJson.object()
        .put("messaging_product", "whatsapp")
        .put("status", "read")
        .put("message_id", message);
  }
}
