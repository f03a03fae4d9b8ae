package dev.throughline.contract;

import dev.throughline.message.Ids.MessageId;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/** Where apps find what people sent: addresses are made when they are shown, and kept nowhere. */
@FunctionalInterface
public interface MediaAddresses {
  /** The address of a message's file, which lives for a set time after it was received. */
  String of(MessageId message, Instant received);

  /** Puts the address into a contact message that came with a file of ours. */
  default ObjectNode shown(ObjectNode content, MessageId message, Instant received) {
    if (content.path(Contents.MEDIA) instanceof ObjectNode media
        && media.path("url").asString("").isEmpty()) {
      media.put("url", of(message, received));
      media.put("thumbnail_url", "");
    }
    if (content.path(Contents.CAPTIONED) instanceof ObjectNode media
        && media.path("url").asString("").isEmpty()) {
      media.put("url", of(message, received));
    }
    return content;
  }
}
