package dev.throughline.channel.whatsapp;

import dev.throughline.message.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What AWS End User Messaging Social puts round one of Meta's entries (spec providers.md B.3.2): a
 * notification of SNS, whose message is JSON in a string, in which the entry is JSON in a string.
 */
final class SnsMessage {
  private static final String ENTRY = "whatsAppWebhookEntry";

  private SnsMessage() {}

  /** As Meta's own webhooks would have it; empty for what is no such notification. */
  static Optional<Bytes> webhook(Bytes body) {
    Optional<ObjectNode> envelope =
        WhatsAppJson.read(body).filter(json -> !json.has("entry") && json.has("Message"));
    return envelope
        .flatMap(json -> WhatsAppJson.read(WhatsAppJson.text(json, "Message")))
        .flatMap(message -> entry(message.path(ENTRY)))
        .map(entry -> Bytes.wrap(("{\"entry\":[" + entry + "]}").getBytes(StandardCharsets.UTF_8)));
  }

  private static Optional<String> entry(JsonNode entry) {
    if (entry.isString()) {
      return WhatsAppJson.read(entry.stringValue()).map(_ -> entry.stringValue());
    }
    return entry.isObject() ? Optional.of(entry.toString()) : Optional.empty();
  }

  /** What SNS says of its own: that a subscription is to be confirmed, or was ended. */
  static boolean isControl(Bytes body) {
    return WhatsAppJson.read(body)
        .map(json -> WhatsAppJson.text(json, "Type"))
        .filter(type ->
            type.equals("SubscriptionConfirmation") || type.equals("UnsubscribeConfirmation"))
        .isPresent();
  }
}
