package dev.throughline.channel.whatsapp;

import dev.throughline.message.Assurance;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Head;
import dev.throughline.message.InboundEvent.Receipt;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.InboundEvent.Receipt.Of;
import dev.throughline.message.Reason;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What Meta tells of a message that it took (spec providers.md B.3.1). Ours are known by the tag
 * that the send carried, where Meta repeats it, and else by Meta's id.
 */
final class StatusReader {
  private StatusReader() {}

  /**
   * @param alias the recipient's user id, if they are known by a number
   */
  static InboundEvent event(
      JsonNode status, String raw, Optional<Identity> recipient, Optional<Identity> alias) {
    String id = WhatsAppJson.text(status, "id");
    String word = WhatsAppJson.text(status, "status");
    String time = MessageReader.seconds(status);
    Head head =
        new Head(
            WhatsAppIds.usable(id).map(known -> known + "/" + word + "/" + time),
            MessageReader.time(status),
            Optional.empty(),
            recipient,
            false,
            false,
            Optional.empty(),
            Optional.empty(),
            raw,
            List.of(),
            alias);
    Optional<Of> of = of(status, id);
    Optional<News> news = news(word, status);
    return of.isPresent() && news.isPresent()
        ? new Receipt(head, of.get(), news.get())
        : new InboundEvent.Unknown(head, WhatsAppIds.usable("status:" + word).orElse("status"));
  }

  private static Optional<Of> of(JsonNode status, String id) {
    String tag = WhatsAppJson.text(status, "biz_opaque_callback_data");
    return DeliveryTag.of(tag).isPresent()
        ? Optional.of(new Of.Tag(tag))
        : WhatsAppIds.usable(id).map(Of.PlatformId::new);
  }

  private static Optional<News> news(String word, JsonNode status) {
    return switch (word) {
      case "sent" -> Optional.of(new News.Reached(Assurance.CARRIER));
      case "delivered" -> Optional.of(new News.Reached(Assurance.DEVICE));
      case "read", "played" -> Optional.of(new News.Reached(Assurance.READ));
      case "failed" -> Optional.of(new News.Failed(reason(status)));
      default -> Optional.empty();
    };
  }

  private static Reason reason(JsonNode status) {
    return MetaError.of(status.path("errors"))
        .map(MetaError::reason)
        .filter(reason -> reason.code() != Reason.Code.UNKNOWN)
        .orElseGet(() ->
            new Reason(
                Reason.Code.CHANNEL_FAILURE,
                MetaError.of(status.path("errors"))
                    .map(error -> error.reason().description())
                    .orElse("WhatsApp could not deliver the message, and does not say why.")));
  }
}
