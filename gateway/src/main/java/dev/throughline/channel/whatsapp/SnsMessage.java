package dev.throughline.channel.whatsapp;

import dev.throughline.channel.aws.SnsEnvelope;
import dev.throughline.message.Bytes;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What AWS End User Messaging Social puts round one of Meta's entries (spec providers.md B.3.2): a
 * notification of SNS, whose message is JSON in a string, in which the entry is JSON in a string.
 */
final class SnsMessage {
  private static final String ENTRY = "whatsAppWebhookEntry";

  private SnsMessage() {}

  /** As Meta's own webhooks would have it; empty for what is no such notification. */
  static Optional<Bytes> webhook(Bytes body) {
    return SnsEnvelope.of(body)
        .filter(envelope -> envelope.type() == SnsEnvelope.Type.NOTIFICATION)
        .flatMap(envelope -> WhatsAppJson.read(envelope.message()))
        .flatMap(message -> entry(message.path(ENTRY)))
        .map(entry -> Bytes.utf8("{\"entry\":[" + entry + "]}"));
  }

  private static Optional<String> entry(JsonNode entry) {
    if (entry.isString()) {
      return WhatsAppJson.read(entry.stringValue()).map(_ -> entry.stringValue());
    }
    return entry.isObject() ? Optional.of(entry.toString()) : Optional.empty();
  }
}
